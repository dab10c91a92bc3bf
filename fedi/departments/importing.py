"""The organisation in from a file: read, compared with who is here, told, and only then done.

Everything is checked before anything is written. New ones move in by the hundred (an import of
54,000 people is a matter of seconds; their keys are made when somebody needs them); what changes
of those who are here goes the way of any change. Run again, it goes on where it was cut off, and
finds nothing to do when it was done.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from actors import chart, sheets
from actors.assignments import Given, roles_of
from actors.chart import Difference, Sort, Standing
from actors.departments import Department, fields_of
from actors.errors import Invalid
from actors.faces import with_faces
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure, Person
from actors.sheets import NAMES, Kind, Problem, Row, Sheet
from fedi.departments.exporting import House, house_of
from fedi.departments.records import ENTRIES, Records
from fedi.departments.speakers import Speakers
from fedi.organisation import NewActor, actor_of
from fedi.publishing import Changes, Profiles
from fedi.store import roles, settling
from fedi.store.engine import Tx
from fedi.store.settling import Newcomers

AT_ONCE: Final = 100
"""Newcomers in one unit of work: some milliseconds."""
_TOLD: Final = 20

Arrived = Callable[[Sequence[Person]], Awaitable[None]]
Leave = Callable[[Person], Awaitable[object]]


async def _nobody_waits(people: Sequence[Person]) -> None:
    """Do nothing for those who have moved in."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file would change."""

    house: House
    differences: tuple[Difference, ...]

    def told(self) -> list[str]:
        """Return each difference in plain words."""
        return [chart.told(one) for one in self.differences]

    def counted(self) -> dict[str, int]:
        """Return how many there are of each sort."""
        sorts = [one.sort for one in self.differences]
        return {sort.value: sorts.count(sort) for sort in Sort}


