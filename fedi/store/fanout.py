"""Fan-out: an activity of ours and whom it is for -> one narrow delivery row per inbox.

A small one is a single unit. For a large one the inboxes are collected first, each once, and
queued in chunks in one order, with a cursor: after a crash it goes on where it was, and an inbox
that had its delivery meanwhile is not met again. Who: recipients.py. Next: queue.py leases.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from actors.effects import Recipients
from actors.errors import FediError
from actors.people import Actor
from actors.posts import Visibility
from outbox.schedule import DAY, KEEP, KEEP_LONG, expires_at

from . import recipients
from .engine import Engine, Tx
from .recipients import Fanout, Target
from .superseding import make_room, undoes

PAGE: Final = 500
LEASE_MS: Final = 60_000
PUT_OFF_MS: Final = 600_000

_DUE: Final = (
    "FROM fanout f JOIN activity a ON a.id = f.activity_id JOIN actor s ON s.id = f.actor_id"
    " WHERE f.lease_until <= ? AND NOT EXISTS"
    " (SELECT 1 FROM fanout e WHERE e.actor_id = f.actor_id AND e.id < f.id)"
    " ORDER BY f.id LIMIT 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the settings say of what leaves: to `only_allowed` servers, and kept how long (ms)."""

    only_allowed: bool = False
    keep: int = KEEP
    keep_long: int = KEEP_LONG

    def expires(self, kind: str, created: int) -> int:
        """Return until when a row of this kind waits."""
        return expires_at(kind, created, self.keep, self.keep_long)


def rules_of(*, only_allowed: bool, keep_days: int, keep_days_important: int) -> Rules:
    """Return the rules that the settings [federation] and [delivery] make."""
    return Rules(
        only_allowed=only_allowed, keep=keep_days * DAY, keep_long=keep_days_important * DAY
    )


async def expand(engine: Engine, clock: Callable[[], int], rules: Rules) -> bool:
    """Expand the fan-out that is due next; False if none is.

    Those of one actor follow one another, so that an Update never overtakes its Create.
    """
    try:
        begun = await engine.write(partial(_begin, now=clock(), rules=rules))
    except FediError:
        raise
    except Exception:
        # A mistake of ours with one fan-out must not stand in the way of all the others.
        await engine.write(partial(_put_off, now=clock()))
        raise
    if begun is None:
        return False
    fanout, limited, done = begun
    if done:
        return True
    targets = await _collect(engine, fanout, limited)
    for start in range(0, max(len(targets), 1), PAGE):
        unit = partial(
            _chunk,
            fanout=fanout,
            chunk=targets[start : start + PAGE],
            now=clock(),
            rules=rules,
            last=start + PAGE >= len(targets),
        )
        if not await engine.write(unit):
            break
    return True


async def waits(tx: Tx) -> bool:
    """Return whether any fan-out waits, due or not."""
    return await tx.one("SELECT 1 FROM fanout LIMIT 1") is not None


async def _begin(tx: Tx, *, now: int, rules: Rules) -> tuple[Fanout, bool, bool] | None:
    """Take the next fan-out, and carry it out at once if its recipients are few."""
    fanout = await _next(tx, now)
    if fanout is None:
        return None
    leaving, limited = await recipients.may_leave(tx, fanout)
    limited = limited or rules.only_allowed
    if leaving is None:
        await _finish(tx, fanout)
        return fanout, limited, True
    fanout = leaving
    targets = None if fanout.position else await _few(tx, fanout, limited)
    if targets is not None:
        await _queue(tx, fanout, targets, now, rules)
        await _finish(tx, fanout)
        return fanout, limited, True
    await tx.run(
        "UPDATE fanout SET lease_until = ?, fence = ? WHERE id = ?",
        (now + LEASE_MS, fanout.fence, fanout.id),
    )
    return fanout, limited, False


