"""Invitations in waves: a table of people becomes people with a role and a one-time link each.

Everything in the table is checked before anything is done. Who has signed in already is passed
over, so a wave may be sent again. How far waves have come, fedi/store/welcoming.py counts.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from actors.errors import Invalid, NotFound
from actors.handles import local_key, valid_local_username
from actors.membership import Role
from actors.people import Actor, ActorKind, Person
from actors.tables import Line, lines
from fedi import organisation
from fedi.net.letters import is_address
from fedi.oauth.links import HOUR, fresh_link
from fedi.pages.language import speech
from fedi.perform import Performer
from fedi.store import credentials, profiles, welcoming
from fedi.store.engine import Tx

COLUMNS: Final = ("username", "name", "email", "department", "role", "language")
LANGUAGES: Final = ("nb", "nn", "se", "en")
LONGEST_NAME: Final = 60
_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "đ": "d", "ŋ": "n", "ŧ": "t"})


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One row of the table."""

    line: Line
    username: str
    name: str
    email: str
    department: str
    role: Role
    language: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What somebody is handed: a link that works once, until a time (ms)."""

    person: Person
    department: str
    link: str
    until: int


def newcomers(data: bytes) -> list[Newcomer]:
    """Read a table of people: name, and what else there is of COLUMNS. Who has no username gets
    one made from the name. Invalid with the line for anything that can't be."""
    found: list[Newcomer] = []
    taken: dict[str, int] = {}
    for line in lines(data, COLUMNS, ("name",)):
        one = _newcomer(line)
        key = local_key(one.username)
        if key in taken:
            raise line.wrong("username", f"{one.username} is on line {taken[key]} as well.")
        taken[key] = line.number
        found.append(one)
    if not found:
        raise Invalid("There is nobody in the table.", code="bad_table")
    return found


def _newcomer(line: Line) -> Newcomer:
    cells = {column: line.cells.get(column, "") for column in COLUMNS}
    if not cells["name"]:
        raise line.wrong("name", "it is missing.")
    username = cells["username"].removeprefix("@") or username_of(cells["name"])
    if not valid_local_username(username):
        raise line.wrong("username", f"{username!r} can't be one: 1-30 of a-z, 0-9 and _.")
    if cells["email"] and not is_address(cells["email"]):
        raise line.wrong("email", f"{cells['email']!r} is no e-mail address.")
    role, language = cells["role"] or Role.READER.value, cells["language"] or "nb"
    if role not in {one.value for one in Role}:
        raise line.wrong("role", f"{role!r} is none of {', '.join(one.value for one in Role)}.")
    if language not in LANGUAGES:
        raise line.wrong("language", f"{language!r} is none of {', '.join(LANGUAGES)}.")
    return Newcomer(
        line=line,
        username=username,
        name=cells["name"],
        email=cells["email"],
        department=cells["department"].removeprefix("@"),
        role=Role(role),
        language=language,
    )


