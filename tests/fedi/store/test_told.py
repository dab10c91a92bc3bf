"""Notifications as their recipient reads them: by policy, without mutes and blocks, in groups."""

from dataclasses import replace

import pytest

from actors.people import Actor
from actors.posts import Visibility
from actors.relationships import Notification, NotificationKind
from fedi.store import acquaintances, kept, told
from fedi.store.timelines import Span
from fedi.store.told import GROUP_MS, GROUPED, Choice, Policy
from tests.fedi.store.units import everything, read, write
from tests.people import ALICE, BOB, CARLA, DAY, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik

ALL = Span(limit=40)
LET_ALL = Policy(for_private_mentions="accept", for_limited_accounts="accept")


def tells(
    nordvik: Nordvik, id: int, by: Actor, kind: str = "follow", post: int = 0, at: int = NOW
) -> None:
    row = Notification(
        id=id, recipient_id=KARI.id, kind=NotificationKind(kind), by_id=by.id, post_id=post,
        created=at,
    )  # fmt: skip
    nordvik.put(row)


def ids(nordvik: Nordvik, choice: Choice | None = None, span: Span = ALL) -> list[int]:
    chosen = choice or Choice()
    return [one.id for one in read(nordvik, told.listed, KARI.id, chosen, span, NOW)]


def test_pages_go_both_ways(nordvik: Nordvik) -> None:
    for id, by in ((1, ALICE), (2, BOB), (3, CARLA), (4, OLA)):
        tells(nordvik, id, by)
    assert ids(nordvik) == [4, 3, 2, 1]
    assert ids(nordvik, span=Span(limit=2, below=4)) == [3, 2]
    assert ids(nordvik, span=Span(limit=2, above=1)) == [4, 3]
    assert ids(nordvik, span=Span(limit=2, above=1, upward=True)) == [3, 2]
    assert read(nordvik, told.listed, OLA.id, Choice(), ALL, NOW) == []
    assert read(nordvik, told.unread, KARI.id, Choice(), 1, 2, NOW) == 2
    assert read(nordvik, told.unread, KARI.id, Choice(), 3, 9, NOW) == 1


def test_kinds_and_senders_are_chosen(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, Visibility.PUBLIC).id
    tells(nordvik, 1, ALICE)
    tells(nordvik, 2, ALICE, "favourite", post)
    tells(nordvik, 3, BOB, "reblog", post)
    assert ids(nordvik, Choice(kinds=("favourite", "reblog"))) == [3, 2]
    assert ids(nordvik, Choice(without=("follow",))) == [3, 2]
    assert ids(nordvik, Choice(by_id=ALICE.id)) == [2, 1]


def test_mutes_blocks_and_muted_domains_hide_until_they_end(nordvik: Nordvik) -> None:
    for id, by in ((1, ALICE), (2, BOB), (3, CARLA), (4, OLA)):
        tells(nordvik, id, by)
    write(nordvik, acquaintances.mute, KARI.id, ALICE.id, notifications=True, until=None)
    write(nordvik, acquaintances.mute, KARI.id, BOB.id, notifications=False, until=None)
    assert ids(nordvik) == [4, 3, 2]
    nordvik.blocks(KARI, OLA)
    assert ids(nordvik) == [3, 2]
    write(nordvik, acquaintances.mute_domain, KARI.id, BOB.domain, 1)
    assert ids(nordvik) == [3]
    nordvik.put(replace(CARLA, suspended=NOW))
    assert ids(nordvik) == []
    write(nordvik, acquaintances.unmute, KARI.id, ALICE.id)
    write(nordvik, acquaintances.unmute_domain, KARI.id, BOB.domain)
    assert ids(nordvik) == [2, 1]


def test_a_post_one_may_see_no_more_takes_its_notifications_along(nordvik: Nordvik) -> None:
    open_one = nordvik.says(ALICE, Visibility.PUBLIC, KARI)
    closed = nordvik.says(ALICE, Visibility.DIRECT, OLA)
    tells(nordvik, 1, ALICE, "mention", open_one.id)
    tells(nordvik, 2, ALICE, "mention", closed.id)
    assert 2 not in ids(nordvik, Choice(held=True))
    assert read(nordvik, told.one, KARI.id, 2, NOW) is None
    found = read(nordvik, told.one, KARI.id, 1, NOW)
    assert found is not None
    assert found.post_id == open_one.id
    assert read(nordvik, told.one, OLA.id, 1, NOW) is None
    root = open_one.context or open_one.uri
    write(nordvik, kept.mute_thread, KARI.id, root)
    assert 1 not in ids(nordvik)
    write(nordvik, kept.unmute_thread, KARI.id, root)
    assert 1 in ids(nordvik)


