"""What the client API asks of the store goes by an index on both engines (as test_query_plans.py).

Each family runs for real in a grown house; every statement that it made is then explained.
"""

# mypy: disable-error-code="misc, arg-type"

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from actors.audience import LocalActor, Nobody
from actors.drafts import DraftState
from actors.posts import Visibility
from fedi.store import (
    acquaintances,
    announcements,
    authored,
    conversation,
    direct,
    drafts,
    filters,
    followed,
    groups,
    home,
    house,
    hydrating,
    kept,
    knowing,
    lists,
    moderation,
    planned,
    scheduled,
    timelines,
    told,
)
from fedi.store.authored import OfAuthor
from fedi.store.engine import Engine
from fedi.store.returning import merged_home
from fedi.store.timelines import Span, Tags, Wanted
from tests.databases import Template
from tests.fedi.store.explaining import Noting, faults
from tests.fedi.store.grown import GROWN, PEOPLE, POSTS
from tests.people import ALICE, ALLE, IKT, KARI, LEDERGRUPPEN, NOW, OLA, Nordvik
from tests.running import run

ME = PEOPLE + 20
VIEWERS = (LocalActor(ME), Nobody())
DOWN, UP = Span(limit=20), Span(limit=20, above=POSTS, upward=True)
SPANS = (DOWN, UP)


@pytest.fixture
def copied_from() -> Template:
    return GROWN


@pytest.fixture
def grown(engine: Engine) -> Nordvik:
    """Nordvik, grown, with every statement taken down from here on."""
    return Nordvik(Noting(engine))


def timelines_are_read(nordvik: Nordvik) -> None:
    read = nordvik.engine.read
    tags = Tags(every=("tag2",), none=("tag3",))
    author = OfAuthor(
        pinned=True, only_media=True, without_replies=True, without_boosts=True,
        without_direct=True, tagged="tag1",
    )  # fmt: skip
    which = (Wanted(), Wanted(local=True), Wanted(remote=True, media=True))
    for span in SPANS:
        for viewer in VIEWERS:
            for wanted in which:
                run(read(lambda tx, v=viewer, w=wanted, s=span: timelines.public(tx, v, w, s)))
            run(read(lambda tx, v=viewer, s=span: timelines.tagged(
                tx, v, "tag1", which[2], s, rest=tags)))  # fmt: skip
            run(read(lambda tx, v=viewer, s=span: timelines.linking(tx, v, "https://a.test", s)))
            for chosen in (OfAuthor(), author):
                run(read(lambda tx, v=viewer, c=chosen, s=span: authored.by_author(
                    tx, v, PEOPLE, c, s)))  # fmt: skip
        run(read(lambda tx, s=span: timelines.home(tx, ME, s)))
        for replies in ("none", "list", "followed"):
            one = lists.List(id=1, actor_id=ME, title="", replies=replies)
            run(read(lambda tx, o=one, s=span: lists.timeline(tx, o, s)))


def home_is_kept(nordvik: Nordvik) -> None:
    engine, write = nordvik.engine, nordvik.engine.write
    run(home.Readers(engine).ready(ME, NOW + home.ACTIVE_MS))
    run(home.Readers(engine).ready(ME + 20, NOW + home.SEEN_EVERY_MS + 1))
    run(nordvik.engine.read(lambda tx: merged_home(tx, ME, DOWN)))
    run(write(lambda tx: home.fan_out(tx, POSTS, PEOPLE, NOW)))
    run(write(lambda tx: home.put(tx, POSTS, PEOPLE, (ME,), NOW)))
    run(write(lambda tx: home.put_since(tx, ME, PEOPLE, POSTS, NOW)))
    run(write(lambda tx: home.take_off(tx, POSTS, PEOPLE)))
    run(write(lambda tx: home.put_away(tx, NOW + 3 * home.ACTIVE_MS)))
    run(write(lambda tx: followed.for_followers(tx, POSTS, NOW)))