def username_of(name: str) -> str:
    """Return a name as a handle: `Åse Bjørnø` is `ase_bjorno`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    kept = "".join(c if c.isascii() and c.isalnum() else " " for c in plain if ord(c) < 0x300)
    return "_".join(kept.split())[:30].strip("_")


@dataclass(frozen=True, slots=True)
class Waves:
    """Invites people. `hours` is for how long a link works."""

    performer: Performer
    hours: int

    async def invite(self, people: Sequence[Newcomer], wave: str) -> list[Invitation]:
        """Make whoever isn't here yet, with their role, and a link for each who has not signed in
        yet; in the table's order. Invalid before anything is done where something can't be."""
        if not wave.strip() or len(wave) > LONGEST_NAME:
            raise Invalid(f"A wave has a name of 1-{LONGEST_NAME} characters.")
        departments = await self._departments(people)
        known = await self.known(people)
        invited: list[tuple[Person, str]] = []
        for one in people:
            person = known.get(local_key(one.username)) or await self._add(one)
            department = departments.get(one.department)
            if department is not None:
                await self._let_read(person, department, one.role)
            invited.append((person, department.name if department is not None else ""))
        return await self._linked(invited, wave)

    async def again(self, wave: str) -> list[Invitation]:
        """Make new links for those of a wave who have not signed in; NotFound where there is no
        such wave, or nobody is left in it."""
        left = await self.performer.engine.read(lambda tx: welcoming.waiting(tx, wave))
        if not left:
            raise NotFound(f"Nobody of the wave {wave!r} is waited for.")
        now = self.performer.clock.now()

        async def named(tx: Tx) -> list[tuple[Person, str]]:
            found = []
            for person in left:
                parts = await welcoming.departments_of(tx, person.id, now)
                found.append((person, parts[0].name if parts else ""))
            return found

        return await self._linked(await self.performer.engine.read(named), wave)

    async def known(self, people: Sequence[Newcomer]) -> dict[str, Person]:
        """Return who of a table is here already, by handle. Invalid where a handle is a
        department's, or was somebody's who has left."""
        found: dict[str, Person] = {}
        for one in people:
            handle = await self.performer.engine.read(
                lambda tx, name=one.username: profiles.actor_by_handle(tx, name)  # type: ignore[misc]
            )
            if handle is None:
                continue
            if handle[0].kind is not ActorKind.PERSON:
                raise one.line.wrong("username", f"{one.username} is {handle[0].name}'s.")
            person = await organisation.find_person(self.performer, one.username)
            if person.departed is not None:
                raise one.line.wrong("username", f"{person.name} had {one.username} and has left.")
            found[local_key(one.username)] = person
        return found

    async def _departments(self, people: Sequence[Newcomer]) -> dict[str, Actor]:
        found: dict[str, Actor] = {}
        for one in people:
            if not one.department or one.department in found:
                continue
            try:
                actor = await organisation.find_actor(self.performer, one.department)
            except NotFound as problem:
                raise one.line.wrong("department", problem.sentence) from None
            if actor.kind is ActorKind.PERSON:
                raise one.line.wrong("department", f"{actor.name} is a person.")
            found[one.department] = actor
        return found

    async def _add(self, one: Newcomer) -> Person:
        person, _ = await organisation.add_person(
            self.performer, one.username, one.name, email=one.email, language=one.language
        )
        return person

    async def _let_read(self, person: Person, department: Actor, role: Role) -> None:
        """Give a role to one who has none there: an invitation takes nothing away."""
        store = self.performer.engine
        has = await store.read(
            lambda tx: self.performer.open(tx).membership(person.id, department.id)
        )
        if has is None:
            await organisation.let_speak(self.performer, person, department, role)

    async def _linked(self, people: Sequence[tuple[Person, str]], wave: str) -> list[Invitation]:
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> list[Invitation]:
            made = []
            for person, department in people:
                if await welcoming.welcomed(tx, person.id) is not None:
                    continue
                link, address = fresh_link(self.performer, person, "invite", self.hours)
                await credentials.add_link(tx, link)
                made.append(Invitation(person, department, address, now + self.hours * HOUR))
            await welcoming.invite(tx, [one.person.id for one in made], wave, now)
            return made

        return await self.performer.engine.write(unit)


def letter(one: Invitation, organisation_name: str, zone: ZoneInfo) -> tuple[str, str]:
    """Return subject and text of an invitation, in the person's language."""
    say = speech(one.person.language)
    return (
        say.text("welcome.letter_subject", org=organisation_name),
        say.text(
            "welcome.letter_text", name=one.person.name, link=one.link, until=until(one, zone)
        ),
    )


def until(one: Invitation, zone: ZoneInfo) -> str:
    """Return until when a link works, as it is written in a letter: day, month, hour."""
    moment = datetime.fromtimestamp(one.until / 1000, UTC).astimezone(zone)
    return f"{moment:%d.%m.%Y %H:%M}"


def sheet(invitations: Sequence[Invitation], organisation_name: str, zone: ZoneInfo) -> str:
    """Return a document with a page for each person, to be printed and handed over."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from fedi.oauth.links import picture

    paper = Environment(
        loader=PackageLoader("fedi.oauth", "printed"), autoescape=True, undefined=StrictUndefined
    )
    pages = [
        {
            "one": one,
            "say": speech(one.person.language),
            "qr": picture(one.link),
            "until": until(one, zone),
        }
        for one in invitations
    ]
    return paper.get_template("invitations.html").render(
        pages=pages, organisation=organisation_name
    )
