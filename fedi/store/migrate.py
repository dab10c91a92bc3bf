"""Brings the tables to the shape this code knows, one numbered step at a time, and checks it.

A step is `migrations/NNNN_name.sql` in neutral SQL and, where the engines differ, a
`NNNN_name.sqlite.sql` or `NNNN_name.postgres.sql` that runs after it in the same transaction.
A step that was applied never changes: its checksum is kept beside it. VERSION and COMPAT say
who may open whose data. schema.py writes down what came of it.
"""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fedi.store.engine import CannotOpen, Dialect, Engine, Tx
from fedi.store.placeholders import pieces

FOLDER = Path(__file__).parent / "migrations"

# 1: the house. 2: signing in. 3: attachments. 4: web push. 5: search. 6: what apps keep.
# 7: markers by actor. 8: notifications. 9: lists. 10: featured hashtags, kinds of reports.
# 11: what is done later. 12: quotes. 13: home timelines. 14: collections. 15: profiles' tabs.
# 16: collections in reports. 17: who wants to be told of an author. 18: what is open to all.
# 19: whose follows are ours. 20: how many posts an account shows. 21: stand-ins, stops.
# 22: relations by age. 23: the organisation. 24: drafts. 25: questions. 26: groups. 27: groups
# elsewhere. 28: audiences. 29: newcomers.
VERSION = 29
# The oldest VERSION that can still run on our data. Raised by a step that takes something away,
# at least one release after the code stopped using it: until then one may go back a release.
COMPAT = 7

_NAME = re.compile(r"(\d{4})_(\w+)(?:\.(sqlite|postgres))?\.sql")

