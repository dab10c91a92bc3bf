"""Timelines: paged both ways, filtered by who reads, and bounded however much isn't shown."""

from dataclasses import replace

from actors.audience import LocalActor, Nobody, Viewer
from actors.people import Actor
from actors.posts import Post, Visibility
from fedi.store import acquaintances, authored, lists, timelines
from fedi.store.authored import OfAuthor
from fedi.store.timelines import Span, Tags, Wanted
from tests.fedi.store.units import read, write
from tests.people import ALICE, BOB, CARLA, KARI, LEDERGRUPPEN, MINUTE, NOW, OLA, Nordvik
from tests.running import run

ALL = Span(limit=40)
ME = LocalActor(KARI.id)


def says(
    nordvik: Nordvik, who: Actor, visibility: Visibility = Visibility.PUBLIC, reply_to: str = ""
) -> Post:
    nordvik.clock.time += MINUTE
    return nordvik.says(who, visibility, reply_to=reply_to, published=nordvik.clock.time)


def tagged(nordvik: Nordvik, post: Post, *names: str) -> Post:
    rows = [(post.id, name, name) for name in names]
    run(nordvik.engine.write(lambda tx: tx.many("INSERT INTO hashtag VALUES (?, ?, ?)", rows)))
    return post


def public(
    nordvik: Nordvik, viewer: Viewer = ME, wanted: Wanted | None = None, span: Span = ALL
) -> list[int]:
    found = read(nordvik, timelines.public, viewer, wanted or Wanted(), span)
    return [row[1] for row in found]


def test_the_public_timeline_is_of_first_posts_that_the_reader_may_see(nordvik: Nordvik) -> None:
    ours = says(nordvik, LEDERGRUPPEN)
    theirs = says(nordvik, ALICE)
    inside = says(nordvik, OLA, Visibility.INTERNAL)
    says(nordvik, BOB, reply_to=ours.uri)
    for visibility in (Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT):
        says(nordvik, LEDERGRUPPEN, visibility)
    assert public(nordvik) == [inside.id, theirs.id, ours.id]
    assert public(nordvik, Nobody()) == [theirs.id, ours.id]
    assert public(nordvik, wanted=Wanted(local=True)) == [inside.id, ours.id]
    assert public(nordvik, wanted=Wanted(remote=True)) == [theirs.id]
    assert public(nordvik, wanted=Wanted(media=True)) == []
    nordvik.blocks(ALICE, KARI)
    assert public(nordvik) == [inside.id, ours.id]


def test_pages_go_both_ways_over_long_stretches_of_what_is_not_shown(nordvik: Nordvik) -> None:
    shown = []
    for n in range(30):
        one = says(nordvik, ALICE if n % 10 else BOB)
        if not n % 10:
            shown.append(one.id)
    write(nordvik, acquaintances.mute, KARI.id, ALICE.id, notifications=False, until=None)
    assert public(nordvik, span=Span(limit=1)) == shown[-1:]
    assert public(nordvik, span=Span(limit=1, below=shown[2])) == [shown[1]]
    assert public(nordvik, span=Span(limit=1, above=shown[0], upward=True)) == [shown[1]]
    assert public(nordvik, span=Span(limit=2, above=shown[0])) == [shown[2], shown[1]]
    write(nordvik, acquaintances.unmute, KARI.id, ALICE.id)
    assert len(public(nordvik)) == 30


def test_posts_with_a_hashtag_and_others_besides(nordvik: Nordvik) -> None:
    both = tagged(nordvik, says(nordvik, ALICE), "tog", "buss")
    one = tagged(nordvik, says(nordvik, LEDERGRUPPEN), "tog")
    tagged(nordvik, says(nordvik, OLA, Visibility.DIRECT), "tog")

    def of(rest: Tags | None = None, wanted: Wanted | None = None) -> list[int]:
        found = read(nordvik, timelines.tagged, ME, "tog", wanted or Wanted(), ALL, rest=rest)
        return [row[1] for row in found]

    assert of() == [one.id, both.id]
    assert of(Tags(every=("buss",))) == [both.id]
    assert of(Tags(none=("buss",))) == [one.id]
    assert of(wanted=Wanted(local=True)) == [one.id]


