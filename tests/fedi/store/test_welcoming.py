"""Newcomers in the database: received once, cards kept, waves counted; on both engines."""

from dataclasses import replace

from actors.membership import Membership, Role
from actors.posts import Addressee, Visibility
from fedi.store import welcoming
from fedi.store.welcoming import Wave
from tests.people import (
    ALLE,
    HOUR,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)
from tests.running import run


def test_one_is_received_once_and_cards_stay_away(nordvik: Nordvik) -> None:
    engine = nordvik.engine
    assert run(engine.read(lambda tx: welcoming.welcomed(tx, PERSON_OLA.id))) is None
    assert run(engine.write(lambda tx: welcoming.receive(tx, PERSON_OLA.id, NOW)))
    assert not run(engine.write(lambda tx: welcoming.receive(tx, PERSON_OLA.id, NOW + 1)))
    away = frozenset({"try", "news"})
    run(engine.write(lambda tx: welcoming.put_away(tx, PERSON_OLA.id, away, NOW + 2)))
    known = run(engine.read(lambda tx: welcoming.welcomed(tx, PERSON_OLA.id)))
    assert known == welcoming.Welcomed(NOW, away)


def test_departments_leaders_and_what_is_above(nordvik: Nordvik) -> None:
    nordvik.put(
        Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER),
        replace(LEDERGRUPPEN, parent_id=IKT.id),
    )

    async def look(tx: object) -> tuple[list[int], list[int], list[int]]:
        departments = await welcoming.departments_of(tx, PERSON_OLA.id, NOW)  # type: ignore[arg-type]
        leaders = await welcoming.leaders_of(tx, LEDERGRUPPEN.id, NOW)  # type: ignore[arg-type]
        above = await welcoming.above(tx, departments[0])  # type: ignore[arg-type]
        return [one.id for one in departments], [one.id for one in leaders], [o.id for o in above]

    assert run(nordvik.engine.read(look)) == ([LEDERGRUPPEN.id], [KARI.id], [IKT.id])


def test_waves_count_people_and_a_later_one_takes_them_over(nordvik: Nordvik) -> None:
    engine, both = nordvik.engine, [PERSON_KARI.id, PERSON_OLA.id]
    run(engine.write(lambda tx: welcoming.invite(tx, both, "en", NOW)))
    run(engine.write(lambda tx: welcoming.invite(tx, both[1:], "to", NOW + HOUR)))
    run(engine.write(lambda tx: welcoming.sent(tx, PERSON_OLA.id, NOW + HOUR)))
    run(engine.write(lambda tx: welcoming.receive(tx, PERSON_KARI.id, NOW + HOUR)))
    nordvik.says(OLA)
    assert run(engine.read(welcoming.waves)) == [
        Wave("en", invited=1, sent=0, joined=1, posted=0),
        Wave("to", invited=1, sent=1, joined=0, posted=1),
    ]
    waiting = run(engine.read(lambda tx: welcoming.waiting(tx, "to")))
    assert [one.id for one in waiting] == [PERSON_OLA.id]


def test_what_was_written_in_a_group_is_found_with_its_authors(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI, Visibility.INTERNAL)
    nordvik.put(Addressee(post_id=post.id, actor_id=ALLE.id, silent=True))
    nordvik.says(KARI, Visibility.INTERNAL)
    found = run(nordvik.engine.read(lambda tx: welcoming.written_in(tx, ALLE.id, post.id + 1, 10)))
    assert [(author.id, one.id) for author, one in found] == [(KARI.id, post.id)]
    assert run(nordvik.engine.read(lambda tx: welcoming.written_in(tx, ALLE.id, post.id, 10))) == []
