"""Real ActivityPub implementations, run as live servers that the tests federate with.

`fedify/` is a server on Fedify (npm), `pubby/` one on pubby (pip). Both do the protocol with
their library and answer two questions on a control port: do this; what did you see?
`lab.py` runs them, `house.py` runs our server beside them.
"""
