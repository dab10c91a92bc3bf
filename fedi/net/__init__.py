"""The floor where HTTP is spoken: out through one guarded sender, in through one table.

Out: guard (what may be asked), names, connection, pool, wire, sender (the engine), bulkhead, client
(the rules of fetching), failures (why it did not come). In: dispatch, negotiate, answer. Nothing
else in the house opens a connection; start at sender.py and dispatch.py.
"""
