"""Actors and their keys: a fetched profile keeps its id, and nobody takes another's key or name."""

from dataclasses import replace

import pytest

from actors.people import Actor, HandleRow, Key, KeyKind, Profile
from fedi.store import profiles
from fedi.store.rows import HANDLE, KEY
from tests.people import ALICE, BOB, DAY, IKT, LEDERGRUPPEN, NOW, Nordvik, theirs
from tests.running import run

DORA = theirs(0, "dora", "d.test")


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def key(actor: Actor, name: str = "main-key", **rest: object) -> Key:
    made = Key(
        uri=f"{actor.uri}#{name}", actor_id=actor.id, kind=KeyKind.RSA, public="PEM", created=NOW
    )
    return replace(made, **rest)  # type: ignore[arg-type]


def save(house: Nordvik, actor: Actor, *keys: Key) -> Actor:
    profile = Profile(actor=actor, keys=keys)
    return run(
        house.engine.write(lambda tx: profiles.save_profile(house.performer.open(tx), profile))
    )


def with_owner(house: Nordvik, uri: str) -> tuple[str, str] | None:
    found = run(house.engine.read(lambda tx: profiles.key_with_owner(tx, uri)))
    return (found[0].public, found[1].uri) if found is not None else None


def test_a_profile_fetched_again_keeps_its_id_and_takes_the_new_words(house: Nordvik) -> None:
    first = save(house, DORA)
    house.clock.time += DAY
    again = save(house, replace(DORA, name="Dora D."))
    assert (again.id, again.name, again.fetched) == (first.id, "Dora D.", NOW + DAY)
    assert house.actor(DORA.uri) == again


def test_what_we_decided_about_an_actor_outlives_a_fetch_and_their_end_does_not(
    house: Nordvik,
) -> None:
    house.put(replace(ALICE, suspended=NOW, deleted=NOW, moved_at=NOW))
    again = save(house, ALICE)
    assert (again.suspended, again.deleted, again.moved_at) == (NOW, None, NOW)


def test_one_of_ours_is_never_overwritten_by_a_fetch(house: Nordvik) -> None:
    assert save(house, replace(LEDERGRUPPEN, name="Andre")) == house.actor(LEDERGRUPPEN.uri)
    assert house.actor(LEDERGRUPPEN.uri).name == "Ledergruppen"


def test_keys_that_are_listed_no_more_are_forgotten(house: Nordvik) -> None:
    save(house, DORA, key(DORA), key(DORA, "old"))
    save(house, DORA, key(DORA, public="new"))
    assert with_owner(house, f"{DORA.uri}#main-key") == ("new", DORA.uri)
    assert with_owner(house, f"{DORA.uri}#old") is None


def test_the_newest_key_in_use_signs(house: Nordvik) -> None:
    made = [
        key(LEDERGRUPPEN, "1", private=b"1", active_from=NOW - 2),
        key(LEDERGRUPPEN, "2", private=b"2", active_from=NOW - 1),
        key(LEDERGRUPPEN, "3", private=b"3", active_from=NOW + 1),
        key(LEDERGRUPPEN, "4", private=b"4", active_from=NOW, retired=NOW),
        key(LEDERGRUPPEN, "5", active_from=NOW),
    ]
    run(house.engine.write(lambda tx: tx.many(KEY.insert, [KEY.encode(one) for one in made])))
    for now, wanted in ((NOW, b"2"), (NOW + 1, b"3")):
        found = run(
            house.engine.read(
                lambda tx, now=now: profiles.signing_key(tx, LEDERGRUPPEN.id, KeyKind.RSA, now)
            )
        )
        assert found is not None
        assert found.private == wanted


def test_an_old_handle_leads_to_whom_it_was_given(house: Nordvik) -> None:
    old = HandleRow(username="it", actor_id=IKT.id, current=False, since=NOW)
    run(house.engine.write(lambda tx: tx.run(HANDLE.insert, HANDLE.encode(old))))
    for name, current in (("it", False), ("IT", False), ("ikt", True)):
        found = run(house.engine.read(lambda tx, n=name: profiles.actor_by_handle(tx, n)))
        assert found is not None
        assert (found[0].id, found[1].current) == (IKT.id, current)
    assert run(house.engine.read(lambda tx: profiles.actor_by_handle(tx, "none"))) is None


def test_one_whose_server_says_gone_is_found_no_more_and_ours_stay(house: Nordvik) -> None:
    for uri in (BOB.uri, LEDERGRUPPEN.uri):
        run(house.engine.write(lambda tx, uri=uri: profiles.mark_gone(tx, uri, NOW)))
    assert house.actor(BOB.uri).deleted == NOW
    assert house.actor(LEDERGRUPPEN.uri).deleted is None


def test_the_house_itself_is_an_actor(house: Nordvik) -> None:
    found = run(house.engine.read(profiles.application))
    assert found is not None
    assert found.uri == house.urls.application()
