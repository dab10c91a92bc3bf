"""The public web pages: no JavaScript, no sign-in, nothing that not everyone may see.

routes.py puts the addresses together; listings.py, conversations.py, following.py and feed.py make
the pages; cards.py says how a post and its author look; words/ holds what is said.
"""
