"""A person leaves: what ends at once, what stays, what comes back with them, what goes later."""

from dataclasses import replace

import pytest

from actors.effects import Refusal
from actors.errors import Invalid, NotFound
from actors.inquiries import Inquiry
from actors.membership import Delegation, Membership, Role
from actors.people import Person, Token
from actors.posts import Post, Visibility
from actors.relationships import Relation
from actors.verbs import Create
from fedi.config import Retention
from fedi.departments.leavers import DAY, Leavers
from fedi.organisation import add_person
from fedi.publishing import Profiles
from fedi.store import leavers as stored
from fedi.store import roles, scheduled
from fedi.store.scheduled import Scheduled
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
    note,
)
from tests.running import run

HIDDEN = "Tidligere medarbeider"


def leaving(nordvik: Nordvik, **days: int) -> Leavers:
    retention = Retention(**{"leavers_name_days": 30, **days})
    return Leavers(Profiles(nordvik.performer, OFFLINE), retention, "nb")


def kari(nordvik: Nordvik) -> Person:
    (found,) = [one for one in nordvik.all(Person) if one.id == PERSON_KARI.id]
    return found


def role_of(nordvik: Nordvik, person: Person) -> Role | None:
    now = nordvik.clock.now()
    found = run(
        nordvik.engine.read(lambda tx: roles.effective(tx, person.id, LEDERGRUPPEN.id, now))
    )
    return found.role if found is not None else None


def token(id: int, actor_id: int, person_id: int = PERSON_KARI.id) -> Token:
    return Token(
        id=id,
        hash=b"%d" % id,
        person_id=person_id,
        actor_id=actor_id,
        scopes="read",
        created=NOW,
    )


def test_tokens_roles_and_stand_ins_end_in_one_unit(nordvik: Nordvik) -> None:
    nordvik.put(token(1, KARI.id), token(2, LEDERGRUPPEN.id), token(3, OLA.id, PERSON_OLA.id))
    nordvik.put(token(4, LEDERGRUPPEN.id, PERSON_OLA.id))
    nordvik.put(
        Membership(person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=Role.READER, ends=NOW)
    )
    stand_in = Delegation(
        actor_id=LEDERGRUPPEN.id,
        absent_id=PERSON_KARI.id,
        stand_in_id=PERSON_OLA.id,
        starts=NOW,
        ends=NOW + DAY,
    )
    run(nordvik.engine.write(lambda tx: roles.delegate(tx, stand_in)))
    run(leaving(nordvik).leave(PERSON_KARI))
    assert kari(nordvik).departed == NOW
    assert {one.id: one.revoked for one in nordvik.all(Token)} == {
        1: NOW, 2: NOW, 3: None, 4: NOW,
    }  # fmt: skip
    assert (role_of(nordvik, PERSON_KARI), role_of(nordvik, PERSON_OLA)) == (None, None)
    assert nordvik.ask("SELECT 1 FROM delegation") == []


def test_nobody_says_anything_as_them_any_more_and_official_posts_stay(nordvik: Nordvik) -> None:
    said = note(LEDERGRUPPEN, nordvik.post_uri(LEDERGRUPPEN))
    nordvik.done(
        Create(
            uri=nordvik.uri(LEDERGRUPPEN),
            actor=LEDERGRUPPEN.uri,
            note=said,
            person=PERSON_KARI.id,
            visibility=Visibility.PUBLIC,
        )
    )
    run(leaving(nordvik).leave(PERSON_KARI))
    post = nordvik.post(said.uri)
    assert (post.deleted, post.acting_person) == (None, PERSON_KARI.id)
    mine = note(KARI, nordvik.post_uri(KARI))
    create = Create(uri=nordvik.uri(KARI), actor=KARI.uri, note=mine, person=PERSON_KARI.id)
    assert isinstance(nordvik.do(create), Refusal)