@dataclass(frozen=True, slots=True)
class Importing:
    """Imports. `arrived` is told of people who have moved in, some at a time: what
    follows from that (whom they follow first) is not the import's."""

    profiles: Profiles
    arrived: Arrived = field(default=_nobody_waits)

    async def plan(self, data: bytes) -> Plan:
        """Return what a file would change. Invalid, with every fault by its line and column, for
        one that can't be read or can't be."""
        sheet = sheets.read(data)
        _refuse(sheet.problems)
        house = await house_of(self.profiles.performer, self.profiles.limits)
        standing = await self._with_taken(house, sheet)
        _refuse(chart.check(sheet.rows, standing))
        return Plan(house, tuple(chart.differences(sheet.rows, standing)))

    async def _with_taken(self, house: House, sheet: Sheet) -> Standing:
        """Return who is here, and which of the file's new handles can't be had."""
        fresh = [
            row.handle
            for row in sheet.rows
            if row.handle not in house.departments and row.handle not in house.people
        ]
        engine = self.profiles.performer.engine
        held = await engine.read(lambda tx: settling.holders(tx, fresh))
        taken = {
            handle: f"{handle} is, or once was, somebody else's here, or has left or moved away."
            for handle in held
        }
        standing = house.standing
        return Standing(standing.rows, taken, standing.name_most, standing.summary_most)

    async def carry_out(self, plan: Plan, *, leave: Leave | None = None) -> None:
        """Do what a plan says. Who is missing stays, unless it says with `leave` how people leave:
        then they do, and nobody speaks for such a department any more (its posts stay)."""
        await self._give_up_numbers(plan)
        made = await self._move_in(plan)
        await self._give_roles(plan, made)
        for handle, changes in _by_row(plan, Kind.DEPARTMENT).items():
            await self._change_department(plan, made, handle, changes)
        for handle, changes in _by_row(plan, Kind.PERSON).items():
            await self._change_person(plan.house.people[handle], plan.house, changes)
        for one in plan.differences:
            if leave is not None and one.sort is Sort.MISSING:
                await self._close(plan.house, one.row, leave)

    async def _give_up_numbers(self, plan: Plan) -> None:
        """Free the numbers that departments no longer have, which others may be about to get."""
        for one in plan.differences:
            if one.column == "number" and one.old:
                actor = plan.house.departments[one.row.handle]
                await Records(self.profiles).change(actor, {"number": ""})

    # -- new ones

    async def _move_in(self, plan: Plan) -> dict[str, Actor]:
        """Let all new departments move in, then all new people; return every department by its
        handle."""
        new = [one.row for one in plan.differences if one.sort is Sort.NEW]
        units = [row for row in new if row.kind is Kind.DEPARTMENT]
        made = dict(plan.house.departments)
        fresh = {row.handle: self._department(row) for row in units}
        made |= fresh
        for start in range(0, len(units), AT_ONCE):
            part = units[start : start + AT_ONCE]
            await self._settle(
                Newcomers(
                    actors=[self._placed(fresh[row.handle], row, made) for row in part],
                    records=[_record(fresh[row.handle], row) for row in part if _says(row)],
                )
            )
        people = [row for row in new if row.kind is Kind.PERSON]
        for start in range(0, len(people), AT_ONCE):
            settled = [self._person(row, made) for row in people[start : start + AT_ONCE]]
            await self._settle(
                Newcomers(
                    actors=[actor for actor, _, _ in settled],
                    people=[person for _, person, _ in settled],
                    roles=[role for _, _, given in settled for role in given],
                )
            )
            await self.arrived([person for _, person, _ in settled])
        return made

    async def _settle(self, new: Newcomers) -> None:
        performer = self.profiles.performer

        async def unit(tx: Tx) -> None:
            taken = await settling.move_in(tx, new, performer.clock.now())
            if taken:
                raise Invalid(f"{', '.join(taken)} has been given to others just now: try again.")

        await performer.engine.write(unit)

    def _department(self, row: Row) -> Actor:
        values = row.values
        exposure = Exposure(values.get("exposure", Exposure.OPEN.value))
        inside = exposure is Exposure.INTERNAL
        new = NewActor(
            kind=ActorKind.ORGANIZATION,
            username=row.handle,
            name=values["name"],
            names=_names(values),
            summary=values.get("summary", ""),
            exposure=exposure,
            default_audience=values.get("audience", "internal" if inside else "public"),
            discoverable=exposure is Exposure.OPEN,
            language=values.get("language", "nb"),
        )
        return actor_of(self.profiles.performer, new)

    def _person(
        self, row: Row, made: Mapping[str, Actor]
    ) -> tuple[Actor, Person, list[Membership]]:
        performer, values = self.profiles.performer, row.values
        language = values.get("language", "nb")
        new = NewActor(
            kind=ActorKind.PERSON,
            username=row.handle,
            name=values["name"],
            discoverable=False,
            default_audience="internal",
            language=language,
        )
        actor = actor_of(performer, new)
        person = Person(
            id=performer.new_id(),
            username=row.handle,
            name=values["name"],
            actor_id=actor.id,
            email=values.get("email", ""),
            language=language,
            created=performer.clock.now(),
        )
        own = Membership(person_id=person.id, actor_id=actor.id, role=Role.MANAGER)
        given = roles_of(values.get("roles", ""))
        return actor, person, [own, *(_membership(person, one, made) for one in given)]

    def _placed(self, actor: Actor, row: Row, made: Mapping[str, Actor]) -> Actor:
        """Return a new department where it stands, with what its record shows."""
        parent = row.values.get("parent")
        record = _record(actor, row)
        placed = replace(
            actor,
            parent_id=made[parent].id if parent else None,
            fields=fields_of(record, actor.language, actor.fields),
        )
        return with_faces(placed, record.color, self.profiles.performer.urls)

    # -- changes

    async def _change_department(
        self,
        plan: Plan,
        made: Mapping[str, Actor],
        handle: str,
        changes: Mapping[str, str],
    ) -> None:
        actor, records = plan.house.departments[handle], Records(self.profiles)
        if "parent" in changes:
            above = made[changes["parent"]] if changes["parent"] else None
            await records.place(actor, above)
        entries = {name: changes[name] for name in ENTRIES if name in changes}
        if entries:
            await records.change(actor, entries)
        if wanted := _edited(actor, changes):
            await self.profiles.edit(actor, wanted)

    async def _change_person(
        self, person: Person, house: House, changes: Mapping[str, str]
    ) -> None:
        own = {name: changes[name] for name in ("name", "email", "language") if name in changes}
        if not own:
            return
        engine = self.profiles.performer.engine
        await engine.write(lambda tx: settling.correct(tx, person.id, own))
        actor = house.actors.get(person.actor_id)
        if actor is not None and ("name" in own or "language" in own):
            wanted = Changes(name=own.get("name"), language=own.get("language"))
            await self.profiles.edit(actor, wanted)

    async def _give_roles(self, plan: Plan, made: Mapping[str, Actor]) -> None:
        speakers = Speakers(self.profiles.performer)
        for one in plan.differences:
            if one.column != "roles" or one.sort is not Sort.CHANGED:
                continue
            person = plan.house.people[one.row.handle]
            before, after = roles_of(one.old), roles_of(one.new)
            for given in after:
                if given not in before:
                    await speakers.give(person, _membership(person, given, made))
            named = {given.handle for given in after}
            for given in before:
                if given.handle not in named:
                    await speakers.end(person, made[given.handle])

    async def _close(self, house: House, row: Row, leave: Leave) -> None:
        """Let a person leave; end the roles of all for a department."""
        if row.kind is Kind.PERSON:
            await leave(house.people[row.handle])
            return
        performer, actor = self.profiles.performer, house.departments[row.handle]
        now = performer.clock.now()
        given = await performer.engine.read(lambda tx: roles.of_actor(tx, actor.id, now))
        holders = {one.person_id for one in given}
        for person in house.people.values():
            if person.id in holders:
                await Speakers(performer).end(person, actor)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        lines = [str(one) for one in problems[:_TOLD]]
        if len(problems) > _TOLD:
            lines.append(f"and {len(problems) - _TOLD} more")
        raise Invalid("Nothing was changed. " + "; ".join(lines))