async def _put_off(tx: Tx, *, now: int) -> None:
    row = await tx.one(f"SELECT f.id {_DUE}", (now,))
    if row is not None:
        await tx.run("UPDATE fanout SET lease_until = ? WHERE id = ?", (now + PUT_OFF_MS, row[0]))


async def _next(tx: Tx, now: int) -> Fanout | None:
    skip = " FOR UPDATE OF f SKIP LOCKED" if tx.dialect == "postgres" else ""
    row = await tx.one(
        "SELECT f.id, f.recipients, f.position, f.fence + 1, a.id, a.uri, a.actor_id, s.uri,"
        f" a.kind, a.about, a.post_id, a.visible, a.created {_DUE}{skip}",
        (now,),
    )
    if row is None:
        return None
    return Fanout(
        id=row[0],
        recipients=msgspec.json.decode(row[1], type=Recipients),
        position=row[2],
        fence=row[3],
        activity_id=row[4],
        uri=row[5],
        actor_id=row[6],
        actor_uri=row[7],
        kind=row[8],
        about=row[9],
        post_id=row[10],
        visible=Visibility(row[11]),
        created=row[12],
    )


async def _few(tx: Tx, fanout: Fanout, limited: bool) -> list[Target] | None:
    """Return all targets if a page holds them, else None."""
    wanted = fanout.recipients
    if len(wanted.actors) > PAGE:
        return None
    actors = await recipients.named(tx, fanout, wanted.actors) if wanted.actors else []
    if wanted.followers_of is not None:
        followers = await recipients.followers(tx, fanout, 0, PAGE + 1)
        if len(followers) > PAGE:
            return None
        actors += followers
    reached: list[Target] = []
    if wanted.of_post is not None:
        reached = await recipients.reached(tx, fanout, "", PAGE + 1)
        if len(reached) > PAGE:
            return None
    found: dict[str, Target] = {}
    await _add(tx, fanout, found, actors, reached, limited)
    return sorted(found.values()) if len(found) <= PAGE else None


async def _add(
    tx: Tx,
    fanout: Fanout,
    found: dict[str, Target],
    actors: Sequence[Actor],
    reached: Sequence[Target],
    limited: bool,
) -> None:
    """Add the inboxes of these actors, and these inboxes, as far as their hosts are welcome."""
    targets = list(recipients.targets_of(actors, fanout))
    targets += [(target, target.host) for target in reached]
    hosts = {host for target, home in targets for host in (target.host, home)}
    welcome = await recipients.welcome(tx, hosts, limited)
    for target, home in targets:
        if target.host in welcome and home in welcome:
            found.setdefault(target.inbox, target)


async def _collect(engine: Engine, fanout: Fanout, limited: bool) -> list[Target]:
    """Return all targets beyond the cursor, in order, read page by page."""
    wanted = fanout.recipients
    found: dict[str, Target] = {}
    for start in range(0, len(wanted.actors), PAGE):
        part = wanted.actors[start : start + PAGE]

        async def read_named(tx: Tx, part: Sequence[int] = part) -> None:
            await _add(tx, fanout, found, await recipients.named(tx, fanout, part), (), limited)

        await engine.read(read_named)
    after: int | None = 0 if wanted.followers_of is not None else None
    while after is not None:

        async def read_followers(tx: Tx, after: int = after) -> int | None:
            page = await recipients.followers(tx, fanout, after, PAGE)
            await _add(tx, fanout, found, page, (), limited)
            return page[-1].id if len(page) == PAGE else None

        after = await engine.read(read_followers)
    name: str | None = "" if wanted.of_post is not None else None
    while name is not None:

        async def read_reached(tx: Tx, name: str = name) -> str | None:
            page = await recipients.reached(tx, fanout, name, PAGE)
            await _add(tx, fanout, found, (), page, limited)
            return page[-1].inbox if len(page) == PAGE else None

        name = await engine.read(read_reached)
    return sorted(t for t in found.values() if _place(t) > fanout.position)