def test_the_account_can_be_found_and_followed_no_more(nordvik: Nordvik) -> None:
    nordvik.put(replace(KARI, discoverable=True, indexable=True))
    nordvik.follows(ALICE, KARI)
    run(leaving(nordvik).leave(PERSON_KARI))
    shut = nordvik.actor(KARI.uri)
    assert (shut.locked, shut.discoverable, shut.indexable) == (True, False, False)
    assert (shut.name, shut.suspended) == (KARI.name, None)
    assert [kind for kind, _ in nordvik.sent()] == ["Update"]


def test_questions_that_they_had_taken_wait_for_all_again(nordvik: Nordvik) -> None:
    post = nordvik.says(ALICE)
    asked = Inquiry(
        id=5,
        department_id=LEDERGRUPPEN.id,
        post_id=post.id,
        asker_id=ALICE.id,
        asked=NOW,
        latest_id=post.id,
        latest=NOW,
        assigned_to=PERSON_KARI.id,
        assigned=NOW,
    )
    nordvik.put(asked)
    run(leaving(nordvik).leave(PERSON_KARI))
    assert [one.assigned_to for one in nordvik.all(Inquiry)] == [None]


def test_departments_that_nobody_manages_then_are_told(nordvik: Nordvik) -> None:
    for department in (IKT, LEDERGRUPPEN):
        nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=department.id, role=Role.MANAGER))
    nordvik.put(Membership(person_id=PERSON_OLA.id, actor_id=IKT.id, role=Role.MANAGER))
    ahead = run(leaving(nordvik).leave(PERSON_KARI, on=NOW + DAY))
    assert [one.username for one in ahead.alone] == ["ledergruppen"]
    left = run(leaving(nordvik).leave(PERSON_KARI))
    assert [one.username for one in left.alone] == ["ledergruppen"]


def test_who_leaves_on_a_day_is_here_until_then_and_may_stay_after_all(nordvik: Nordvik) -> None:
    them = leaving(nordvik)
    run(them.leave(PERSON_KARI, on=NOW + DAY))
    assert run(them.due()) == 0
    run(them.come_back(PERSON_KARI))
    nordvik.clock.time = NOW + DAY
    assert run(them.due()) == 0
    assert role_of(nordvik, PERSON_KARI) is Role.AUTHOR
    run(them.leave(PERSON_KARI, on=NOW + 2 * DAY))
    nordvik.clock.time = NOW + 2 * DAY
    assert (run(them.due()), run(them.due())) == (1, 0)
    assert kari(nordvik).departed == NOW + 2 * DAY


def test_who_comes_back_has_the_roles_that_nobody_changed_since(nordvik: Nordvik) -> None:
    nordvik.put(replace(KARI, discoverable=True))
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.MANAGER))
    run(leaving(nordvik).leave(PERSON_KARI))
    nordvik.clock.time += DAY
    nordvik.put(
        Membership(
            person_id=PERSON_KARI.id, actor_id=IKT.id, role=Role.READER, ends=nordvik.clock.time
        )
    )
    run(leaving(nordvik).come_back(PERSON_KARI))
    assert kari(nordvik).departed is None
    assert role_of(nordvik, PERSON_KARI) is Role.AUTHOR
    ends = [one.ends for one in nordvik.all(Membership) if one.actor_id == IKT.id]
    assert ends == [NOW + DAY]
    back = nordvik.actor(KARI.uri)
    assert (back.locked, back.discoverable) == (False, True)
    with pytest.raises(NotFound):
        run(leaving(nordvik).come_back(PERSON_KARI))


def test_nobody_leaves_twice(nordvik: Nordvik) -> None:
    run(leaving(nordvik).leave(PERSON_KARI))
    with pytest.raises(Invalid, match="already"):
        run(leaving(nordvik).leave(PERSON_KARI))


