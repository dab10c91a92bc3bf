"""What all see of a post and what one reader adds are joined to the same JSON, fast way or slow."""

import json
from dataclasses import replace
from typing import Any

import pytest

from fedi.mastodon.approval import FOLLOWERS, Approval
from fedi.mastodon.fragments import Face, Fragment, Searched
from fedi.mastodon.joining import Joining, Sheet
from fedi.store.timelines import BOOKMARKED, FAVOURITED, PINNED, REBLOGGED
from tests.people import ALICE, BOB, KARI

ANYONE = Approval(automatic=("public",))
FEW = Approval(automatic=(FOLLOWERS,))


def fragment(id: int, **rest: Any) -> Fragment:
    made = Fragment(id=id, head=b'{"id":"%d"' % id, author_id=ALICE.id, open=True, quotable=ANYONE,
                    root=f"urn:{id}", searched=Searched(f"post {id}"))  # fmt: skip
    made = replace(made, **rest)
    alone = made.boost_of is None and made.poll is None and not made.quote
    same = alone and made.parent is None and FOLLOWERS not in made.quotable
    return replace(made, alone=alone, same=same)


def joining(*fragments: Fragment, **sheet: Any) -> Joining:
    faces = {one.id: Face(actor=one, json=b'{"id":"%d"}' % one.id) for one in (ALICE, BOB, KARI)}
    given = {"reader": KARI.id, **sheet}
    return Joining(Sheet(**given), faces, {one.id: one for one in fragments}, 0)


def page(joining: Joining, *ids: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = json.loads(b"".join(joining.page(ids)))
    return made


def test_a_page_is_an_array_of_what_is_there() -> None:
    made = joining(fragment(1), fragment(2))
    assert [one["id"] for one in page(made, 2, 9, 1)] == ["2", "1"]
    assert page(made) == page(made, 9) == []


SHEETS: tuple[dict[str, Any], ...] = (
    {},
    {"reader": None},
    {"reader": ALICE.id},
    {"did": {1: FAVOURITED | PINNED, 3: REBLOGGED | BOOKMARKED}},
    {"muted": frozenset({"urn:2"})},
    {"follows": frozenset({ALICE.id})},
    {"parents": {1: BOB.id}},
)


@pytest.mark.parametrize("sheet", SHEETS, ids=str)
def test_a_page_shows_each_post_as_it_is_alone_and_as_it_is_made_in_full(
    sheet: dict[str, Any],
) -> None:
    posts = (
        fragment(1), fragment(2, author_id=BOB.id), fragment(3, parent=1), fragment(4, boost_of=1),
        fragment(5, quotable=FEW), fragment(6, boost_of=99),
    )  # fmt: skip
    made = joining(*posts, **sheet)
    shown = page(made, *(post.id for post in posts))
    assert [one["id"] for one in shown] == ["1", "2", "3", "4", "5"]
    assert shown == [json.loads(made.one(post.id)) for post in posts[:5]]
    assert shown == [json.loads(made.status(post, b"[]")) for post in posts[:5]]
    assert made.one(6) == b""


def test_flags_are_those_of_the_post_that_is_shared() -> None:
    made = joining(fragment(1), fragment(2, boost_of=1), did={1: FAVOURITED | BOOKMARKED})
    (boost,) = page(made, 2)
    for one in (boost, boost["reblog"]):
        assert (one["favourited"], one["bookmarked"], one["reblogged"]) == (True, True, False)


def test_who_may_quote_is_told_to_each_reader() -> None:
    def told(reader: int | None, follows: frozenset[int] = frozenset()) -> str:
        made = joining(fragment(1, quotable=FEW), reader=reader, follows=follows)
        answer: str = page(made, 1)[0]["quote_approval"]["current_user"]
        return answer

    assert told(KARI.id) == told(None) == "denied"
    assert told(ALICE.id) == told(KARI.id, frozenset({ALICE.id})) == "automatic"


def test_a_filter_hides_in_its_context_and_warns_elsewhere() -> None:
    def matches(fragment: Fragment) -> tuple[list[Any], bool]:
        return ([{"filter": "Fisk"}], True) if fragment.id == 1 else ([], False)

    posts = (fragment(1), fragment(2), fragment(3, boost_of=1))
    hidden = joining(*posts, matches=matches, context="home")
    assert [one["id"] for one in page(hidden, 1, 2, 3)] == ["2"]
    warned = page(joining(*posts, matches=matches), 1, 2, 3)
    assert [bool(one["filtered"]) for one in warned] == [True, False, True]
