"""WHO: who may do and see what. No sockets, files, SQL, clocks or chance; start here.

Records: people.py, posts.py, relationships.py, and verbs.py for what travels. Names: ids.py,
urls.py, handles.py, vocabulary.py, each the only home of its matter. Rules: activities/, one verb
a file; audience.py says who sees, membership.py who speaks; effects.py is all that a rule may
cause, ports.py all that it may ask for. Words: html.py, documents.py, errors.py. Proof of who it
was: signatures/. Not here: JSON as others write it (inbox), as we write it (outbox), and all I/O
(fedi).
"""
