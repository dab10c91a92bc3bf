"""The organisation as it is here, as rows of a file: what an export writes, and what an import is
compared with (importing.py). Whatever left or moved away is not among them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors import sheets
from actors.assignments import Given, given_of, roles_text
from actors.chart import Standing
from actors.departments import CONTACT, Department
from actors.html import plain
from actors.people import Actor, ActorKind, Person
from actors.sheets import NAMES, Kind, Row
from fedi.config import Limits
from fedi.perform import Performer
from fedi.store import departments, listing
from fedi.store.engine import Tx


@dataclass(frozen=True, slots=True)
class House:
    """Who is here: rows as a file has them, and the records behind them by handle."""

    standing: Standing
    departments: Mapping[str, Actor]
    people: Mapping[str, Person]
    actors: Mapping[int, Actor]


async def house_of(performer: Performer, limits: Limits) -> House:
    """Return all departments and people who are here; roles that are over are not told."""
    now = performer.clock.now()

    async def query(tx: Tx) -> House:
        tree = {one.id: one for one in await departments.tree(tx) if not one.moved_to}
        people = [one for one in await listing.people(tx) if one.departed is None]
        personal = await listing.local_actors(tx, (ActorKind.PERSON.value,))
        roles: dict[int, list[Given]] = {}
        for one in await listing.memberships(tx):
            if one.actor_id in tree and (one.ends is None or one.ends > now):
                given = given_of(one, tree[one.actor_id].username.lower())
                roles.setdefault(one.person_id, []).append(given)
        records = await departments.records(tx)
        rows = [_department_row(one, records.get(one.id), tree) for one in tree.values()]
        rows += [_person_row(one, roles.get(one.id, [])) for one in people]
        return House(
            Standing(
                tuple(rows),
                name_most=limits.name_characters,
                summary_most=limits.summary_characters,
            ),
            {one.username.lower(): one for one in tree.values()},
            {one.username: one for one in people},
            {one.id: one for one in (*tree.values(), *personal)},
        )

    return await performer.engine.read(query)


def _department_row(actor: Actor, record: Department | None, tree: Mapping[int, Actor]) -> Row:
    above = tree.get(actor.parent_id or 0)
    values = {
        "name": actor.name,
        **{name: actor.names.get(name.removeprefix("name_"), "") for name in NAMES},
        "parent": above.username if above is not None else "",
        "number": record.number if record is not None else "",
        **{name: getattr(record, name) if record is not None else "" for name in CONTACT},
        "color": record.color if record is not None else "",
        "summary": plain(actor.summary),
        "language": actor.language or "nb",
        "exposure": actor.exposure.value,
        "audience": actor.default_audience,
    }
    return _row(Kind.DEPARTMENT, actor.username, values)


def _person_row(person: Person, roles: Sequence[Given]) -> Row:
    values = {
        "name": person.name,
        "email": person.email,
        "language": person.language or "nb",
        "roles": roles_text(roles),
    }
    return _row(Kind.PERSON, person.username, values)


def _row(kind: Kind, username: str, values: Mapping[str, str]) -> Row:
    read = {column: sheets.as_read(kind, column, text) for column, text in values.items()}
    return Row(kind=kind, handle=username.lower(), values=read)
