"""Making groups and keeping them: who may, what changes, who is told."""

from pathlib import Path

import pytest

from actors.errors import Forbidden, Invalid, NotFound
from actors.grouping import Access, Invitation
from actors.people import Actor, Exposure, Person
from fedi.groups.keeping import Groups, NewGroup, Rules
from fedi.organisation import add_person, find_person, make_guest
from fedi.publishing import Changes
from fedi.store import groups as stored
from tests.fedi.mastodon.apps import Apps, tell


def groups(apps: Apps) -> Groups:
    return Groups(apps.house.performer, apps.house.resolver, apps.house.config.limits)


async def cast(apps: Apps) -> tuple[Person, Person, Actor]:
    """Return Kari and Ola, and Ola's actor."""
    performer = apps.house.performer
    ola = apps.ola.actor
    assert ola is not None
    return await find_person(performer, "kari"), await find_person(performer, "ola"), ola


def closed(username: str = "budsjett", access: Access = Access.CLOSED) -> NewGroup:
    return NewGroup(username=username, name="Budsjett", access=access)


def test_who_makes_a_group_manages_it_and_others_may_not(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, _ = await cast(apps)
        does = groups(apps)
        group = await does.add(closed(), kari)
        assert await does.manages(group, kari.id)
        assert not await does.manages(group, ola.id)
        with pytest.raises(Forbidden):
            await does.change(group, Rules(access=Access.SECRET), person=ola.id)
        secret = await does.add(closed("varsling", Access.SECRET), ola)
        with pytest.raises(NotFound):
            await does.let_manage(secret, kari, person=999)
        await does.let_manage(group, ola, person=kari.id)
        await does.end_managing(group, kari, person=ola.id)
        with pytest.raises(Invalid):
            await does.end_managing(group, ola, person=ola.id)

    tell(tmp_path, story)


def test_what_changes_is_kept_with_the_actor_and_its_rules(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, _, _ = await cast(apps)
        does = groups(apps)
        group = await does.add(closed(access=Access.OPEN), kari)
        assert (group.locked, group.secret, group.exposure) == (False, False, Exposure.INTERNAL)
        changes = Rules(access=Access.CLOSED, looks=Changes(name="Ny"), listed=False)
        changed = await does.change(group, changes, person=kari.id)
        assert (changed.locked, changed.name, changed.discoverable) == (True, "Ny", False)
        hidden = await does.change(changed, Rules(access=Access.SECRET, listed=True))
        assert (hidden.secret, hidden.discoverable) == (True, False)
        with pytest.raises(Invalid):
            await does.change(hidden, Rules(access=Access.OPEN))
        back = await does.change(hidden, Rules(access=Access.CLOSED))
        assert not back.secret

    tell(tmp_path, story)


def test_who_has_asked_is_let_in_by_an_invitation(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, _, ola = await cast(apps)
        does = groups(apps)
        group = await does.add(closed(), kari)
        assert (await does.join(ola, group)).state.value == "pending"
        await does.invite(group, ola, group)
        assert (await does.join(ola, group)).state.value == "accepted"
        with pytest.raises(Invalid):
            await does.invite(group, ola, group)
        assert await does.remove(group, ola, person=kari.id)
        assert not await does.remove(group, ola, person=kari.id)
        assert not await does.take_back(group, ola, person=kari.id)

    tell(tmp_path, story)


def test_members_of_an_open_group_invite_and_of_a_closed_one_its_managers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, person, ola = await cast(apps)
        does = groups(apps)
        _, per = await add_person(apps.house.performer, "per", "Per")
        opened = await does.add(closed("turer", Access.OPEN), kari)
        shut = await does.add(closed(), kari)
        for group in (opened, shut):
            await does.let_know(group, ola, group)
            await does.join(ola, group)
        await does.invite(opened, per, ola, person=person.id)
        with pytest.raises(Forbidden):
            await does.invite(shut, per, ola, person=person.id)
        engine = apps.house.engine
        found = await engine.read(lambda tx: stored.invitation(tx, opened.id, per.id))
        assert isinstance(found, Invitation)
        assert found.by_id == ola.id
        assert [one.id for one in await engine.read(lambda tx: stored.invited(tx, opened.id))] == [
            per.id
        ]

    tell(tmp_path, story)


def test_a_guest_makes_and_manages_none(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, _, _ = await cast(apps)
        does = groups(apps)
        guest, actor = await add_person(apps.house.performer, "gjest", "Gjest")
        await make_guest(apps.house.performer, actor)
        with pytest.raises(Forbidden):
            await does.add(closed(), guest)
        group = await does.add(closed(), kari)
        with pytest.raises(Forbidden):
            await does.let_manage(group, guest)
        with pytest.raises(NotFound):
            await does.entry(await _fresh(apps, actor), group.id)
        assert await does.entries(await _fresh(apps, actor)) == []
        assert len(await does.entries(None)) == 1

    tell(tmp_path, story)


async def _fresh(apps: Apps, actor: Actor) -> Actor:
    performer = apps.house.performer
    found = await apps.house.engine.read(lambda tx: performer.open(tx).actor_by_id(actor.id))
    assert found is not None
    return found
