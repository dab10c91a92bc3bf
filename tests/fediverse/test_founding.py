"""The founding situation, end to end: a council secretariat of 55 takes the network into use.

Five departments, two other agencies with servers of their own, and a citizen on yet another one.
Everybody asks as apps do, through the API. What stays inside is looked for in every table of every
other house at the end.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from actors.membership import Role
from actors.people import ActorKind
from fedi.app import application
from fedi.net.dispatch import Dispatch
from fedi.oauth.tokens import new_token
from fedi.oauth.waves import Waves, newcomers
from fedi.oauth.welcoming import Welcoming
from fedi.organisation import NewActor, add_actor, find_actor, find_person
from fedi.store.domain_rules import put_rule
from tests.databases import PostgresForTests
from tests.fedi.asking import Answered, ask
from tests.fediverse.houses import Fediverse, Running, found_houses

HOSTS = ("nord.test", "sor.test", "ost.test", "borger.test")
"""The secretariat, two agencies, and where a citizen lives."""
DEPARTMENTS = {
    "ledergruppen": "Ledergruppen",
    "komiteene": "Komiteene",
    "ordforeren": "Ordførerens kontor",
    "ikt": "IKT-teamet",
    "sekretariatet": "Bystyrets sekretariat",
}
STAFF = 55
SCOPES = "read write follow fedi:read fedi:write"
INSIDE = "stedsansen"
"""A word that is in all that stays inside, and in nothing else."""
HOUR = 3_600_000


@dataclass
class Desk:
    """Somebody at an app, signed in as a person or a department."""

    house: Running
    table: Dispatch
    bearer: str
    id: str

    async def call(self, method: str, path: str, data: Any = None) -> Answered:
        headers = {"host": self.house.host, "authorization": f"Bearer {self.bearer}"}
        body = b"" if data is None else json.dumps(data).encode()
        if body:
            headers["content-type"] = "application/json"
        return await ask(self.table, f"/api/{path}", method, headers=headers, body=body)

    async def ok(self, method: str, path: str, data: Any = None) -> Any:
        answered = await self.call(method, path, data)
        assert answered.status == 200, (method, path, answered.status, answered.text[:300])
        return answered.json()

    async def says(self, text: str, **rest: Any) -> Any:
        return await self.ok("POST", "v1/statuses", {"status": text, **rest})

    async def reads(self, path: str = "v1/timelines/home?limit=40") -> str:
        """Return what a timeline shows, as text."""
        return " ".join(one["content"] for one in await self.ok("GET", path))


class Town:
    """All houses, opened to apps."""

    def __init__(self, world: Fediverse) -> None:
        self.world = world
        self.tables = {one.host: application(one.house) for one in world.houses}

    async def desk(self, host: str, person: str, handle: str = "") -> Desk:
        """Sign a person in as themselves, or as a department they speak for."""
        house = self.world[host]
        performer = house.house.performer
        who = await find_person(performer, person)
        actor = await find_actor(performer, handle or person)
        await Welcoming(performer, house.house.config.welcome).receive(who)
        bearer = await new_token(performer, who, actor, SCOPES)
        return Desk(house, self.tables[host], bearer, f"{actor.id:018d}")

    async def settled(self) -> None:
        await self.world.heal()


async def founded(world: Fediverse) -> Town:
    """Make the departments and let 55 people in; agencies have one person each."""
    town, nord = Town(world), world["nord.test"]
    performer = nord.house.performer
    for handle, name in DEPARTMENTS.items():
        new = NewActor(kind=ActorKind.ORGANIZATION, username=handle, name=name)
        await add_actor(performer, new)
    await nord.house.engine.write(_under)
    rows = ["name;username;department;role"]
    for number in range(STAFF):
        department = list(DEPARTMENTS)[number % len(DEPARTMENTS)]
        role = Role.MANAGER if number < len(DEPARTMENTS) else Role.READER
        rows.append(f"Ansatt {number};ansatt{number};{department};{role.value}")
    table = "\n".join(rows).encode()
    made = await Waves(performer, 72).invite(newcomers(table), "alle")
    assert len(made) == STAFF
    for host, name in (("sor.test", "signe"), ("ost.test", "olga"), ("borger.test", "birk")):
        other = world[host].house.performer
        await Waves(other, 72).invite(newcomers(f"name,username\n{name},{name}".encode()), "en")
    return town


async def _under(tx: Any) -> None:
    """Put the other departments under the secretariat."""
    await tx.run(
        "UPDATE actor SET parent_id = (SELECT id FROM actor WHERE username = 'sekretariatet')"
        " WHERE local = 1 AND username IN ('ledergruppen', 'komiteene', 'ordforeren', 'ikt')"
    )


async def leaders_decide_and_all_read_it(town: Town) -> None:
    """A decision with its minutes; a milestone of the committees; each home has them."""
    leader = await town.desk("nord.test", "ansatt0", "ledergruppen")
    decision = await leader.says(
        f"Vedtak: {INSIDE} innføres. Møteboken: https://moter.nord.test/12 #vedtak",
        local_only=True,
    )
    assert decision["local_only"] is True
    committee = await town.desk("nord.test", "ansatt1", "komiteene")
    await committee.says(f"Milepæl: høringen om {INSIDE} er ferdig", visibility="local")
    await town.settled()
    for number in (0, 5, 7, 21, 54):
        reader = await town.desk("nord.test", f"ansatt{number}")
        home = await reader.reads()
        local = await reader.reads("v1/timelines/public?local=true")
        assert "Vedtak" in local, number
        assert "Milepæl" in local, number
        own = list(DEPARTMENTS)[number % len(DEPARTMENTS)]
        assert ("Vedtak" in home) == (own == "ledergruppen"), number


async def the_mayor_speaks_to_two_audiences(town: Town) -> None:
    """One text inside, with what only colleagues need, and one for everybody."""
    mayor = await town.desk("nord.test", "ansatt2", "ordforeren")
    birk = await town.desk("borger.test", "birk")
    found = await birk.ok("GET", "v2/search?q=@ordforeren@nord.test&resolve=true")
    (account,) = found["accounts"]
    await birk.ok("POST", f"v1/accounts/{account['id']}/follow", {})
    await town.settled()
    await mayor.says(f"Kolleger: {INSIDE} er pinlig, men vi åpner broen mandag", visibility="local")
    await mayor.says("Broen åpner mandag. Velkommen!", visibility="public")
    await town.settled()
    assert "Broen" in await birk.reads()
    colleague = await town.desk("nord.test", "ansatt7")
    assert "Kolleger" in await colleague.reads()
    assert "Velkommen" in await colleague.reads()


async def it_mends_something_and_answers(town: Town) -> None:
    """An incident whose text follows it to its end; a question that one of two answers."""
    it = await town.desk("nord.test", "ansatt3", "ikt")
    incident = await it.says(f"E-posten er treg ({INSIDE}). Meldt", visibility="local")
    for state in ("Undersøkes", "Rettet"):
        town.world.clock.time += HOUR
        data = {"status": f"E-posten er treg ({INSIDE}). {state}"}
        await it.ok("PUT", f"v1/statuses/{incident['id']}", data)
    history = await it.ok("GET", f"v1/statuses/{incident['id']}/history")
    assert len(history) == 3
    asker = await town.desk("nord.test", "ansatt10")
    question = await asker.says(f"@ikt hvor er {INSIDE} i kalenderen?", visibility="local")
    await town.settled()
    mate = await town.desk("nord.test", "ansatt3")
    (waiting,) = await mate.ok("GET", f"fedi/v1/questions?department_id={it.id}")
    assert waiting["status"]["id"] == question["id"]
    await mate.ok("POST", f"fedi/v1/questions/{waiting['id']}/assign", {})
    answer = await it.says(
        f"@ansatt10 Under {INSIDE}", visibility="local", in_reply_to_id=question["id"]
    )
    await town.settled()
    assert answer["in_reply_to_id"] == question["id"]
    told = await asker.ok("GET", "v1/notifications")
    assert any((one.get("status") or {}).get("id") == answer["id"] for one in told)
    assert await mate.ok("GET", f"fedi/v1/questions?department_id={it.id}") == []
    whole = await mate.ok("GET", f"fedi/v1/questions/{waiting['id']}")
    assert (whole["state"], whole["answered_by"]["username"]) == ("answered", "ansatt3")


async def nothing_of_it_is_elsewhere(town: Town, *, but: frozenset[str] = frozenset()) -> None:
    """Look for what stays inside in every column of every table of the other houses."""
    for house in town.world.houses:
        if house.host == "nord.test" or house.host in but:
            continue
        for table, columns in (await _tables(house)).items():
            for row in await house.ask(f"SELECT {', '.join(columns)} FROM {table}"):
                assert not any(INSIDE in _text(cell) for cell in row), (house.host, table)


async def _tables(house: Running) -> dict[str, list[str]]:
    """Return the tables of a house with their columns, but for those of the search engine's own."""
    if house.url:
        rows = await house.ask(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
        )
    else:
        rows = await house.ask(
            "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'"
        )
    found: dict[str, list[str]] = {}
    for table, column in rows:
        found.setdefault(table, []).append(f'"{column}"')
    return found


