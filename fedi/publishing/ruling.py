"""With whom we federate, changed: what a change would cut is told first, and cut when it is made.

Rules for servers come one by one or as lists (rulelists.py), from the command line, the client API
and our own. The rules, and what waits for servers that they close, change in one unit. The same
for an actor whose exposure becomes narrower.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from actors.errors import Invalid, NotFound
from actors.handles import canonical_domain
from actors.people import Actor, Exposure
from fedi.perform import Performer
from fedi.publishing.rulelists import Wanted
from fedi.store import cutting, domain_rules
from fedi.store.cutting import Closed, Cut
from fedi.store.domain_rules import Rule
from fedi.store.engine import Tx

TOPIC: Final = "domains"
"""The bus topic that is woken when rules changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What becomes of one rule: added, changed (other words), replaced (of the other kind
    before), removed or unchanged."""

    domain: str
    kind: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a change of rules does, or would do."""

    changes: tuple[Changed, ...]
    cut: Cut


@dataclass(frozen=True, slots=True)
class Ruling:
    """Changes the rules of this house; `listed` is whether it federates with those on the list
    alone."""

    performer: Performer
    listed: bool

    @property
    def own(self) -> frozenset[str]:
        """Return the names of this server itself."""
        urls = self.performer.urls
        return frozenset({urls.authority, urls.handle_domain})

    def wanted(self, domain: str, kind: str, comment: str = "", public: str = "") -> Wanted:
        """Return the rule for a domain in the one spelling of its name. Invalid for what is no
        domain, and for this server itself."""
        name = canonical_domain(domain.strip())
        if name in self.own:
            raise Invalid(f"{name} is this server itself.")
        return Wanted(domain=name, kind=kind, comment=comment, public_comment=public)

    async def put(self, wanted: Sequence[Wanted], *, dry_run: bool = False) -> Outcome:
        """Make these rules hold, in place of those that their domains had, all or none."""
        return await self._change(list(wanted), [], dry_run)

    async def drop(self, domain: str, kind: str = "", *, dry_run: bool = False) -> Outcome:
        """Take back the rule of a domain (of this kind); NotFound where there is none."""
        return await self._change([], [(canonical_domain(domain.strip()), kind)], dry_run)

    async def _change(
        self, wanted: list[Wanted], gone: list[tuple[str, str]], dry_run: bool
    ) -> Outcome:
        engine = self.performer.engine

        async def look(tx: Tx) -> Outcome:
            before = {one.domain: one for one in await domain_rules.rules(tx)}
            changes = [_changed(before.get(one.domain), one) for one in wanted]
            changes += [_removed(before, domain, kind) for domain, kind in gone]
            closed = await self._closed(tx, before, wanted, gone)
            return Outcome(changes=tuple(changes), cut=await cutting.counted(tx, closed))

        async def change(tx: Tx) -> None:
            before = {one.domain: one for one in await domain_rules.rules(tx)}
            closed = await self._closed(tx, before, wanted, gone)
            now = self.performer.clock.now()
            made = [_rule(before.get(one.domain), one, now) for one in wanted]
            await domain_rules.put_rules(tx, [one for one in made if one is not None])
            for domain, _ in gone:
                await domain_rules.drop_rule(tx, domain)
            await cutting.cut(tx, closed)
            tx.after_commit.append(lambda: self.performer.bus.wake(TOPIC))

        outcome = await engine.read(look)  # which may take a while, and holds up nobody
        if not dry_run:
            await engine.write(change)
        return outcome

    async def _closed(
        self,
        tx: Tx,
        before: dict[str, Rule],
        wanted: list[Wanted],
        gone: list[tuple[str, str]],
    ) -> Closed:
        kinds = {name: rule.kind for name, rule in before.items()}
        after = kinds | {one.domain: one.kind for one in wanted}
        for domain, _ in gone:
            after.pop(domain, None)
        return await cutting.changing(tx, kinds, after, listed=self.listed)

    async def narrowing(self, actor: Actor, exposure: Exposure) -> Cut:
        """Return what an actor would lose by another exposure; nothing where it is no narrower."""

        async def work(tx: Tx) -> Cut:
            return await cutting.counted(tx, await cutting.narrowing(tx, actor, exposure))

        return await self.performer.engine.read(work)


def _changed(before: Rule | None, wanted: Wanted) -> Changed:
    change = "added"
    if before is not None and before.kind != wanted.kind:
        change = "replaced"
    elif before is not None:
        told = (before.comment, before.public_comment)
        change = "unchanged" if told == (wanted.comment, wanted.public_comment) else "changed"
    return Changed(domain=wanted.domain, kind=wanted.kind, change=change)


def _removed(before: dict[str, Rule], domain: str, kind: str) -> Changed:
    rule = before.get(domain)
    if rule is None or (kind and rule.kind != kind):
        raise NotFound(f"There is no such rule for {domain}.")
    return Changed(domain=domain, kind=rule.kind, change="removed")


def _rule(before: Rule | None, wanted: Wanted, now: int) -> Rule | None:
    """Return the row of a rule that is wanted; None for one that holds as it is."""
    change = _changed(before, wanted).change
    if change == "unchanged":
        return None
    since = before.created if before is not None and change == "changed" else now
    return Rule(wanted.domain, wanted.kind, wanted.comment, since, wanted.public_comment)
