"""Signing in: how a person proves who they are, and how an app gets to act for them.

scopes.py and callers.py are what the client API asks of every request; apps.py, codes.py and
tokens.py what apps hold; sessions.py, passwords.py, second.py and passkeys.py what people hold;
pages beside their templates show it. routes.py puts all of it into the dispatch table.
"""
