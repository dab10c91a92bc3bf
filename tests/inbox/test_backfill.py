from typing import Any

from actors.effects import Fetch
from actors.posts import Note
from inbox import limits, parse
from inbox.backfill import Walk, begin, parent, strangers, walk
from inbox.parse import Collection
from tests.inbox.arrivals import HOST, OUR_POST, SECRETARIAT, URLS, note

POST = f"{HOST}/posts/1"
PAGE = f"{POST}/replies?page="
PARENT = "https://annen.example/posts/0"


def reply(**more: Any) -> Note:
    return parse.note(note(**{"inReplyTo": PARENT, **more}), URLS)


# -- upward


def test_the_parent_is_asked_for_one_step_at_a_time() -> None:
    assert parent(reply(), known=False, depth=0, urls=URLS) == (Fetch(PARENT, "parent", 1),)
    assert parent(reply(), known=False, depth=1, urls=URLS) == (Fetch(PARENT, "parent", 2),)


def test_a_parent_that_is_known_ours_itself_or_none_is_not() -> None:
    assert parent(reply(), known=True, depth=0, urls=URLS) == ()
    assert parent(reply(inReplyTo=OUR_POST), known=False, depth=0, urls=URLS) == ()
    assert parent(reply(inReplyTo=POST), known=False, depth=0, urls=URLS) == ()
    assert parent(reply(inReplyTo=None), known=False, depth=0, urls=URLS) == ()


def test_trial_37_a_reply_ten_thousand_deep_ends_at_the_cap() -> None:
    depth = 0
    while fetches := parent(reply(), known=False, depth=depth, urls=URLS):
        depth = fetches[0].depth
    assert depth == limits.ANCESTORS.size


# -- downward


def page(number: int, **more: Any) -> Collection:
    document = {"id": f"{PAGE}{number}", "type": "CollectionPage",
                "items": [f"https://annen.example/posts/{number}-{n}" for n in range(3)],
                "next": f"{PAGE}{number + 1}"}  # fmt: skip
    return parse.collection({**document, **more})


def test_replies_are_asked_for_only_under_what_arrived() -> None:
    with_replies = reply(replies=f"{POST}/replies")
    assert begin(with_replies, depth=0) == (Fetch(f"{POST}/replies", "replies", 0),)
    assert begin(with_replies, depth=1) == ()
    assert begin(reply(), depth=0) == ()


def test_a_page_gives_its_unknown_replies_and_the_next_page() -> None:
    known = {"https://annen.example/posts/1-0"}
    step = walk(Walk(note=POST), page(1), page_uri=f"{PAGE}1", known=known, urls=URLS)
    assert [fetch.uri[-3:] for fetch in step.replies] == ["1-1", "1-2"]
    assert step.page == f"{PAGE}2"


def test_ours_and_the_note_itself_are_not_asked_for() -> None:
    items = [POST, OUR_POST, SECRETARIAT]
    step = walk(Walk(note=POST), page(1, items=items), page_uri=PAGE, known=(), urls=URLS)
    assert step.replies == ()


def test_trial_36_a_looping_next_ends_the_walk() -> None:
    step = walk(Walk(note=POST), page(1, next=f"{PAGE}1"), page_uri=f"{PAGE}1", known=(), urls=URLS)
    assert step.page == ""
    back = walk(step.walk, page(2, next=f"{PAGE}1"), page_uri=f"{PAGE}2", known=(), urls=URLS)
    assert back.page == ""


def test_trial_36_a_million_pages_end_at_the_cap_whatever_the_total_says() -> None:
    walked, uri, read = Walk(note=POST), f"{PAGE}0", 0
    while uri:
        step = walk(walked, page(read, totalItems=10**9), page_uri=uri, known=(), urls=URLS)
        walked, uri, read = step.walk, step.page, read + 1
    assert read == limits.PAGES.size


def test_trial_36_a_million_replies_end_at_the_cap() -> None:
    many = [f"https://annen.example/posts/{n}" for n in range(5_000)]
    step = walk(Walk(note=POST), page(1, items=many), page_uri=f"{PAGE}1", known=(), urls=URLS)
    assert (len(step.replies), step.page) == (limits.REPLIES.size, "")


def test_the_same_reply_on_two_pages_is_asked_for_once() -> None:
    one = walk(Walk(note=POST), page(1), page_uri=f"{PAGE}1", known=(), urls=URLS)
    two = walk(one.walk, page(1), page_uri=f"{PAGE}2", known=(), urls=URLS)
    assert two.replies == ()


def test_a_page_on_another_host_ends_the_walk() -> None:
    away = Collection(uri="", items=(), next="https://ond.example/page")
    assert walk(Walk(note=POST), away, page_uri=PAGE, known=(), urls=URLS).page == ""


def test_a_collection_without_items_leads_to_its_first_page() -> None:
    root = Collection(uri=f"{POST}/replies", first=f"{PAGE}1")
    step = walk(Walk(note=POST), root, page_uri=f"{POST}/replies", known=(), urls=URLS)
    assert step.page == f"{PAGE}1"


# -- sideways


def test_unknown_actors_mentioned_are_asked_for_within_the_cap() -> None:
    crowd = [{"type": "Mention", "href": f"https://annen.example/u/{n}"} for n in range(90)]
    crowd.append({"type": "Mention", "href": SECRETARIAT})
    mentioned = parse.note(note(tag=crowd), URLS)
    fetches = strangers(mentioned, known={"https://annen.example/u/0"}, urls=URLS)
    assert len(fetches) == limits.STRANGERS.size
    assert fetches[0] == Fetch("https://annen.example/u/1", "actor", 1)
