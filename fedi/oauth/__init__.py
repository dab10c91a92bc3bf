"""Signing in: how a person proves who they are, and how an app gets to act for them.

scopes.py and callers.py are what the client API asks of every request. requests.py, consent.py
and grants.py are OAuth: what an app asks for, a person's yes, the token. entering.py, linking.py,
passkeys.py and second.py let people in, sessions.py knows them again, security.py shows them what
is theirs. reception.py holds the ports, routes.py puts it all into the dispatch table.
"""