def _by_row(plan: Plan, kind: Kind) -> dict[str, dict[str, str]]:
    """Return the columns that change, by the handle of their row."""
    found: dict[str, dict[str, str]] = {}
    for one in plan.differences:
        if one.row.kind is kind and one.sort in (Sort.CHANGED, Sort.MOVED):
            found.setdefault(one.row.handle, {})[one.column] = one.new
    return found


def _edited(actor: Actor, changes: Mapping[str, str]) -> Changes | None:
    """Return what of the changes is the actor's own; its names in other languages stay, unless
    they are among them."""
    names = {
        code: text for code, text in {**actor.names, **_names(changes, empty=True)}.items() if text
    }
    renamed = "name" in changes or names != dict(actor.names)
    exposure = changes.get("exposure")
    wanted = Changes(
        name=changes.get("name", actor.name) if renamed else None,
        names=names if renamed else None,
        summary=changes.get("summary"),
        language=changes.get("language"),
        exposure=Exposure(exposure) if exposure is not None else None,
        default_audience=changes.get("audience"),
    )
    return wanted if wanted != Changes() else None


def _names(values: Mapping[str, str], *, empty: bool = False) -> dict[str, str]:
    found = {name.removeprefix("name_"): values[name] for name in NAMES if name in values}
    return found if empty else {code: text for code, text in found.items() if text}


def _says(row: Row) -> bool:
    return any(row.values.get(name) for name in ENTRIES)


def _record(actor: Actor, row: Row) -> Department:
    entries = {name: row.values.get(name, "") for name in ENTRIES}
    verified = actor.created if entries["number"] else None
    return Department(
        actor_id=actor.id,
        verified=verified,
        created=actor.created,
        updated=actor.created,
        **entries,
    )


def _membership(person: Person, given: Given, made: Mapping[str, Actor]) -> Membership:
    return Membership(
        person_id=person.id,
        actor_id=made[given.handle].id,
        role=given.role,
        starts=given.starts,
        ends=given.ends,
    )
