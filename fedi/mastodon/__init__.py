"""The Mastodon client API: one file per resource, each with its `ROUTES`.

`asking.py` is what a handler gets and gives; `table.py` gathers the routes and opens them in the
dispatch table; `entities.py` is the JSON contract; `rendering.py` makes entities from records, a
page in a constant number of statements, on `fragments.py`'s cache. Writes that others see go
through fedi/publishing/, what nobody else sees straight to its table family in fedi/store.
"""
