"""What `fedi check` and `fedi doctor` look at, one finding for each thing.

installation.py looks at this machine without opening anything, database.py at the tables and the
queues, outside.py at what others see of us. findings.py says what a finding is.
"""