def test_those_outside_see_full_pages_in_a_house_full_of_internal_posts(nordvik: Nordvik) -> None:
    open_ = [tagged(nordvik, says(nordvik, LEDERGRUPPEN), "tog").id]
    inner = says(nordvik, OLA, Visibility.INTERNAL)
    many = [replace(inner, id=inner.id + n, uri=f"{inner.uri}-{n}") for n in range(1, 1_500)]
    nordvik.put(*many)
    rows = [(one.id, "tog", "tog") for one in many]
    run(nordvik.engine.write(lambda tx: tx.many("INSERT INTO hashtag VALUES (?, ?, ?)", rows)))
    open_ += [tagged(nordvik, says(nordvik, LEDERGRUPPEN), "tog").id for _ in range(2)]

    def of(**span: int | bool) -> list[int]:
        wanted = Span(**{"limit": 1, **span})  # type: ignore[arg-type]
        found = read(nordvik, timelines.tagged, Nobody(), "tog", Wanted(), wanted)
        local = read(nordvik, timelines.public, Nobody(), Wanted(local=True), wanted)
        assert [row[1] for row in local] == [row[1] for row in found]
        return [row[1] for row in found]

    assert of() == [open_[2]]
    assert of(below=open_[1]) == [open_[0]]
    assert of(above=open_[0], upward=True) == [open_[1]]
    assert of(limit=3) == open_[::-1]
    assert of(limit=0) == []
    assert of(below=open_[0]) == []


def test_an_authors_posts_as_they_are_asked_for(nordvik: Nordvik) -> None:
    first = says(nordvik, ALICE)
    thread = says(nordvik, ALICE, reply_to=first.uri)
    answer = says(nordvik, ALICE, reply_to=says(nordvik, BOB).uri)
    secret = says(nordvik, ALICE, Visibility.DIRECT)

    def of(viewer: Viewer, chosen: OfAuthor | None = None, span: Span = ALL) -> list[int]:
        found = read(nordvik, authored.by_author, viewer, ALICE.id, chosen or OfAuthor(), span)
        return [row[1] for row in found]

    assert of(Nobody()) == of(ME) == [answer.id, thread.id, first.id]
    assert of(LocalActor(ALICE.id)) == [secret.id, answer.id, thread.id, first.id]
    assert of(LocalActor(ALICE.id), OfAuthor(without_direct=True)) == of(ME)
    assert of(ME, OfAuthor(without_replies=True)) == [thread.id, first.id]
    assert of(ME, OfAuthor(pinned=True)) == of(ME, OfAuthor(only_media=True)) == []
    tagged(nordvik, thread, "tog")
    assert of(ME, OfAuthor(tagged="tog")) == [thread.id]
    assert of(ME, span=Span(limit=1, above=first.id, upward=True)) == [thread.id]


def test_a_list_is_of_its_members_and_the_answers_it_wants(nordvik: Nordvik) -> None:
    one = lists.List(id=1, actor_id=KARI.id, title="Nære")
    write(nordvik, lists.keep, one)
    write(nordvik, lists.add, 1, [ALICE.id, BOB.id])
    nordvik.follows(KARI, CARLA)
    alone = says(nordvik, ALICE)
    among = says(nordvik, BOB, reply_to=alone.uri)
    outside = says(nordvik, BOB, reply_to=says(nordvik, CARLA).uri)

    def of(replies: str, span: Span = ALL) -> list[int]:
        kind = lists.List(id=1, actor_id=KARI.id, title="", replies=replies)
        return [row[1] for row in read(nordvik, lists.timeline, kind, span)]

    assert of("none") == [alone.id]
    assert of("list") == [among.id, alone.id]
    assert of("followed") == [outside.id, alone.id]
    assert of("list", Span(limit=1)) == [among.id]
    assert of("list", Span(limit=0)) == of("list", Span(limit=0, upward=True)) == []
    assert of("list", Span(limit=1, above=-1, upward=True)) == [alone.id]
    assert of("list", Span(limit=1, below=among.id)) == [alone.id]
    assert nordvik.clock.time > NOW
