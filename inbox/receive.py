"""What came to an inbox -> an activity to carry out: parse, origin, policies, verb.

Read top to bottom. Pure: the house hands in the bytes, whose valid signature they bore, at whose
inbox they came in, and what it knows; where something is Needed it fetches that from its owner
and calls again with `fetched`, and where it is to Expand, with `plain`.
Next: fedi/perform.py runs the verb's rule (actors/activities).
"""

from dataclasses import dataclass, replace

from actors.documents import read_document
from actors.effects import Activity, Need, Refusal
from actors.errors import Invalid
from actors.urls import Urls
from inbox import activities, origin, parse, policies, terms
from inbox.origin import NOTHING, Fetched
from inbox.parse import Document
from inbox.verdicts import Drop, Facts


@dataclass(frozen=True, slots=True)
class Expand:
    """Its context decides what the words mean: expand it and come again (inbox/expanded.py)."""

    document: Document


Reading = Activity | Need | Refusal | Expand


def receive(
    raw: bytes,
    *,
    signer: str,
    owner: int = 0,
    urls: Urls,
    facts: Facts,
    fetched: Fetched = NOTHING,
    plain: Document | None = None,
) -> Reading:
    """Read one arrival. `owner` is the local actor whose own inbox it was, 0 for the shared one;
    `plain` what it says once it was expanded."""
    try:
        document = plain
        if document is None:
            document = read_document(raw, max_bytes=facts.max_bytes, max_depth=facts.max_depth)
            if not terms.are_plain(document):
                return Expand(document)
        return _read(document, len(raw), signer, owner, urls, facts, fetched)
    except Invalid as error:
        return Refusal(error.code, error.sentence)


def _read(
    document: Document,
    size: int,
    signer: str,
    owner: int,
    urls: Urls,
    facts: Facts,
    fetched: Fetched,
) -> Reading:
    arrived = parse.activity(document, now=facts.now, reader=owner, size=size, check=False)
    allowed = policies.run(arrived, facts)
    if isinstance(allowed, Drop):
        return Refusal(allowed.code, allowed.sentence)
    settled = origin.settle(allowed, signer=signer, urls=urls, fetched=fetched)
    if isinstance(settled, Need | Refusal):
        return settled
    if settled is not allowed:
        # What an owner served in place of what was sent has its own author and audience.
        allowed = policies.run(replace(settled, size=0), facts)
        if isinstance(allowed, Drop):
            return Refusal(allowed.code, allowed.sentence)
    return activities.read(allowed, urls)
