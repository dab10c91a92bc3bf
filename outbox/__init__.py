"""Leaving: what ours say becomes documents, and finds its way to whoever it is for.

publish.py makes an activity of an intent (compose.py the HTML, acts.py all other acts);
activities/ and objects/ write records as JSON, context.py makes documents of them; address.py
says which inboxes get one, deliver.py and schedule.py how and when. endpoints.py answers every
ActivityPub GET. Nothing here sends, stores or decides who may: see fedi/perform.py.
"""