_BOOKS = """
CREATE TABLE IF NOT EXISTS migration (
  number INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Migration:
    """One step, as one engine runs it."""

    number: int
    name: str
    checksum: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Known:
    """What this code knows of the schema: its steps, its version, and how far back it reaches."""

    folder: Path = FOLDER
    version: int = VERSION
    compat: int = COMPAT


async def migrate(
    engine: Engine, *, now: int, known: Known | None = None, up_to: int | None = None
) -> tuple[str, ...]:
    """Apply the steps that are missing, each in its own transaction; return their names.

    `now` (ms) is noted with each. Several processes may call it at once. Steps after `up_to` are
    left for later. Raises CannotOpen when the data is newer than this code can read, or an
    applied step has changed since.
    """
    known = known or Known()
    steps = migrations(engine.dialect, known.folder)

    async def books(tx: Tx) -> None:
        await tx.lock("migrate")
        for statement in _for_engine(tx.dialect, _BOOKS):
            await tx.run(statement)

    await engine.write(books)
    await check(engine, known=known, steps=steps, complete=False)
    wanted = steps if up_to is None else steps[:up_to]
    applied = [step.name for step in wanted if await engine.write(_Application(step, now))]
    if up_to is not None:
        return tuple(applied)

    async def note(tx: Tx) -> None:
        await tx.lock("migrate")
        for name, value in (("schema_version", known.version), ("schema_compat", known.compat)):
            if value > await _meta(tx, name):
                await tx.run(
                    "INSERT INTO meta (name, value) VALUES (?, ?)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (name, str(value)),
                )

    await engine.write(note)
    return tuple(applied)


class _Application:
    """The unit that applies one step, unless another process has."""

    def __init__(self, step: Migration, now: int) -> None:
        self._step = step
        self._now = now

    async def __call__(self, tx: Tx) -> bool:
        step = self._step
        await tx.lock("migrate")
        if await tx.one("SELECT 1 FROM migration WHERE number = ?", (step.number,)):
            return False
        for statement in step.statements:
            await tx.run(statement)
        await tx.run(
            "INSERT INTO migration (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
            (step.number, step.name, step.checksum, self._now),
        )
        return True


async def check(
    engine: Engine,
    *,
    known: Known | None = None,
    steps: tuple[Migration, ...] | None = None,
    complete: bool = True,
) -> None:
    """Raise CannotOpen unless this code may run on this data (and, if `complete`, can at once)."""
    known = known or Known()
    steps = migrations(engine.dialect, known.folder) if steps is None else steps

    async def look(tx: Tx) -> tuple[int, list[tuple[int, str, str]]]:
        rows = await tx.rows("SELECT number, name, checksum FROM migration ORDER BY number")
        return await _meta(tx, "schema_compat"), [(row[0], row[1], row[2]) for row in rows]

    compat, applied = await engine.read(look)
    if compat > known.version:
        raise CannotOpen(
            f"The data was written by a newer fedi (schema {compat} at least; this one knows "
            f"{known.version}). Start that version, or restore a backup made before the upgrade."
        )
    ours = {step.number: step for step in steps}
    for number, name, checksum in applied:
        step = ours.pop(number, None)
        if step is None and number <= known.version:
            raise CannotOpen(f"Migration {number:04} ({name}) is missing from this installation.")
        if step is not None and step.checksum != checksum:
            raise CannotOpen(
                f"Migration {number:04} ({name}) has changed since it was applied to this data. "
                "Reinstall the released files; a change to the tables is a new migration."
            )
    if complete and ours:
        raise CannotOpen(
            f"Migration {min(ours):04} has not been applied yet: the next start of the server "
            "(`fedi serve`, or systemctl restart fedi) brings the database up to date.",
            code="behind",
        )


def migrations(dialect: Dialect, folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Read the steps of one engine in order. Raises ValueError on gaps, twins and strays."""
    parts: dict[int, dict[str, tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            raise ValueError(f"{path.name} is not named NNNN_name.sql")
        number, name, engine = int(match[1]), match[2], match[3] or "neutral"
        files = parts.setdefault(number, {})
        if engine in files or any(name != other for other, _ in files.values()):
            raise ValueError(f"two migrations are numbered {number:04}")
        files[engine] = (name, path.read_text(encoding="utf-8"))
    if sorted(parts) != list(range(1, len(parts) + 1)):
        raise ValueError(f"migrations are not numbered 1 to {len(parts)}: {sorted(parts)}")
    return tuple(_step(number, parts[number], dialect) for number in sorted(parts))


def _step(number: int, files: dict[str, tuple[str, str]], dialect: Dialect) -> Migration:
    neutral = files.get("neutral", ("", ""))[1]
    own = files.get(dialect, ("", ""))[1]
    return Migration(
        number=number,
        name=next(iter(files.values()))[0],
        checksum=hashlib.sha256(f"{neutral}\0{own}".encode()).hexdigest(),
        statements=(*_for_engine(dialect, neutral), *statements(own)),
    )


async def _meta(tx: Tx, name: str) -> int:
    row = await tx.one("SELECT value FROM meta WHERE name = ?", (name,))
    return int(row[0]) if row else 0


def _for_engine(dialect: Dialect, sql: str) -> tuple[str, ...]:
    return tuple(statements(for_postgres(sql) if dialect == "postgres" else neutral_only(sql)))


def statements(sql: str) -> Iterator[str]:
    """Split at the semicolons that end a statement: not in quotes, comments or a trigger."""
    kept = ""
    for quoted, text in pieces(sql):
        if quoted:
            kept += "" if text.startswith(("--", "/*")) else text
            continue
        *ended, rest = text.split(";")
        for part in ended:
            kept += part
            if _inside_trigger(kept):
                kept += ";"
            else:
                if kept.strip():
                    yield kept.strip()
                kept = ""
        kept += rest
    if kept.strip():
        yield kept.strip()


def _inside_trigger(text: str) -> bool:
    begun = re.match(r"\s*CREATE\s+(TEMP\s+|TEMPORARY\s+)?TRIGGER\b.*\bBEGIN\b", text, re.I | re.S)
    return begun is not None and not sqlite3.complete_statement(text + ";")


_REFUSED = re.compile(
    r"\b(REFERENCES|FOREIGN\s+KEY|COLLATE|VARCHAR|BOOLEAN|SERIAL|BIGINT|BYTEA|DATETIME)\b", re.I
)

# In this order: what has been turned over is not met again. Types and clauses are written in
# capitals, so that a column may be called text.
_TO_POSTGRES = (
    (
        re.compile(r"\bINTEGER(\s+NOT\s+NULL)?\s+PRIMARY\s+KEY\s+AUTOINCREMENT\b"),
        "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    ),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    # Order and comparison by bytes, as SQLite does, whatever the database's locale.
    (re.compile(r"(?<!\bAS\s)\bTEXT\b"), 'TEXT COLLATE "C"'),
    (re.compile(r"\)\s*WITHOUT\s+ROWID\b"), ")"),
)


def neutral_only(sql: str) -> str:
    """Return `sql`; raise ValueError for words that only one engine knows or enforces."""
    for quoted, text in pieces(sql):
        if not quoted and (word := _REFUSED.search(text)):
            raise ValueError(f"{word[0]} is not neutral SQL: use a file for one engine, or none")
    return sql


def for_postgres(sql: str) -> str:
    """Return neutral table definitions as PostgreSQL takes them."""
    out = []
    for quoted, text in pieces(neutral_only(sql)):
        if not quoted:
            for pattern, replacement in _TO_POSTGRES:
                text = pattern.sub(replacement, text)
        out.append(text)
    return "".join(out)
