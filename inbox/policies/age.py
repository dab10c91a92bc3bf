"""Old public posts that arrive late stay out of the public timelines: they become unlisted.

A server that comes back after weeks, or sends its archive, would else fill them with old news.
Off unless the operator sets an age.
"""

from dataclasses import replace

from actors.vocabulary import PUBLIC
from inbox import values
from inbox.parse import Arrived
from inbox.verdicts import PASS, Facts, Rewrite, Verdict


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Move Public from `to` to `cc` of a created post older than `facts.max_age`."""
    if not facts.max_age or arrived.type != "Create" or not isinstance(arrived.object, dict):
        return PASS
    published = values.when(arrived.object.get("published"))
    to = values.uris(arrived.object.get("to"), 10_000)
    if published is None or published >= facts.now - facts.max_age or PUBLIC not in to:
        return PASS
    cc = values.uris(arrived.object.get("cc"), 10_000)
    unlisted = {
        **arrived.object,
        "to": [uri for uri in to if uri != PUBLIC],
        "cc": [PUBLIC, *(uri for uri in cc if uri != PUBLIC)],
    }
    return Rewrite(replace(arrived, object=unlisted))
