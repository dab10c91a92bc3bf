"""The database and what waits in it: whole, of our schema and house, and not falling behind."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from actors.errors import FediError
from actors.people import Actor
from actors.urls import Urls
from fedi.checkup.findings import Finding, attention, broken, ok
from fedi.config import Config, ConfigError
from fedi.founded import check_database
from fedi.store import departments, roles
from fedi.store.damage import damage
from fedi.store.engine import Engine
from fedi.store.health import Vitals, vitals
from fedi.store.reports import open_ones
from fedi.store.settings import LAST_BACKUP, SENDING_HELD, setting
from fedi.store.sqlite import path_of

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_WAL_LARGE: Final = 512 << 20


def file_of(config: Config) -> Path | None:
    """Return SQLite's file; None for PostgreSQL."""
    url = config.database_url
    return path_of(url) if url.startswith("sqlite:") else None


def missing(path: Path) -> str:
    """Say that SQLite's file isn't there, and what to do: a second house under the same origin
    would be nobody that other servers know."""
    return (
        f"There is no {path}. For a new server run `fedi init`; if it ran before, look whether its "
        "disk is mounted, or put back a backup with `fedi restore`."
    )


async def opens(config: Config) -> list[Finding]:
    """Return whether the database opens, has our schema, and is this house's."""
    path = file_of(config)
    if path is not None and not await asyncio.to_thread(path.exists):
        return [broken("database", missing(path))]
    try:
        urls = Urls(config.server.origin, config.handle_domain)
        await check_database(config.database_url, urls)
    except ConfigError as problem:
        return [broken("house", problem.sentence)]
    except FediError as problem:
        find = attention if problem.code == "behind" else broken  # what each upgrade begins with
        return [find("database", problem.sentence)]
    return [
        ok("database", f"It opens and fits this version: {path or 'PostgreSQL'}."),
        ok("house", f"Founded as {config.server.origin}."),
    ]


async def whole(config: Config) -> list[Finding]:
    """Return whether SQLite's file is undamaged and private, and its log short."""
    path = file_of(config)
    if path is None:
        return []
    problems = await asyncio.to_thread(damage, path, thorough=True)
    if problems:  # once more: a log that is being written can look torn for a moment
        again = await asyncio.to_thread(damage, path, thorough=True)
        problems = [problem for problem in problems if problem in again]
    if problems:
        text = "; ".join(problems[:3])
        advice = "Stop, keep the files aside, and restore the last backup."
        return [broken("integrity", f"{path} is damaged: {text}. {advice}")]
    return [ok("integrity", "Every page and index adds up."), *_files(path)]


def _files(path: Path) -> Iterator[Finding]:
    if os.stat(path).st_mode & 0o077:
        yield attention("database file", f"{path} can be read by others: chmod 600 {path}.")
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size > _WAL_LARGE:
        yield attention(
            "database log",
            f"{wal} has {wal.stat().st_size >> 20} MiB: something reads without end. "
            "Restart the server, and look for programs that have the file open.",
        )


async def queues(engine: Engine, now: int, *, lab: bool) -> list[Finding]:
    """Return how far behind the queues are, and what holds them."""
    found = await engine.read(vitals)
    held = await engine.read(lambda tx: setting(tx, SENDING_HELD))
    kept = await engine.read(lambda tx: setting(tx, LAST_BACKUP))
    findings = [_leaving(found, now), _hosts(found), _arriving(found, now), _keys(found)]
    if held not in ("", "0"):
        sentence = "Nothing is sent since the restore: `fedi restore --confirm` lets go."
        findings.append(attention("sending", sentence))
    findings += [_reports(await engine.read(open_ones)), _clock(found, now)]
    findings.append(_managers(await engine.read(lambda tx: roles.managers(tx, now))))
    findings.append(_bare(await engine.read(departments.bare)))
    if not lab:
        findings.append(_backup(kept, now))
    return findings


def _leaving(found: Vitals, now: int) -> Finding:
    age = now - found.oldest_due if found.oldest_due is not None else 0
    if age > 5 * _MINUTE:
        return attention(
            "deliveries",
            f"{found.waiting} wait, one for {age // _MINUTE} minutes although its server is well. "
            "Does the server run? `fedi hosts` shows more.",
        )
    return ok("deliveries", f"{found.waiting} wait; none is late to a server that is well.")


def _hosts(found: Vitals) -> Finding:
    if found.hosts >= 5 and found.hosts_unwell * 5 > found.hosts:
        return attention(
            "other servers",
            f"{found.hosts_unwell} of {found.hosts} can't be reached: then the trouble is likely "
            "on our side. Look at the way out, DNS and the clock.",
        )
    return ok("other servers", f"{found.hosts - found.hosts_unwell} of {found.hosts} are well.")


def _arriving(found: Vitals, now: int) -> Finding:
    age = now - found.oldest_arrival if found.oldest_arrival is not None else 0
    if age > 5 * _MINUTE:
        return attention(
            "arrivals",
            f"{found.arrivals} wait, one for {age // _MINUTE} minutes. Does the server run? Some "
            "may wait for another server that is away.",
        )
    return ok("arrivals", f"{found.arrivals} wait.")


def _keys(found: Vitals) -> Finding:
    if found.without_keys:
        names = ", ".join(found.without_keys[:5])
        return broken("keys", f"No complete pair for {names}: `fedi key rotate --as …`.")
    return ok("keys", "Every actor has its pair.")


def _reports(waiting: int) -> Finding:
    if waiting:
        sentence = f"{waiting} open: look with `fedi reports`, and `fedi reports close ID`."
        return attention("reports", sentence)
    return ok("reports", "None is open.")


def _managers(departments: list[tuple[Actor, int]]) -> Finding:
    few = [actor.username for actor, count in departments if count < roles.MANAGERS]
    if not few:
        return ok("managers", "Every department has two who manage it.")
    names = ", ".join(few[:5]) + (f" and {len(few) - 5} more" if len(few) > 5 else "")
    sentence = (
        f"Fewer than two people manage {names}: when one is ill, nobody lets others in."
        " `fedi department member HANDLE PERSON --role manager` adds one."
    )
    return attention("managers", sentence)


def _bare(names: list[str]) -> Finding:
    """Tell which departments say neither their number nor how to reach them; that is no fault."""
    if not names:
        return ok("departments", "Every department says how to reach it.")
    some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    sentence = f"{some}: neither number nor contact; `fedi department set` gives them."
    return ok("departments", sentence)


def _clock(found: Vitals, now: int) -> Finding:
    if found.newest_event is not None and found.newest_event > now + _MINUTE:
        minutes = (found.newest_event - now) // _MINUTE
        return broken(
            "order of time",
            f"The newest event is {minutes} minutes ahead of the clock: set the clock right.",
        )
    return ok("order of time", "Nothing in the database is ahead of the clock.")


def _backup(kept: str, now: int) -> Finding:
    if not kept:
        return attention("backup", "There was never one: `fedi backup FOLDER`, each night.")
    age = (now - int(kept)) // _HOUR
    if age > 26:
        return attention("backup", f"The last one is {age} hours old: make one each night.")
    return ok("backup", f"The last one is {age} hours old.")
