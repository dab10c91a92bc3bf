"""Who may speak for a department: giving roles, ending them, and standing in for a colleague.

A role counts within a second wherever it is asked for: apps, sockets, push (fedi/oauth/callers.py).
`by` is the person who says so and must manage the department; None is the house itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.errors import Forbidden, Invalid, NotFound
from actors.membership import Delegation, Membership, check_delegation, may_manage
from actors.people import Actor, ActorKind, Person
from fedi.perform import Performer
from fedi.store import questions, roles, tokens
from fedi.store.engine import Tx


@dataclass(frozen=True, slots=True)
class Speakers:
    """Gives and ends the roles that people have for our actors."""

    performer: Performer

    async def give(self, person: Person, role: Membership, *, by: int | None = None) -> None:
        """Give a person a role, in place of the one they had. Invalid where it would end before
        it begins, and for a person's own account."""
        if role.ends is not None and role.ends <= role.starts:
            raise Invalid("The last day lies before the first.")

        async def unit(tx: Tx) -> None:
            actor = await self.managed(tx, role.actor_id, by)
            if actor.id == person.actor_id:
                raise Invalid("A person's own account is theirs: its role does not change.")
            own = await self.performer.open(tx).actor_by_id(person.actor_id)
            if own is not None and own.guest:
                raise Invalid(f"{person.name} is a guest, and speaks for nobody else.")
            await put_role(tx, role, self.performer.clock.now())

        await self.performer.engine.write(unit)

    async def end(self, person: Person, actor: Actor, *, by: int | None = None) -> None:
        """End a person's role for an actor at once, and with it what others stand in for.
        NotFound where they have none."""
        now = self.performer.clock.now()

        async def unit(tx: Tx) -> None:
            await self.managed(tx, actor.id, by)
            if actor.id == person.actor_id:
                raise Invalid("A person's own account is theirs: its role does not change.")
            found = await roles.own(tx, person.id, actor.id)
            if found is None or (found.ends is not None and found.ends <= now):
                raise NotFound(f"{person.name} has no role for {actor.name}.")
            ended = Membership(
                person_id=person.id,
                actor_id=actor.id,
                role=found.role,
                starts=min(found.starts, now),
                ends=now,
            )
            await put_role(tx, ended, now)

        await self.performer.engine.write(unit)

    async def stand_in(
        self,
        actor: Actor,
        absent: Person,
        stand_in: Person,
        starts: int,
        ends: int,
        *,
        by: int | None = None,
    ) -> Delegation:
        """Let `stand_in` have the role of `absent` for a department from `starts` until `ends`
        (ms). Whoever is away may say so themselves, and those who manage the department."""
        now = self.performer.clock.now()
        delegation = Delegation(
            actor_id=actor.id,
            absent_id=absent.id,
            stand_in_id=stand_in.id,
            starts=starts,
            ends=ends,
            given_by=by,
            created=now,
        )

        async def unit(tx: Tx) -> None:
            if by != absent.id:
                await self.managed(tx, actor.id, by)
            if actor.kind is ActorKind.PERSON:
                raise Invalid("Nobody can stand in for a person's own account.")
            if stand_in.departed is not None:
                raise Invalid(f"{stand_in.name} has left.")
            role = await roles.own(tx, absent.id, actor.id)
            check_delegation(delegation, role, now)
            await roles.delegate(tx, delegation)

        await self.performer.engine.write(unit)
        return delegation

    async def end_stand_in(
        self, actor: Actor, absent: Person, stand_in: Person, *, by: int | None = None
    ) -> None:
        """End it at once; either of the two may say so, and those who manage the department.
        NotFound where nobody stands in."""

        async def unit(tx: Tx) -> None:
            if by not in (absent.id, stand_in.id):
                await self.managed(tx, actor.id, by)
            if not await roles.end_delegation(tx, actor.id, absent.id, stand_in.id):
                raise NotFound(f"{stand_in.name} does not stand in for {absent.name} here.")
            await _forget(tx, [stand_in.id], actor.id, self.performer.clock.now())

        await self.performer.engine.write(unit)

    async def managed(self, tx: Tx, actor_id: int, by: int | None) -> Actor:
        """Return an actor of ours that `by` may manage; Forbidden and NotFound else."""
        store = self.performer.open(tx)
        actor = await store.actor_by_id(actor_id)
        if actor is None or not actor.local or actor.gone:
            raise NotFound("There is no such department here.")
        if by is None:
            return actor
        who = await store.person(by)
        if who is None or who.departed is not None:
            raise Forbidden("Only those who manage this account may change it.")
        if not who.admin and not may_manage(await store.membership(by, actor_id), store.now):
            raise Forbidden("Only those who manage this account may change it.")
        return actor


async def put_role(tx: Tx, role: Membership, now: int) -> None:
    """Store a role; where none is left now (it is over, or begins later), tokens end as well."""
    await roles.put(tx, role)
    covering = await roles.delegations(tx, role.actor_id, now)
    stand_ins = [one.stand_in_id for one in covering if one.absent_id == role.person_id]
    await _forget(tx, [role.person_id, *stand_ins], role.actor_id, now)


async def _forget(tx: Tx, person_ids: Sequence[int], actor_id: int, now: int) -> None:
    """Take back the tokens of those who have no role left: a new one brings none of them back.
    What they took of the department's questions waits for all again."""
    for id in person_ids:
        if await roles.effective(tx, id, actor_id, now) is None:
            await tokens.revoke_between(tx, id, actor_id, now)
            await questions.release(tx, id, actor_id)
