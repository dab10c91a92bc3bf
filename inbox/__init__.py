"""Arriving: what other servers send us becomes activities that a rule can judge.

receive.py is the way in, read top to bottom: parse.py makes records of documents (values.py and
terms.py beneath it, limits.py for how much), origin.py decides whose word is believed, policies/
whom we hear at all, activities/ reads one verb a file. Nothing here fetches, stores or decides
what an activity does: see fedi/perform.py and actors/activities/.
"""
