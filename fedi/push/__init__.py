"""Web push: an app is told of a notification although nobody holds a connection open.

`subscriptions.py` takes what an app asks for (fedi/mastodon/push.py is its HTTP); `pusher.py`
follows the event table and sends, in the jobs role, by `notice.py` (the words), `encryption.py`
(both forms of encryption) and `vapid.py` (by which key we are known). Rows: fedi/store/push.py.
"""