def test_the_policy_holds_strangers_back_and_lets_in_whom_one_answers(nordvik: Nordvik) -> None:
    nordvik.follows(KARI, BOB)
    for id, by in ((1, ALICE), (2, BOB), (3, OLA), (4, ALICE)):
        tells(nordvik, id, by, "follow" if id < 4 else "follow_request")
    assert read(nordvik, told.policy, KARI.id) == Policy()
    strict = replace(LET_ALL, for_not_following="filter")
    write(nordvik, told.set_policy, KARI.id, strict)
    assert read(nordvik, told.policy, KARI.id) == strict
    assert ids(nordvik) == [3, 2], "a colleague is never a stranger"
    assert ids(nordvik, Choice(held=True)) == [4, 3, 2, 1]
    (request,) = read(nordvik, told.requests, KARI.id, ALL, NOW)
    assert (request.by_id, request.count, request.last) == (ALICE.id, 2, 4)
    assert read(nordvik, told.requests, KARI.id, ALL, NOW, by_id=BOB.id) == []
    write(nordvik, told.answer, KARI.id, [ALICE.id], "dismissed", NOW)
    assert read(nordvik, told.requests, KARI.id, ALL, NOW) == []
    assert ids(nordvik) == [3, 2]
    write(nordvik, told.answer, KARI.id, [ALICE.id], "accepted", NOW)
    assert ids(nordvik) == [4, 3, 2, 1]
    write(nordvik, told.set_policy, KARI.id, replace(strict, for_not_following="drop"))
    write(nordvik, told.answer, KARI.id, [ALICE.id], "dismissed", NOW)
    assert ids(nordvik, Choice(held=True)) == [3, 2], "what is dropped is never shown"


def test_new_accounts_and_new_followers_are_strangers_for_a_while(nordvik: Nordvik) -> None:
    nordvik.put(replace(ALICE, created=NOW - DAY), replace(BOB, created=NOW - 31 * DAY))
    tells(nordvik, 1, ALICE)
    tells(nordvik, 2, BOB)
    write(nordvik, told.set_policy, KARI.id, replace(LET_ALL, for_new_accounts="filter"))
    assert ids(nordvik) == [2]
    write(nordvik, told.set_policy, KARI.id, replace(LET_ALL, for_not_followers="filter"))
    nordvik.follows(ALICE, KARI, created=NOW - DAY)
    nordvik.follows(BOB, KARI, created=NOW - 4 * DAY)
    assert ids(nordvik) == [2]


def test_private_mentions_are_held_unless_they_answer_one(nordvik: Nordvik) -> None:
    own = nordvik.says(KARI, Visibility.DIRECT, ALICE)
    first = nordvik.says(ALICE, Visibility.DIRECT, KARI)
    reply = nordvik.says(ALICE, Visibility.DIRECT, KARI, reply_to=own.uri)
    write(nordvik, told.clear, KARI.id)
    tells(nordvik, 1, ALICE, "mention", first.id)
    tells(nordvik, 2, ALICE, "mention", reply.id)
    assert ids(nordvik) == [2]
    write(nordvik, told.set_policy, KARI.id, LET_ALL)
    assert ids(nordvik) == [2, 1]


def test_notifications_go_one_by_one_or_all_at_once(nordvik: Nordvik) -> None:
    empty = everything(nordvik, "notification")
    for id, by in ((1, ALICE), (2, BOB), (3, CARLA)):
        tells(nordvik, id, by)
    write(nordvik, told.dismiss, OLA.id, [1])
    write(nordvik, told.dismiss, KARI.id, [2, 99])
    write(nordvik, told.dismiss, KARI.id, [])
    assert ids(nordvik) == [3, 1]
    write(nordvik, told.clear, OLA.id)
    assert ids(nordvik) == [3, 1]
    write(nordvik, told.clear, KARI.id)
    assert everything(nordvik, "notification") == empty


def test_what_is_near_in_time_is_one_group(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, Visibility.PUBLIC).id
    start = NOW // GROUP_MS * GROUP_MS
    for id, by, kind, at in (
        (1, ALICE, "favourite", start - 1),
        (2, BOB, "favourite", start),
        (3, CARLA, "favourite", start + GROUP_MS - 1),
        (4, OLA, "mention", start),
        (5, LEDERGRUPPEN, "favourite", start + GROUP_MS),
    ):
        tells(nordvik, id, by, kind, post, at)
    page = read(nordvik, told.listed, KARI.id, Choice(), ALL, NOW)
    groups = told.groups(page, GROUPED)
    assert [[one.id for one in group.members] for group in groups] == [[5], [4], [3, 2], [1]]
    counts = read(nordvik, told.counts, KARI.id, groups)
    assert [counts.get(group.key, 1) for group in groups] == [1, 1, 2, 1]
    for group in groups:
        assert "/" not in group.key
        found = read(nordvik, told.members, KARI.id, group.key, ALL, NOW)
        assert tuple(found) == group.members
    assert [len(group.members) for group in told.groups(page, ())] == [1] * 5
    assert read(nordvik, told.counts, KARI.id, told.groups(page, ())) == {}


@pytest.mark.parametrize(
    "key", ["", "x", "ungrouped-", "ungrouped-x", "ungrouped-" + "9" * 30, "favourite-1",
            "favourite-x-1", "mention-1-1", "favourite-" + "9" * 60 + "-1"],
)  # fmt: skip
def test_a_key_of_no_group_finds_nothing(nordvik: Nordvik, key: str) -> None:
    assert read(nordvik, told.members, KARI.id, key, ALL, NOW) == []


@pytest.mark.parametrize("number", ["²", "٣", "9" * 19, "9" * 400, "-1", "", "1-2"])
def test_a_key_of_no_group_is_no_group(nordvik: Nordvik, number: str) -> None:
    for key in (f"ungrouped-{number}", f"favourite-{number}-1", f"favourite-1-{number}"):
        assert read(nordvik, told.members, KARI.id, key, ALL, NOW) == []
