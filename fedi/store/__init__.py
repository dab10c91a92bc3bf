"""What is kept, on SQLite or PostgreSQL, and the only place where SQL stands.

engine.py is the contract (sqlite.py and grouped.py, postgres.py fill it), migrate.py makes the
tables. unit.py lets a rule read, applying.py writes what it decided, rows.py is between records
and rows. reads.py, listing.py and threads.py show things to a viewer, as visibility.py allows.
arrivals.py and fanout.py, queue.py, superseding.py are the two queues. Why: docs/decisions/0003
and 0004.
"""
