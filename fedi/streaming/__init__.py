"""Streaming: apps hear of what happens as it happens, over a WebSocket or as server-sent events.

`hub.py` follows the event table, once for a process, and knows who listens (`listener.py`);
`telling.py` finds who is to hear of an event and writes it once for all who see the same;
`sockets.py` and `sse.py` are the two ways in. `streams.py` has the names and their scopes.
"""