async def _chunk(
    tx: Tx, *, fanout: Fanout, chunk: Sequence[Target], now: int, rules: Rules, last: bool
) -> bool:
    """Queue one chunk and move the cursor; False if another worker has taken this over."""
    ours = await tx.run(
        "UPDATE fanout SET position = ?, lease_until = ? WHERE id = ? AND fence = ?",
        (
            _place(chunk[-1]) if chunk else fanout.position,
            now + LEASE_MS,
            fanout.id,
            fanout.fence,
        ),
    )
    if not ours:
        return False
    await _queue(tx, fanout, chunk, now, rules)
    if last:
        await _finish(tx, fanout)
    return True


async def _finish(tx: Tx, fanout: Fanout) -> None:
    await tx.run("DELETE FROM fanout WHERE id = ?", (fanout.id,))
    if fanout.kind == "Delete" and fanout.recipients.of_post is not None:
        await tx.run("DELETE FROM reach WHERE post_id = ?", (fanout.recipients.of_post,))


async def _queue(tx: Tx, fanout: Fanout, targets: Sequence[Target], now: int, rules: Rules) -> None:
    """Write the rows of these targets, which are in order, and have their hosts looked at."""
    if not targets:
        return
    about = fingerprint(fanout.actor_id, await _about(tx, fanout))
    unneeded = await make_room(tx, fanout, targets, about, now)
    kept = [target for target in targets if target.inbox not in unneeded]
    itself = fanout.kind == "Update" and fanout.about == fanout.actor_uri
    expires = rules.expires(fanout.kind, fanout.created)
    await tx.many(
        "INSERT INTO delivery (activity_id, host, inbox, shared, about, turn, state, due, tries,"
        " uncertain, expires, problem) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, ?, '')"
        " ON CONFLICT DO NOTHING",
        [
            (
                fanout.activity_id,
                target.host,
                target.inbox,
                int(target.actor_id == 0),
                about,
                0 if itself else 1,
                expires,
            )
            for target in kept
        ],
    )
    if fanout.post_id is not None and fanout.kind != "Delete":
        await tx.many(
            "INSERT INTO reach (post_id, inbox, actor_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [(fanout.post_id, target.inbox, target.actor_id) for target in kept],
        )
    await wake_hosts(tx, sorted({target.host for target in kept}), now)
    await tx.run(
        "UPDATE activity SET total = total + ? WHERE id = ?", (len(kept), fanout.activity_id)
    )


async def wake_hosts(tx: Tx, hosts: Sequence[str], now: int) -> None:
    """Have a worker look at these hosts now, or when their back-off ends; not at held ones."""
    await tx.many(
        "INSERT INTO host (name, state, memory, due, opens, held, owner, lease_until, fence,"
        " taken, changed) VALUES (?, 'healthy', '', ?, 0, 0, '', 0, 0, 0, ?)"
        " ON CONFLICT (name) DO UPDATE SET due = CASE"
        " WHEN host.held = 1 OR host.due <= excluded.due THEN host.due"
        " WHEN host.opens <= excluded.due THEN excluded.due"
        " WHEN host.opens < host.due THEN host.opens ELSE host.due END",
        [(host, now, now) for host in hosts],
    )


async def _about(tx: Tx, fanout: Fanout) -> str:
    """Return what orders this one: an Undo follows what it takes back, whatever that was about."""
    if fanout.kind == "Undo":
        found = await tx.one(
            "SELECT o.about FROM activity u JOIN activity o ON o.actor_id = u.actor_id"
            " AND o.uri = ? WHERE u.id = ?",
            (await undoes(tx, fanout.activity_id), fanout.activity_id),
        )
        if found is not None:
            return str(found[0])
    return fanout.about


def fingerprint(actor_id: int, about: str) -> int:
    """Return the 63 bits by which rows are known to depend on one another."""
    digest = hashlib.sha256(f"{actor_id}\0{about}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _place(target: Target) -> str:
    return f"{target.host} {target.inbox}"
