"""Reading what a client handed in: whose name is in it, and whom it is for."""

from dataclasses import replace

import pytest

from actors.errors import Forbidden, Invalid
from actors.vocabulary import PUBLIC
from fedi.publishing.handed import addressed, own, own_target, without_hidden
from tests.outbox.cast import BRIT, KARI

ME = replace(KARI, featured=f"{KARI.uri}/featured")


@pytest.mark.parametrize("named", [None, [], ME.uri, [ME.uri], {"id": ME.uri}, [{"id": ME.uri}]])
def test_no_name_or_ones_own_is_right(named: object) -> None:
    own({"actor": named}, "actor", ME)


@pytest.mark.parametrize(
    "named", [BRIT.uri, [ME.uri, BRIT.uri], {"id": BRIT.uri}, "nobody", {"type": "Person"}, 7, [[]]]
)
def test_any_other_name_is_refused(named: object) -> None:
    with pytest.raises(Forbidden):
        own({"actor": named}, "actor", ME)


@pytest.mark.parametrize("term", ["bto", "bcc"])
def test_recipients_that_would_be_hidden_are_refused(term: str) -> None:
    without_hidden({term: []})
    with pytest.raises(Invalid):
        without_hidden({term: BRIT.uri})


def test_an_audience_is_among_those_addressed() -> None:
    document = {"to": "as:Public", "cc": [BRIT.uri], "audience": [{"id": ME.uri}, BRIT.uri]}
    assert addressed(document) == ((PUBLIC,), (BRIT.uri, ME.uri))


def test_a_target_is_ones_own_collection_or_left_out() -> None:
    own_target({}, ME)
    own_target({"target": {"id": ME.featured}}, ME)
    with pytest.raises(Forbidden):
        own_target({"target": f"{BRIT.uri}/featured"}, ME)
