"""A second pair of eyes, on both engines: who may, once only, and with nothing left over."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from actors.drafts import DraftState, SharedDraft
from actors.effects import Done, Refusal
from actors.errors import FediError, Forbidden, Invalid, NotFound
from actors.ids import Ids
from actors.membership import Delegation, Membership, Role
from actors.people import Person, Token
from actors.posts import Visibility
from fedi.departments.drafting import Outdated
from fedi.departments.drafts import Drafts
from fedi.mastodon.making import Making
from fedi.mastodon.rendering import Renderer
from fedi.media.attachments import Attachments
from fedi.publishing import Draft, Writing
from fedi.publishing.waiting import Aside, Waits
from fedi.publishing.wishes import Wish
from fedi.push.notice import notice
from fedi.store import drafts as store
from fedi.store import push, roles
from fedi.store.engine import open_engine
from fedi.streaming import apart
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    DAY,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    URLS,
    Nordvik,
)  # fmt: skip
from tests.running import run

PER = Person(id=903, username="per", name="Per", actor_id=KARI.id + 900)
WISH = Wish(text="Utkast", visibility="public")


def doing(nordvik: Nordvik) -> Drafts:
    writing = Writing(nordvik.performer, OFFLINE)
    return Drafts(writing, cast(Attachments, None))  # no draft here has files


@pytest.fixture
def desk(nordvik: Nordvik) -> Drafts:
    """Ola drafts for Ledergruppen, Kari approves, and Per does too."""
    nordvik.put(PER, role(PERSON_OLA, Role.CONTRIBUTOR), role(PERSON_KARI, Role.MANAGER))
    nordvik.put(role(PER, Role.APPROVER))
    return doing(nordvik)


def role(person: Person, role: Role, **dates: int) -> Membership:
    return Membership(person_id=person.id, actor_id=LEDERGRUPPEN.id, role=role, **dates)


def handed_in(desk: Drafts, person: Person = PERSON_OLA, **rest: Any) -> SharedDraft:
    said = Draft(text="Nytt møte", visibility=Visibility.PUBLIC, person=person.id)
    with pytest.raises(Waits) as waits:
        run(desk.writing.publish(LEDERGRUPPEN, said, aside=Aside(**rest)))
    return run(desk.find(waits.value.draft_id))


def count(nordvik: Nordvik, what: str, **where: int) -> int:
    marks = " AND ".join(f"{name} = ?" for name in where) or "1 = 1"
    row = run(
        nordvik.engine.read(
            lambda tx: tx.one(f"SELECT count(*) FROM {what} WHERE {marks}", tuple(where.values()))
        )
    )
    return int(row[0]) if row is not None else 0


def test_what_waits_is_no_post_and_sends_nothing(nordvik: Nordvik, desk: Drafts) -> None:
    before = [count(nordvik, table) for table in ("post", "fanout", "addressee", "hashtag")]
    made = handed_in(desk)
    assert (made.state, made.author_id) == (DraftState.PENDING, PERSON_OLA.id)
    after = [count(nordvik, table) for table in ("post", "fanout", "addressee", "hashtag")]
    assert after == before
    assert count(nordvik, "notification", recipient_id=KARI.id, post_id=made.id) == 1
    assert count(nordvik, "notification", recipient_id=OLA.id, post_id=made.id) == 0


def test_the_approver_is_kept_and_the_author_is_who_acted(nordvik: Nordvik, desk: Drafts) -> None:
    made = handed_in(desk)
    nordvik.clock.time = NOW + DAY
    done = run(desk.approve(made, PERSON_KARI.id))
    assert (done.state, done.approved_by, done.approved) == (
        DraftState.PUBLISHED, PERSON_KARI.id, NOW + DAY,
    )  # fmt: skip
    post = run(
        nordvik.engine.read(lambda tx: nordvik.performer.open(tx).post_by_id(done.post_id or 0))
    )
    assert post is not None
    assert (post.acting_person, post.published) == (PERSON_OLA.id, NOW + DAY)
    assert done.post_id not in (None, made.id)
    assert (done.wish, done.html) == ("", "")
    assert count(nordvik, "notification", post_id=made.id) == 0
    assert count(nordvik, "draft_notice") == 0


def test_nobody_approves_their_own_while_standing_in(nordvik: Nordvik, desk: Drafts) -> None:
    made = handed_in(desk)
    away = Delegation(
        actor_id=LEDERGRUPPEN.id,
        absent_id=PERSON_KARI.id,
        stand_in_id=PERSON_OLA.id,
        starts=NOW,
        ends=NOW + DAY,
    )
    run(nordvik.engine.write(lambda tx: roles.delegate(tx, away)))
    with pytest.raises(Forbidden, match="themselves"):
        run(desk.approve(made, PERSON_OLA.id))
    mine = Draft(text="Mitt", visibility=Visibility.PUBLIC, person=PERSON_OLA.id)
    assert run(desk.writing.publish(LEDERGRUPPEN, mine))  # as a stand-in for her he publishes
    run(desk.four_eyes(LEDERGRUPPEN, True))
    hers = handed_in(desk, PERSON_KARI)
    assert run(desk.approve(hers, PERSON_OLA.id)).post_id  # hers, by her stand-in: two people


def test_the_rule_itself_refuses_an_approval_by_the_author(nordvik: Nordvik, desk: Drafts) -> None:
    from actors.drafts import Approval

    said = Draft(
        text="x",
        visibility=Visibility.PUBLIC,
        person=PERSON_KARI.id,
        approval=Approval(by=PERSON_KARI.id, at=NOW),
    )
    with pytest.raises(Forbidden, match="themselves"):
        run(desk.writing.publish(LEDERGRUPPEN, said))
    assert count(nordvik, "draft") == 0


def test_an_approver_whose_role_has_ended_publishes_nothing(nordvik: Nordvik, desk: Drafts) -> None:
    made = handed_in(desk)
    nordvik.put(role(PERSON_KARI, Role.MANAGER, ends=NOW))
    with pytest.raises(NotFound):
        run(desk.approve(made, PERSON_KARI.id))
    nordvik.put(role(PERSON_KARI, Role.AUTHOR))
    with pytest.raises(Forbidden):
        run(desk.approve(made, PERSON_KARI.id))
    nordvik.put(role(PERSON_KARI, Role.MANAGER), replace(PERSON_KARI, departed=NOW))
    with pytest.raises(NotFound):
        run(desk.approve(made, PERSON_KARI.id))
    assert run(desk.find(made.id)) == made


def test_what_somebody_who_left_wrote_stays_with_the_department(
    nordvik: Nordvik, desk: Drafts
) -> None:
    made = handed_in(desk)
    nordvik.put(role(PERSON_OLA, Role.CONTRIBUTOR, ends=NOW), replace(PERSON_OLA, departed=NOW))
    done = run(desk.approve(made, PERSON_KARI.id))
    assert (done.state, done.author_id) == (DraftState.PUBLISHED, PERSON_OLA.id)


def test_what_was_changed_meanwhile_is_not_approved(nordvik: Nordvik, desk: Drafts) -> None:
    made = handed_in(desk)
    newer = run(desk.change(made, PERSON_OLA.id, WISH))
    for late in (
        lambda: desk.approve(made, PERSON_KARI.id),
        lambda: desk.send_back(made, PERSON_KARI.id, "Nei"),
        lambda: desk.change(made, PERSON_KARI.id, WISH),
        lambda: desk.reject(made, PERSON_KARI.id),
    ):
        with pytest.raises(Outdated) as told:
            run(late())
        assert told.value.newer == newer
    assert run(desk.find(made.id)) == newer


def test_under_four_eyes_the_house_waits_too_and_other_acts_do_not(
    nordvik: Nordvik, desk: Drafts
) -> None:
    run(desk.four_eyes(LEDERGRUPPEN, True))
    with pytest.raises(Waits):
        run(desk.writing.publish(LEDERGRUPPEN, Draft(text="x", visibility=Visibility.PUBLIC)))
    post = nordvik.says(KARI)
    assert isinstance(nordvik.do(desk.writing.act(LEDERGRUPPEN, None).like(post, "")), Done)
    with pytest.raises(Invalid, match="own account"):
        run(desk.four_eyes(KARI, True))
    with pytest.raises(Forbidden):
        run(desk.four_eyes(LEDERGRUPPEN, False, by=PER.id))


async def _at_once(
    database: str, nordvik: Nordvik, acts: list[Callable[[Drafts], Awaitable[SharedDraft]]]
) -> list[object]:
    """Do each act through an engine of its own, as processes would."""
    engines = [await open_engine(database, readers=1) for _ in acts]
    houses = [Nordvik(engine, clock=nordvik.clock) for engine in engines]
    for slot, house in enumerate(houses, 2):
        house.performer = replace(house.performer, ids=Ids(slot))
    try:
        return await asyncio.gather(
            *(act(doing(house)) for act, house in zip(acts, houses, strict=True)),
            return_exceptions=True,
        )
    finally:
        for engine in engines:
            await engine.close()


def test_approved_by_several_processes_at_once_it_is_published_once(
    database: str, nordvik: Nordvik, desk: Drafts
) -> None:
    for _ in range(3):
        nordvik.clock.time += 1_000
        made, before = handed_in(desk), count(nordvik, "post")
        acts = [
            lambda d, who=who, made=made: d.approve(made, who)  # type: ignore[misc]
            for who in (PERSON_KARI.id, PER.id) * 2
        ]
        told = run(_at_once(database, nordvik, acts))
        assert count(nordvik, "post") == before + 1
        done = run(desk.find(made.id))
        assert done.state is DraftState.PUBLISHED
        for one in told:
            if isinstance(one, BaseException):
                assert isinstance(one, FediError), one
            else:
                assert one == done


def test_of_approval_and_change_at_once_the_approver_never_publishes_what_they_did_not_see(
    database: str, nordvik: Nordvik, desk: Drafts
) -> None:
    for _ in range(3):
        nordvik.clock.time += 1_000
        made = handed_in(desk)
        acts: list[Callable[[Drafts], Awaitable[SharedDraft]]] = [
            lambda d, made=made: d.approve(made, PERSON_KARI.id),  # type: ignore[misc]
            lambda d, made=made: d.change(made, PERSON_OLA.id, WISH),  # type: ignore[misc]
        ]
        run(_at_once(database, nordvik, acts))
        now = run(desk.find(made.id))
        if now.state is DraftState.PUBLISHED:
            assert count(nordvik, "post", id=now.post_id or 0, edit_number=0) == 1
            assert now.version == 1
        else:
            assert (now.state, now.version) == (DraftState.PENDING, 2)


def test_a_unit_that_breaks_off_leaves_the_draft_as_it_was(
    nordvik: Nordvik, desk: Drafts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, before = handed_in(desk), count(nordvik, "post")

    async def breaks(*_: object) -> bool:
        raise RuntimeError("the power is gone")

    with monkeypatch.context() as patch:
        patch.setattr("fedi.departments.drafts.out", breaks)
        with pytest.raises(RuntimeError, match="power"):
            run(desk.approve(made, PERSON_KARI.id))
    assert count(nordvik, "post") == before
    assert run(desk.find(made.id)) == made
    assert run(desk.approve(made, PERSON_KARI.id)).post_id


def test_a_draft_that_came_to_nothing_is_forgotten_with_all_that_was_told_of_it(
    nordvik: Nordvik, desk: Drafts
) -> None:
    made = run(desk.reject(handed_in(desk), PERSON_KARI.id, "Nei"))
    assert count(nordvik, "notification", recipient_id=OLA.id, post_id=made.id) == 1
    assert run(nordvik.engine.write(lambda tx: store.forget_ended(tx, NOW))) == 0
    assert run(nordvik.engine.write(lambda tx: store.forget_ended(tx, NOW + 1))) == 1
    left = [count(nordvik, table) for table in ("draft", "draft_step", "draft_notice")]
    assert left == [0, 0, 0]
    assert count(nordvik, "notification", post_id=made.id) == 0


def test_a_readers_post_is_refused_and_kept_nowhere(nordvik: Nordvik, desk: Drafts) -> None:
    nordvik.put(role(PERSON_OLA, Role.READER))
    said = Draft(text="x", visibility=Visibility.PUBLIC, person=PERSON_OLA.id)
    with pytest.raises(Forbidden, match="may not write"):
        run(desk.writing.publish(LEDERGRUPPEN, said))
    assert count(nordvik, "draft") == 0


def test_the_right_to_quote_is_not_changed_by_a_contributor(nordvik: Nordvik, desk: Drafts) -> None:
    post = nordvik.says(LEDERGRUPPEN)
    with pytest.raises(Forbidden):
        run(desk.writing.let_quote(LEDERGRUPPEN, post, "nobody", PERSON_OLA.id))
    assert not isinstance(post, Refusal)


def test_streams_and_pushes_tell_the_approver_as_long_as_they_may_approve(
    nordvik: Nordvik, desk: Drafts
) -> None:
    renderer = Renderer(Making(URLS, proxied=lambda url: url), now=lambda: NOW)
    token = Token(
        id=77, hash=b"7", person_id=PERSON_KARI.id, actor_id=KARI.id, app_id=1, scopes="push",
        created=NOW,
    )  # fmt: skip
    nordvik.put(token)
    phone = push.Subscription(
        id=0, token_id=77, actor_id=KARI.id, endpoint="https://push.test/1", p256dh=b"", auth=b"",
        standard=True, alerts=frozenset({"mention"}), policy="all", bearer=b"", created=NOW,
        failing=None,
    )  # fmt: skip
    phone = run(nordvik.engine.write(lambda tx: push.subscribe(tx, phone)))
    made = handed_in(desk)
    ((id,),) = nordvik.ask(
        f"SELECT id FROM notification WHERE post_id = {made.id} AND recipient_id = {KARI.id}"
    )

    sql = "INSERT INTO push_message VALUES (?, ?, ?, ?, 0)"
    run(nordvik.engine.write(lambda tx: tx.run(sql, (phone.id, id, NOW, NOW))))

    def heard() -> tuple[Any, list[str]]:
        streamed = run(
            nordvik.engine.read(lambda tx: apart.notification(tx, renderer, KARI.id, id, NOW))
        )
        waiting = push.Waiting(phone.id, id, NOW, 0)
        due = run(nordvik.engine.read(lambda tx: push.hydrate(tx, [waiting], NOW)))
        said = [json.loads(notice(one, "t", URLS)) for one in due.values()]
        return json.loads(streamed or b"null"), [one["body"] for one in said]

    streamed, pushed = heard()
    assert streamed["status"]["id"] == f"{made.id:018d}"
    assert (streamed["type"], streamed["account"]["acct"]) == ("mention", "ola")
    assert pushed == ["Nytt møte"]
    nordvik.put(role(PERSON_KARI, Role.AUTHOR))
    assert heard() == (None, [])
    nordvik.put(role(PERSON_KARI, Role.APPROVER))
    run(desk.withdraw(made, PERSON_OLA.id))
    assert heard() == (None, [])
