"""The law of leaving: no delivery is ever made to anybody outside the audience (hypothesis).

The expectation is worked out here in plain Python from the world itself, without the tables.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.people import Actor, Exposure
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from fedi.store.domain_rules import put_rule
from fedi.store.engine import Engine, open_engine
from fedi.store.recipients import TAKES_BACK
from tests.examples import examples
from tests.outbox.post_office import NOW, Inboxes, Office, local_actor, remote_actor

HOSTS = ("a.test", "sub.a.test", "b.test", "c.test")
OPEN = (Visibility.PUBLIC, Visibility.UNLISTED)


@dataclass(frozen=True)
class Neighbour:
    """Somebody who may or may not be in the audience."""

    host: str
    local: bool
    shared: bool
    follows: str  # no, pending, accepted
    named: bool
    blocked: str  # no, by us, by them
    gone: str  # no, suspended, deleted

    def actor(self, id: int) -> Actor:
        if self.local:
            return local_actor(id)
        gone: dict[str, Any] = {} if self.gone == "no" else {self.gone: NOW}
        return remote_actor(id, self.host, shared=self.shared, **gone)


@dataclass(frozen=True)
class World:
    neighbours: tuple[Neighbour, ...]
    visible: Visibility
    exposure: Exposure
    kind: str
    blocked_hosts: frozenset[str]
    allowed_hosts: frozenset[str]
    author_gone: str


NEIGHBOURS = st.builds(
    Neighbour,
    host=st.sampled_from(HOSTS),
    local=st.sampled_from((False, False, False, True)),
    shared=st.booleans(),
    follows=st.sampled_from(("no", "pending", "accepted", "accepted")),
    named=st.booleans(),
    blocked=st.sampled_from(("no", "no", "no", "by us", "by them")),
    gone=st.sampled_from(("no", "no", "no", "suspended", "deleted")),
)
WORLDS = st.builds(
    World,
    neighbours=st.lists(NEIGHBOURS, max_size=8).map(tuple),
    visible=st.sampled_from(list(Visibility)),
    exposure=st.sampled_from((Exposure.OPEN, Exposure.OPEN, Exposure.ALLOWED, Exposure.INTERNAL)),
    kind=st.sampled_from(("Create", "Announce", "Update", "Like", "Block", "Delete")),
    blocked_hosts=st.frozensets(st.sampled_from(HOSTS), max_size=2),
    allowed_hosts=st.frozensets(st.sampled_from(HOSTS)),
    author_gone=st.sampled_from(("no", "no", "no", "suspended", "deleted")),
)


def audience(world: World) -> set[str]:
    """Work out which inboxes may get it."""
    if world.visible is Visibility.INTERNAL or world.exposure is Exposure.INTERNAL:
        return set()
    if world.author_gone == "deleted" and world.kind != "Delete":
        return set()
    if world.author_gone == "suspended" and world.kind not in TAKES_BACK:
        return set()
    found = set()
    for id, one in enumerate(world.neighbours, 10):
        kept_off = one.blocked != "no" and not (world.kind == "Block" and one.named)
        if one.local or one.gone != "no" or kept_off:
            continue
        if not (one.named or one.follows == "accepted"):
            continue
        names = {one.host, one.host.removeprefix("sub.")}
        if names & world.blocked_hosts - (world.allowed_hosts - world.blocked_hosts):
            continue
        allowed = world.allowed_hosts - world.blocked_hosts
        if world.exposure is Exposure.ALLOWED and one.host not in allowed:
            continue
        actor = one.actor(id)
        found.add(actor.shared_inbox if one.shared and world.visible in OPEN else actor.inbox)
    return found


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def engine(migrated_file: Path, runner: asyncio.Runner) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(migrated_file, Path(folder, "fedi.db"))
        engine = runner.run(open_engine(f"sqlite://{folder}/fedi.db"))
        yield engine
        runner.run(engine.close())


TABLES = ("actor", "actor_key", "relation", "domain_rule", "activity", "fanout", "delivery",
          "reach", "host")  # fmt: skip


async def build(engine: Engine, world: World) -> Office:
    async def empty(tx: Any) -> None:
        for table in TABLES:
            await tx.run(f"DELETE FROM {table}")

    await engine.write(empty)
    gone = {} if world.author_gone == "no" else {world.author_gone: NOW}
    author = local_actor(1, exposure=world.exposure, **gone)
    office = await Office(engine, author=author).open()
    for id, one in enumerate(world.neighbours, 10):
        actor = one.actor(id)
        await office.put(actor)
        if one.follows != "no":
            await office.followed_by(actor, state=one.follows)
        if one.blocked != "no":
            source, target = (1, id) if one.blocked == "by us" else (id, 1)
            block = Relation(kind=RelationKind.BLOCK, source_id=source, target_id=target)
            await office.put(block)
    for kind, hosts in (("allow", world.allowed_hosts), ("block", world.blocked_hosts)):
        for host in hosts:
            await engine.write(lambda tx, h=host, k=kind: put_rule(tx, h, k, "", NOW))  # type: ignore[misc]
    return office


async def send(office: Office, world: World) -> None:
    named = tuple(id for id, one in enumerate(world.neighbours, 10) if one.named)
    await office.send(world.kind, visible=world.visible, actors=named)


@settings(deadline=None, max_examples=examples(150))
@given(world=WORLDS)
def test_exactly_the_audience_is_queued(
    engine: Engine, runner: asyncio.Runner, world: World
) -> None:
    async def scene() -> None:
        office = await build(engine, world)
        await send(office, world)
        await office.expand()
        queued = await office.queued()
        assert len(queued) == len(set(queued))
        assert set(queued) == audience(world)

    runner.run(scene())


@pytest.mark.whole
@settings(deadline=None, max_examples=examples(25))
@given(world=WORLDS)
def test_exactly_the_audience_is_reached_over_the_wire(
    engine: Engine, runner: asyncio.Runner, world: World
) -> None:
    async def scene() -> None:
        office = await build(engine, world)
        async with Inboxes() as peer:
            office.hosts.update(dict.fromkeys(HOSTS, peer.address))
            await send(office, world)
            await office.settle()
            reached = [got.inbox for got in peer.got]
            assert len(reached) == len(set(reached))
            assert set(reached) == audience(world)

    runner.run(scene())
