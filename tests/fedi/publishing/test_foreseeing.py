"""What is foreseen of a post is what happens then: how wide, who here, which servers.

Each case is foreseen, then published, and both are compared over the table of who sees what.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from actors.errors import FediError, Forbidden, NotFound
from actors.grouping import Access, Grouping, Posting
from actors.people import Actor, Exposure, Person
from actors.posts import Post, Visibility
from actors.relationships import RelationState
from actors.urls import host_of
from fedi.publishing import Draft, Writing
from fedi.publishing.foreseeing import Foreseeing, Foreseen
from fedi.resolve import HouseResolver
from fedi.store import domain_rules, roles
from tests.fedi.publishing.offline import Offline
from tests.people import (
    ALICE,
    ALLE,
    BEREDSKAP,
    BOB,
    CARLA,
    EVERYONE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MALLORY,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    SAMARBEID,
    Nordvik,
)
from tests.running import run

PEOPLE = (PERSON_KARI, PERSON_OLA)
TEXT = "Hei @ola og @carla@gotosocial.test"


def foresee(nordvik: Nordvik, author: Actor, draft: Draft) -> Foreseen:
    return run(Foreseeing(nordvik.performer, here(nordvik)).foresee(author, draft))


class Here(Offline):
    """Knows the posts that are here as well."""

    def __init__(self, nordvik: Nordvik) -> None:
        self._nordvik = nordvik

    async def post(self, uri: str) -> Post:
        performer = self._nordvik.performer
        found = await performer.engine.glance(lambda tx: performer.open(tx).post(uri))
        assert found is not None
        return found


def here(nordvik: Nordvik) -> HouseResolver:
    return cast(HouseResolver, Here(nordvik))


def draft(visibility: Visibility, text: str = TEXT, reply_to: str = "") -> Draft:
    return Draft(text=text, visibility=visibility, reply_to=reply_to)


def peopled(nordvik: Nordvik) -> None:
    """Followers here and elsewhere; one server is blocked, one is on the allow-list."""
    for author in (LEDERGRUPPEN, KARI, SAMARBEID, BEREDSKAP):
        for follower in (OLA, ALICE, BOB, CARLA, MALLORY):
            nordvik.follows(follower, author)
    nordvik.blocks(LEDERGRUPPEN, BOB)

    async def rules(tx: object) -> None:
        await domain_rules.put_rule(tx, "evil.test", "block", "", NOW)  # type: ignore[arg-type]
        await domain_rules.put_rule(tx, "gotosocial.test", "allow", "", NOW)  # type: ignore[arg-type]

    run(nordvik.engine.write(rules))


def who_sees(nordvik: Nordvik, uri: str) -> int:
    """Count the people one of whose actors sees a post."""
    found, actors = nordvik.post(uri), {actor.id: actor for actor in EVERYONE}

    def sees(person: Person) -> bool:
        held = run(nordvik.engine.read(lambda tx: roles.of_person(tx, person.id, NOW)))
        return any(nordvik.sees(actors[id], found) for id in held)

    return sum(sees(person) for person in PEOPLE)


def hosts(nordvik: Nordvik, before: int) -> set[str]:
    return {host_of(inbox) for kind, inbox in nordvik.delivered()[before:] if kind == "Create"}


@pytest.mark.parametrize("visibility", [one for one in Visibility if one is not Visibility.GROUP])
@pytest.mark.parametrize("author", [LEDERGRUPPEN, KARI, SAMARBEID, BEREDSKAP])
def test_what_is_foreseen_happens(nordvik: Nordvik, author: Actor, visibility: Visibility) -> None:
    peopled(nordvik)
    parents = [
        nordvik.says(ALICE, Visibility.PUBLIC, author).uri,
        nordvik.says(OLA, Visibility.INTERNAL).uri,
        nordvik.says(CARLA, Visibility.DIRECT, author).uri,
    ]
    for reply_to in ("", *parents):
        asked = draft(visibility, reply_to=reply_to)
        told = foresee(nordvik, author, asked)
        before = len(nordvik.delivered())
        made = run(Writing(nordvik.performer, here(nordvik)).publish(author, asked))
        about = (author.username, visibility, reply_to)
        assert told.visibility is made.visibility, about
        assert told.people == who_sees(nordvik, made.uri), about
        assert set(told.outside) == hosts(nordvik, before), about
        named = set(nordvik.readers(made)) - {author.id}
        assert {one.id for one in told.mentioned} == named, about


def test_nothing_is_written_by_looking(nordvik: Nordvik) -> None:
    peopled(nordvik)
    before = nordvik.counts()
    foresee(nordvik, LEDERGRUPPEN, draft(Visibility.PUBLIC))
    assert nordvik.counts() == before


def test_a_handle_nobody_has_met_is_unknown_and_not_fetched(nordvik: Nordvik) -> None:
    told = foresee(nordvik, LEDERGRUPPEN, draft(Visibility.PUBLIC, "Hei @ny@langt.test @nordvik"))
    assert [str(one) for one in told.unknown] == ["@ny@langt.test"]
    inside = foresee(nordvik, LEDERGRUPPEN, draft(Visibility.INTERNAL, "Hei @ny@langt.test"))
    assert inside.unknown == ()


def test_our_own_domain_is_no_other_server(nordvik: Nordvik) -> None:
    told = foresee(nordvik, KARI, draft(Visibility.DIRECT, "Hei @ola@nordvik.test"))
    assert [one.id for one in told.mentioned] == [OLA.id]
    assert (told.people, told.followers) == (2, 0)


def test_an_empty_text_has_an_audience_too(nordvik: Nordvik) -> None:
    assert foresee(nordvik, KARI, draft(Visibility.INTERNAL, "")).people == len(PEOPLE)


def test_those_who_have_left_and_those_still_asking_are_not_counted(nordvik: Nordvik) -> None:
    nordvik.put(replace(PERSON_OLA, departed=NOW))
    nordvik.follows(ALICE, IKT, state=RelationState.PENDING)
    told = foresee(nordvik, KARI, draft(Visibility.INTERNAL, ""))
    assert told.people == 1
    assert foresee(nordvik, IKT, draft(Visibility.PUBLIC, "")).followers == 0


def test_one_whom_the_author_blocks_is_not_counted(nordvik: Nordvik) -> None:
    nordvik.blocks(KARI, OLA)
    assert foresee(nordvik, KARI, draft(Visibility.INTERNAL, "")).people == 1


def test_a_parent_that_is_not_theirs_to_see_is_not_there(nordvik: Nordvik) -> None:
    hidden = nordvik.says(OLA, Visibility.DIRECT).uri
    with pytest.raises(NotFound):
        foresee(nordvik, KARI, draft(Visibility.INTERNAL, reply_to=hidden))


def test_one_who_may_only_read_has_no_audience(nordvik: Nordvik) -> None:
    asked = replace(draft(Visibility.PUBLIC), person=PERSON_OLA.id)
    with pytest.raises(Forbidden):
        foresee(nordvik, LEDERGRUPPEN, asked)


def test_only_an_account_open_to_the_web_is_read_by_anybody(nordvik: Nordvik) -> None:
    wide = foresee(nordvik, LEDERGRUPPEN, draft(Visibility.PUBLIC, ""))
    limited = foresee(nordvik, SAMARBEID, draft(Visibility.PUBLIC, ""))
    inside = foresee(nordvik, BEREDSKAP, draft(Visibility.PUBLIC, ""))
    assert (wide.on_the_web, limited.on_the_web, inside.on_the_web) == (True, False, False)
    assert (wide.leaves, limited.leaves, inside.leaves) == (True, True, False)
    assert BEREDSKAP.exposure is Exposure.INTERNAL


def test_the_number_of_statements_does_not_grow_with_the_followers(nordvik: Nordvik) -> None:
    counted: list[int] = []
    for _ in range(2):
        counted.append(
            statements(nordvik, lambda: foresee(nordvik, KARI, draft(Visibility.PUBLIC)))
        )
        for number in range(20):
            name = f"n{number}"
            one = replace(
                ALICE, id=5000 + number, uri=f"https://{name}.test/u", username=name,
                domain=f"{name}.test", host=f"{name}.test", inbox=f"https://{name}.test/i",
                shared_inbox="",
            )  # fmt: skip
            nordvik.put(one)
            nordvik.follows(one, KARI)
    assert counted[0] == counted[1]


def statements(nordvik: Nordvik, work: Callable[[], object]) -> int:
    """Count the statements that some work runs on readers' transactions."""
    asked = 0
    read = nordvik.engine.read

    async def counting(query):  # type: ignore[no-untyped-def]
        async def counted(tx):  # type: ignore[no-untyped-def]
            return await query(_Counting(tx))

        return await read(counted)

    class _Counting:
        def __init__(self, tx: object) -> None:
            self._tx = tx

        def __getattr__(self, name: str) -> object:
            nonlocal asked
            asked += name in ("one", "rows")
            return getattr(self._tx, name)

    nordvik.engine.read = counting  # type: ignore[method-assign]
    try:
        work()
    finally:
        nordvik.engine.read = read  # type: ignore[method-assign]
    return asked


