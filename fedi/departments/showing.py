"""A department as a whole: the record behind its profile, where it stands, who speaks for it.

Read by the command line and our own API; what everybody sees of it is its profile.
"""

from dataclasses import dataclass
from typing import Any

from actors.departments import CONTACT, Department
from actors.html import plain
from actors.membership import Membership
from actors.people import Actor, Person
from fedi.store import departments, roles
from fedi.store.engine import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A department. `roles` are those that hold or will, each with its person; `newest` is the id
    of its newest post that everybody may read."""

    actor: Actor
    record: Department
    parent: Actor | None
    children: tuple[Actor, ...]
    roles: tuple[tuple[Person, Membership], ...]
    newest: int | None

    def told(self) -> dict[str, Any]:
        """Return what a command says of it."""
        actor, record = self.actor, self.record
        return {
            "handle": actor.username,
            "name": actor.name,
            "names": dict(actor.names),
            "summary": plain(actor.summary),
            "number": record.number or None,
            "identifier": record.identifier or None,
            "verified": record.verified,
            **{name: getattr(record, name) or None for name in CONTACT},
            "color": record.color or None,
            "parent": self.parent.username if self.parent is not None else None,
            "children": [one.username for one in self.children],
            "exposure": actor.exposure.value,
            "default_audience": actor.default_audience,
            "language": actor.language,
            "icon": actor.icon.url if actor.icon is not None else None,
            "image": actor.image.url if actor.image is not None else None,
            "roles": {person.username: role.role.value for person, role in self.roles},
            "moved_to": actor.moved_to or None,
            "uri": actor.uri,
            "url": actor.url,
        }


async def whole_of(tx: Tx, actor: Actor, now: int) -> Whole:
    """Return a department with all that is known of it at `now` (ms)."""
    record = await departments.record(tx, actor.id)
    parent = await departments.ours(tx, actor.parent_id) if actor.parent_id is not None else None
    given = await roles.of_actor(tx, actor.id, now)
    people = await departments.people(tx, [one.person_id for one in given])
    return Whole(
        actor=actor,
        record=record if record is not None else Department(actor_id=actor.id),
        parent=parent,
        children=tuple(await departments.children(tx, actor.id)),
        roles=tuple((people[one.person_id], one) for one in given if one.person_id in people),
        newest=await departments.newest_post(tx, actor.id),
    )