def _text(cell: Any) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("utf-8", "replace")
    return str(cell)


@pytest.mark.slow
@pytest.mark.parametrize(
    "dialect", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_a_secretariat_takes_it_into_use(
    dialect: str, tmp_path: Path, migrated_file: Path, request: pytest.FixtureRequest
) -> None:
    urls, names = {}, []
    if dialect == "postgres":
        server: PostgresForTests = request.getfixturevalue("postgres")
        names = [server.create(server.template()) for _ in HOSTS]
        urls = {host: server.url(name) for host, name in zip(HOSTS, names, strict=True)}

    async def story() -> None:
        await found_houses(tmp_path, migrated_file, HOSTS, urls)
        async with Fediverse(55, tmp_path, HOSTS, urls=urls) as world:
            for agency in ("sor.test", "ost.test"):
                await world["nord.test"].house.engine.write(_allowed(agency))
            town = await founded(world)
            await leaders_decide_and_all_read_it(town)
            await the_mayor_speaks_to_two_audiences(town)
            await it_mends_something_and_answers(town)
            await nothing_of_it_is_elsewhere(town)

    asyncio.run(story())
    if names:
        for name in names:
            server.drop(name)


def _allowed(host: str) -> Callable[[Any], Any]:
    async def unit(tx: Any) -> None:
        await put_rule(tx, host, "allow", "", 0)

    return unit
