"""Things as other servers read them: one file per thing, record -> JSON, without `@context`.

to, cc, tag and attachment are always arrays; id, actor and attributedTo always single strings;
Public is always the full IRI. outbox/context.py makes a shape a document.
"""
