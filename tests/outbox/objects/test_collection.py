"""Collections and their pages."""

from outbox.objects.collection import listed, page, page_url, whole

URI = "https://sosial.nordvik.test/actors/000000000000000101/followers"


def test_a_collection_links_to_its_first_page() -> None:
    assert whole(URI, 3) == {
        "type": "OrderedCollection",
        "id": URI,
        "totalItems": 3,
        "first": f"{URI}?page=first",
    }


def test_a_hidden_total_is_left_out_and_not_zero() -> None:
    assert "totalItems" not in whole(URI, None)
    assert whole(URI, 0)["totalItems"] == 0


def test_a_page_has_the_address_it_was_asked_at() -> None:
    assert page(URI, [], None, None)["id"] == page_url(URI)
    assert page(URI, [], 42, None)["id"] == page_url(URI, 42) == f"{URI}?page=000000000000000042"


def test_the_last_page_has_no_next() -> None:
    assert page(URI, ["a"], None, 7)["next"] == page_url(URI, 7)
    assert "next" not in page(URI, ["a"], None, None)


def test_a_short_collection_counts_what_is_in_it() -> None:
    assert listed(URI, ("a", "b"))["totalItems"] == 2
    assert listed(URI, ("a", "b"))["orderedItems"] == ["a", "b"]
