from typing import Any

import pytest

from actors.errors import Invalid
from inbox import limits, parse
from tests.inbox.arrivals import HOST, note

ROOT = f"{HOST}/users/solveig/outbox"
POSTS = [f"{HOST}/posts/{n}" for n in range(3)]


def test_items_are_read_from_either_word_and_scalar() -> None:
    for items in ({"items": POSTS}, {"orderedItems": POSTS}, {"orderedItems": {"@list": POSTS}}):
        found = parse.collection({"id": ROOT, "type": "OrderedCollectionPage", **items})
        assert found.uris == tuple(POSTS)
    single = parse.collection({"id": ROOT, "type": "Collection", "items": POSTS[0]})
    assert single.uris == (POSTS[0],)


def test_an_embedded_first_page_is_the_beginning() -> None:
    page = {"id": f"{ROOT}?page=1", "type": "OrderedCollectionPage", "orderedItems": POSTS,
            "next": f"{ROOT}?page=2"}  # fmt: skip
    found = parse.collection({"id": ROOT, "type": "OrderedCollection", "first": page})
    assert (found.first, found.next) == (f"{ROOT}?page=1", f"{ROOT}?page=2")
    assert found.uris == tuple(POSTS)


def test_embedded_items_stay_whole() -> None:
    found = parse.collection({"id": ROOT, "type": "Collection", "items": [note(), 5, None, "x"]})
    assert found.items == (note(),)
    assert found.uris == (f"{HOST}/posts/1",)


def test_pages_of_another_host_are_left_out() -> None:
    found = parse.collection(
        {"id": ROOT, "type": "Collection", "first": "https://ond.example/1",
         "next": "https://ond.example/2"}
    )  # fmt: skip
    assert (found.first, found.next) == ("", "")


@pytest.mark.parametrize("total", [-1, "mange", None, 2**70, True])
def test_trial_36_a_wrong_total_is_none(total: Any) -> None:
    assert parse.collection({"type": "Collection", "totalItems": total}).total is None


def test_trial_36_a_page_of_a_million_items_is_cut() -> None:
    listed = [f"https://a.example/{n}" for n in range(1_000_000)]
    found = parse.collection({"id": ROOT, "type": "Collection", "items": listed})
    assert len(found.items) == limits.ITEMS.size


def test_another_type_is_refused() -> None:
    with pytest.raises(Invalid):
        parse.collection({"id": ROOT, "type": "Note"})