def grouped(nordvik: Nordvik, access: Access) -> None:
    """A group with Kari and Alice in it."""
    nordvik.put(Grouping(actor_id=ALLE.id, access=access, posting=Posting.MEMBERS, created=NOW))
    nordvik.put(replace(ALLE, secret=access is Access.SECRET))
    for member in (KARI, ALICE):
        nordvik.follows(member, ALLE)


def test_a_closed_group_is_told_with_its_members_whatever_was_asked(nordvik: Nordvik) -> None:
    grouped(nordvik, Access.CLOSED)
    told = foresee(nordvik, KARI, draft(Visibility.PUBLIC, "Hei @alle"))
    assert told.visibility is Visibility.GROUP
    assert [(group.id, members) for group, members in told.groups] == [(ALLE.id, 2)]
    assert told.people == 1
    assert not told.on_the_web


def test_one_who_is_not_in_a_closed_group_is_told_so(nordvik: Nordvik) -> None:
    grouped(nordvik, Access.CLOSED)
    with pytest.raises(FediError):
        foresee(nordvik, OLA, draft(Visibility.INTERNAL, "Hei @alle"))


def test_a_secret_group_is_to_others_like_a_handle_of_nobody(nordvik: Nordvik) -> None:
    grouped(nordvik, Access.SECRET)
    hidden = foresee(nordvik, OLA, draft(Visibility.PUBLIC, "Hei @alle"))
    absent = foresee(nordvik, OLA, draft(Visibility.PUBLIC, "Hei @ingen"))
    assert hidden == absent
    assert foresee(nordvik, KARI, draft(Visibility.PUBLIC, "Hei @alle")).groups