def groups_are_read(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    group = replace(ALLE, id=PEOPLE + 3)
    for span in SPANS:
        for viewer in VIEWERS:
            for chosen in (OfAuthor(), OfAuthor(only_media=True), OfAuthor(linking=True)):
                run(read(lambda tx, v=viewer, c=chosen, s=span: authored.in_group(
                    tx, v, group.id, s, c)))  # fmt: skip
        run(read(lambda tx, s=span: groups.asking(tx, [ME, group.id], s)))
    run(read(lambda tx: groups.standing(tx, group, ME, NOW)))
    run(read(lambda tx: groups.of_post(tx, POSTS)))
    run(read(lambda tx: groups.managers(tx, group.id, NOW)))
    run(read(lambda tx: groups.managed_by(tx, 120, NOW)))
    run(read(lambda tx: groups.members_among(tx, [group.id], [ME, PEOPLE])))
    run(read(lambda tx: groups.invited(tx, group.id)))
    run(read(lambda tx: groups.asked_of(tx, [ME, group.id], PEOPLE)))
    run(read(lambda tx: groups.person_of(tx, ME)))
    run(write(lambda tx: groups.answered(tx, group.id, ME)))
    run(read(lambda tx: lists.groups(tx, ME)))
    run(read(lambda tx: lists.one(tx, ME, group.id)))
    for viewer in VIEWERS:
        run(read(lambda tx, v=viewer: knowing.known_among(tx, [ME, PEOPLE, group.id], v)))


def posts_and_people_are_shown(nordvik: Nordvik) -> None:
    read = nordvik.engine.read
    posts, people = [POSTS, POSTS + 7], [PEOPLE, PEOPLE + 7, KARI.id]
    for inside in (True, False):
        run(read(lambda tx, i=inside: hydrating.wholes(tx, posts, inside=i)))
        run(read(lambda tx, i=inside: hydrating.accounts(tx, people, inside=i)))
    run(read(lambda tx: hydrating.by_uri(tx, ALICE.uri)))
    run(read(lambda tx: hydrating.follow_requests(tx, IKT.id)))
    run(read(lambda tx: hydrating.did(tx, ME, posts)))
    run(read(lambda tx: hydrating.settings(tx, ME)))
    run(read(lambda tx: hydrating.parents(tx, posts, LocalActor(ME))))
    run(read(lambda tx: hydrating.post_for(tx, POSTS, LocalActor(ME))))
    run(read(lambda tx: hydrating.actor(tx, PEOPLE, LocalActor(ME))))
    run(read(lambda tx: hydrating.own_votes(tx, ME, posts)))
    run(read(lambda tx: hydrating.following_among(tx, ME, people)))
    for viewer in VIEWERS:
        run(read(lambda tx, v=viewer: conversation.ancestors(tx, POSTS + 400, v, 40)))
        run(read(lambda tx, v=viewer: conversation.descendants(tx, POSTS, v, 60)))


def things_are_kept(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    run(write(lambda tx: kept.bookmark(tx, 99_999, ME, POSTS)))
    run(write(lambda tx: kept.unbookmark(tx, ME, POSTS)))
    run(write(lambda tx: kept.mute_thread(tx, ME, "urn:1")))
    run(write(lambda tx: kept.unmute_thread(tx, ME, "urn:1")))
    run(read(lambda tx: kept.places(tx, ME, ("home", "notifications"))))
    run(write(lambda tx: kept.keep_place(tx, ME, "home", POSTS, NOW)))
    run(write(lambda tx: kept.answer(tx, 1, "key", "post", POSTS, NOW)))
    run(read(lambda tx: kept.answered(tx, 1, "key", NOW)))
    run(write(lambda tx: kept.forget_answers(tx, NOW)))
    run(write(lambda tx: kept.written_with(tx, POSTS, 1)))
    run(read(lambda tx: kept.preferences(tx, ME)))
    run(write(lambda tx: kept.prefer(tx, ME, kept.Preferences())))
    for span in SPANS:
        run(read(lambda tx, s=span: kept.bookmarks(tx, ME, s)))
        run(read(lambda tx, s=span: kept.favourites(tx, ME, s)))
        run(read(lambda tx, s=span: kept.favourited_by(tx, POSTS, s)))
        run(read(lambda tx, s=span: kept.reblogged_by(tx, POSTS, LocalActor(ME), s)))


def others_are_known(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    run(read(lambda tx: acquaintances.standings(tx, ME, [PEOPLE, PEOPLE + 1])))
    run(write(lambda tx: acquaintances.mute(tx, ME, PEOPLE, notifications=True, until=NOW)))
    run(read(lambda tx: acquaintances.any_mute_ends(tx, NOW)))
    run(write(lambda tx: acquaintances.end_mutes(tx, NOW)))
    run(read(lambda tx: acquaintances.familiar(tx, ME, [PEOPLE, PEOPLE + 1])))
    run(read(lambda tx: acquaintances.from_domain(tx, ME, "host1.test")))
    run(write(lambda tx: acquaintances.mute_domain(tx, ME, "a.test", 99_999)))
    run(write(lambda tx: acquaintances.unmute_domain(tx, ME, "a.test")))
    for span in SPANS:
        run(
            read(
                lambda tx, s=span: acquaintances.related(tx, ME, "follow", s, viewer=LocalActor(ME))
            )
        )
        run(
            read(
                lambda tx, s=span: acquaintances.related(
                    tx, ME, "follow", s, viewer=LocalActor(ME), toward=True
                )
            )
        )
        run(read(lambda tx, s=span: acquaintances.endorsed(tx, ME, s, LocalActor(ME))))
        run(read(lambda tx, s=span: acquaintances.muted_domains(tx, ME, s)))


def one_is_told(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    strict = told.Policy(**dict.fromkeys(told.SORTS, "filter"))
    run(write(lambda tx: told.set_policy(tx, ME, strict)))
    choices = (
        told.Choice(),
        told.Choice(kinds=("mention",), without=("follow",), by_id=PEOPLE, held=True),
    )
    for span in SPANS:
        for choice in choices:
            run(read(lambda tx, c=choice, s=span: told.listed(tx, ME, c, s, NOW)))
        run(read(lambda tx, s=span: told.requests(tx, ME, s, NOW)))
        run(read(lambda tx, s=span: told.members(tx, ME, "follow-0-40833", s, NOW)))
    run(read(lambda tx: told.one(tx, ME, 21, NOW)))
    run(read(lambda tx: told.unread(tx, ME, choices[0], 0, 100, NOW)))
    group = told.Group(key="follow-0-40833", kind="follow", post_id=0, members=())
    run(read(lambda tx: told.counts(tx, ME, [group])))
    run(write(lambda tx: told.answer(tx, ME, [PEOPLE], "accepted", NOW)))
    run(write(lambda tx: told.dismiss(tx, ME, [1, 2])))
    run(write(lambda tx: told.clear(tx, ME)))


def lists_and_filters_are_made(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    new = lists.List(id=99_999, actor_id=ME, title="Ny")
    run(write(lambda tx: lists.keep(tx, new)))
    run(write(lambda tx: lists.add(tx, new.id, [PEOPLE])))
    run(read(lambda tx: lists.of_actor(tx, ME)))
    run(read(lambda tx: lists.one(tx, ME, new.id)))
    run(read(lambda tx: lists.holding(tx, ME, PEOPLE)))
    for span in SPANS:
        run(read(lambda tx, s=span: lists.members(tx, 1, s)))
        run(read(lambda tx, s=span: followed.of_actor(tx, ME, s)))
    run(write(lambda tx: lists.remove(tx, new.id, [PEOPLE])))
    run(write(lambda tx: lists.drop(tx, new.id)))
    one = filters.Filter(id=99_999, actor_id=ME, title="Ny", context=("home",), action="warn")
    word = filters.Keyword(id=99_999, filter_id=one.id, keyword="ord", whole_word=True)
    mark = filters.Marked(id=99_999, filter_id=one.id, post_id=POSTS)
    run(write(lambda tx: filters.keep(tx, one)))
    run(write(lambda tx: filters.keep_keyword(tx, word)))
    run(write(lambda tx: filters.mark(tx, mark)))
    run(read(lambda tx: filters.of_actor(tx, ME)))
    run(read(lambda tx: filters.one(tx, ME, one.id)))
    run(read(lambda tx: filters.keyword(tx, ME, word.id)))
    run(read(lambda tx: filters.marked(tx, ME, mark.id)))
    run(read(lambda tx: filters.version(tx, ME)))
    run(write(lambda tx: filters.drop_keyword(tx, word)))
    run(write(lambda tx: filters.unmark(tx, mark)))
    run(write(lambda tx: filters.drop(tx, one.id)))
    run(write(lambda tx: followed.follow(tx, 99_999, ME, "nytt", "Nytt")))
    run(write(lambda tx: followed.unfollow(tx, ME, "nytt")))
    run(read(lambda tx: followed.names(tx, ME)))
    run(read(lambda tx: followed.used(tx, PEOPLE, 10)))


def direct_posts_are_read(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    post = nordvik.says(KARI, Visibility.DIRECT, OLA)
    span = Span(limit=20)
    run(read(lambda tx: direct.conversations(tx, KARI.id, span)))
    run(read(lambda tx: direct.conversations(tx, KARI.id, span, first=post.id)))
    run(read(lambda tx: direct.participants(tx, [post.id], KARI.id)))
    run(write(lambda tx: direct.read(tx, KARI.id, "urn:1", post.id)))
    run(write(lambda tx: direct.hide(tx, KARI.id, "urn:1", post.id)))
    for span in SPANS:
        run(read(lambda tx, s=span: direct.timeline(tx, KARI.id, s)))


def later_posts_wait(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    one = scheduled.Scheduled(
        id=99_999, actor_id=ME, person_id=1, app_id=None, due=NOW, params="{}"
    )
    run(write(lambda tx: scheduled.add(tx, one)))
    run(read(lambda tx: scheduled.count(tx, ME)))
    run(read(lambda tx: scheduled.one(tx, ME, one.id)))
    run(read(lambda tx: scheduled.is_due(tx, NOW)))
    for span in SPANS:
        run(read(lambda tx, s=span: scheduled.of_actor(tx, ME, s)))
    run(write(lambda tx: scheduled.lease(tx, NOW, NOW + 1)))
    run(write(lambda tx: scheduled.move(tx, one.id, NOW)))
    run(write(lambda tx: scheduled.failed(tx, one.id, "Nei.", None)))
    run(write(lambda tx: scheduled.drop(tx, one.id)))


def the_house_tells_of_itself(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    for question in (house.counts, house.contact, house.description, house.founded, house.rules,
                     house.blocked_domains):  # fmt: skip
        run(read(question))
    run(read(lambda tx: house.active(tx, NOW)))
    run(read(lambda tx: house.active_between(tx, NOW, NOW + 1)))
    run(read(lambda tx: house.posts_between(tx, POSTS, POSTS + 9)))
    run(read(lambda tx: announcements.current(tx, ME, NOW, dismissed=True)))
    run(read(lambda tx: announcements.reactions(tx, [1, 2], ME)))
    seeking = (
        moderation.Sought(),
        moderation.Sought(local=True, suspended=False, staff=False, username="an", name="A",
                          domain="h", email="x"),
    )  # fmt: skip
    for span in SPANS:
        for sought in seeking:
            run(read(lambda tx, q=sought, s=span: moderation.accounts(tx, q, s)))
    run(read(lambda tx: moderation.by_ids(tx, [KARI.id, ALICE.id])))
    by = {"by": LEDERGRUPPEN.id, "person": 1}
    run(write(lambda tx: moderation.suspend(tx, PEOPLE, NOW, **by)))
    run(write(lambda tx: moderation.unsuspend(tx, PEOPLE, NOW, **by)))


def drafts_wait(nordvik: Nordvik) -> None:
    read, write = nordvik.engine.read, nordvik.engine.write
    states = (DraftState.OPEN, DraftState.PENDING)
    for span in SPANS:
        run(read(lambda tx, s=span: drafts.of_actor(tx, PEOPLE, states, s)))
    run(read(lambda tx: drafts.one(tx, POSTS)))
    run(read(lambda tx: drafts.count(tx, PEOPLE)))
    run(read(lambda tx: drafts.of_post(tx, PEOPLE + 1)))
    run(read(lambda tx: drafts.steps(tx, POSTS)))
    run(read(lambda tx: drafts.last_step(tx, POSTS)))
    run(read(lambda tx: drafts.told_of(tx, PEOPLE, [POSTS, POSTS + 1])))
    run(read(lambda tx: drafts.four_eyes(tx, PEOPLE)))
    run(read(lambda tx: drafts.approvers(tx, PEOPLE, NOW)))
    run(read(lambda tx: planned.between(tx, PEOPLE, NOW, NOW + 1_000)))
    run(write(lambda tx: drafts.untell(tx, POSTS)))
    run(write(lambda tx: drafts.forget_ended(tx, NOW)))


SCENES: tuple[Callable[[Nordvik], None], ...] = (
    timelines_are_read,
    home_is_kept,
    groups_are_read,
    posts_and_people_are_shown,
    things_are_kept,
    others_are_known,
    one_is_told,
    lists_and_filters_are_made,
    direct_posts_are_read,
    later_posts_wait,
    drafts_wait,
    the_house_tells_of_itself,
)
SORTED = {
    ") x JOIN post p": "a window of an index",
    ") w JOIN post p": "an actor's newest direct posts",
    "row_number() OVER (PARTITION BY t.target_id": "whom one follows, of those who follow somebody",
    "FROM domain_mute WHERE actor_id": "the domains one actor mutes",
    "FROM filter_keyword": "the words of one actor's filters",
    "FROM filter_status": "the posts that one actor's filters name",
    "LIMIT 500) p JOIN hashtag": "the hashtags of 500 posts",
    "HAVING max(n.id)": "what is held back of one actor's notifications",
    "FROM addressee d JOIN actor a": "those named in a page of posts",
    "FROM hashtag WHERE post_id": "the hashtags of a page of posts",
    "FROM vote WHERE post_id": "one's own votes in a page of polls",
    "WITH RECURSIVE above": "the posts above one",
    "WHERE quoted_uri = ?": "who quotes a post that is new here",
    "ORDER BY newest": "who waits to be let in by one actor, or into its groups",
    "FROM invitation i JOIN actor a": "who is invited to one group",
    "ORDER BY created, target_id LIMIT 1": "whom one actor has asked, of a few",
    "FROM relation f JOIN grouping g": "the groups that one actor is in",
    "FROM announcement_reaction": "the reactions to a house's announcements",
}
"""Sorts of what an index has found already, and why that is little."""
WALKED = {
    "FROM (SELECT 1 FROM host LIMIT": "at most 100,000 rows of an index",
    "AND visibility IN ('public', 'unlisted') LIMIT": "at most 100,000 rows of an index",
    "FROM mine GROUP BY root) g": "an actor's 2,000 newest direct posts",
}
"""Walks that end at a limit, and why that is little."""


def excused(fault: str, sql: str) -> bool:
    known = SORTED if "TEMP B-TREE" in fault else WALKED
    return any(part in sql for part in known)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_no_statement_of_the_client_api_walks_a_table(
    grown: Nordvik, scene: Callable[[Nordvik], None]
) -> None:
    engine = grown.engine
    assert isinstance(engine, Noting)
    scene(grown)
    found = [
        f"{fault}\n    {sql}"
        for sql, params in list(engine.texts.items())
        for fault in run(engine.engine.write(partial(faults, sql=sql, params=params)))
        if not excused(fault, sql)
    ]
    assert not found, "\n" + "\n".join(found)
