"""Finding things: posts by their words, actors and hashtags by how they begin, what is news.

words.py makes the words, the same for what is written and what is asked; indexing.py follows the
events and keeps the index; query.py reads what a person typed; asking.py puts it all together.
cards.py fetches previews of linked pages, trending.py counts. SQL is in fedi/store/searching.py,
finding.py, cards.py and trends.py.
"""