def test_after_the_set_time_the_name_is_replaced_for_all_and_kept_for_who_must_know(
    nordvik: Nordvik,
) -> None:
    nordvik.put(replace(KARI, summary="<p>Hei</p>", names={"nb": KARI.name}))
    nordvik.put(replace(PERSON_KARI, email="kari@nordvik.test"))
    nordvik.follows(ALICE, KARI)
    nordvik.follows(KARI, ALICE)
    them = leaving(nordvik)
    run(them.leave(PERSON_KARI))
    nordvik.clock.time += 30 * DAY - 1
    assert run(them.hide()) == 0
    nordvik.clock.time += 1
    assert (run(them.hide()), run(them.hide())) == (1, 0)
    seen = nordvik.actor(KARI.uri)
    assert (seen.name, seen.summary, seen.icon, seen.username) == (HIDDEN, "", None, "kari")
    assert seen.names["nn"] == "Tidlegare medarbeidar"
    assert (kari(nordvik).name, kari(nordvik).email) == (HIDDEN, "")
    (row,) = run(nordvik.engine.read(stored.every))
    assert row[0].name == PERSON_KARI.name
    assert [one.source_id for one in nordvik.all(Relation)] == [ALICE.id]
    assert [kind for kind, _ in nordvik.sent()] == ["Update", "Undo", "Update"]
    assert nordvik.bodies()[-1]["object"]["name"] == HIDDEN
    with pytest.raises(Invalid, match="new person"):
        run(them.come_back(PERSON_KARI))


def test_personal_posts_are_kept_or_go_after_the_set_time_with_real_deletes(
    nordvik: Nordvik,
) -> None:
    nordvik.follows(ALICE, KARI)
    said = [nordvik.says(KARI, Visibility.PUBLIC) for _ in range(3)]
    answer = nordvik.says(OLA, Visibility.PUBLIC, reply_to=said[0].uri)
    run(leaving(nordvik).leave(PERSON_KARI))
    nordvik.clock.time += 400 * DAY
    assert run(leaving(nordvik).erase()) == 0
    them = leaving(nordvik, leavers_posts_days=365)
    while run(them.erase()):
        pass
    gone = {one.id: (one.deleted is not None, one.content) for one in nordvik.all(Post)}
    assert [gone[one.id] for one in said] == [(True, "")] * 3
    assert gone[answer.id][0] is False
    assert [kind for kind, _ in nordvik.sent()].count("Delete") == 3


def test_a_leaver_can_still_be_erased_on_request(nordvik: Nordvik) -> None:
    said = nordvik.says(KARI, Visibility.PUBLIC)
    them = leaving(nordvik, leavers_posts_days=1)
    run(them.leave(PERSON_KARI))
    run(them.profiles.close(nordvik.actor(KARI.uri)))
    nordvik.clock.time += 40 * DAY
    assert nordvik.actor(KARI.uri).deleted is not None
    assert (run(them.hide()), run(them.erase()), run(them.erase())) == (1, 1, 0)
    assert kari(nordvik).name == HIDDEN
    assert nordvik.find_post(said.uri) is not None


def test_what_they_planned_for_a_department_stays_there_and_is_told_of(nordvik: Nordvik) -> None:
    for id, actor in ((5, LEDERGRUPPEN), (6, KARI)):
        row = Scheduled(
            id=id, actor_id=actor.id, person_id=PERSON_KARI.id, app_id=None, due=NOW + 90 * DAY,
            params="{}",
        )  # fmt: skip
        run(nordvik.engine.write(lambda tx, row=row: scheduled.add(tx, row)))  # type: ignore[misc]
    them = leaving(nordvik)
    left = run(them.leave(PERSON_KARI))
    assert [one.username for one in left.planned] == ["ledergruppen"]
    nordvik.clock.time += 30 * DAY
    assert run(them.hide()) == 1
    assert nordvik.ask("SELECT id FROM scheduled") == [(5,)]


def test_their_handle_is_nobody_elses(nordvik: Nordvik) -> None:
    run(leaving(nordvik).leave(PERSON_KARI))
    with pytest.raises(Invalid, match="taken"):
        run(add_person(nordvik.performer, "kari", "Kari Andersen"))
