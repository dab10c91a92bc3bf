"""All rows of all tables as text, the same whichever engine holds them, and back again.

One file per table: a line that names the columns, then a line of JSON for each row, in the order
of the primary key; bytes are base64. It moves an organisation from SQLite to PostgreSQL, is the
backup of PostgreSQL, and `digest` tells whether two databases hold the same. Numbers of
transactions mean nothing elsewhere: events go as those of transaction 0, which come before all.
"""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from fedi.store.engine import CannotOpen, Engine, Param, Tx
from fedi.store.migrate import Known, migrate
from fedi.store.push import PUSH_PLACE
from fedi.store.schema import Table, tables
from fedi.store.settings import put_setting, setting

PAGE = 500  # rows at a time
_BOOKS = ("migration", "meta")  # written by migrate.py, on either side
_ELSEWHERE = {
    ("event", "tx"): "0",
    # How far the events have been read; in its other rows the column means something else.
    ("search_place", "tx"): "CASE WHEN name = 'events' THEN 0 ELSE tx END",
}


async def dump(engine: Engine, folder: Path) -> dict[str, int]:
    """Write `<table>.ndjson` for each table into an existing folder, all of one moment.

    Returns the number of rows of each.
    """

    async def unit(tx: Tx) -> dict[str, int]:
        return {table.name: await _dump_table(tx, table, folder) for table in await tables(tx)}

    return await engine.read(unit)


async def _dump_table(tx: Tx, table: Table, folder: Path) -> int:
    count = 0
    with _create(folder / f"{table.name}.ndjson") as file:
        columns = [[name, kind] for name, kind, _, _ in table.columns]
        file.write(json.dumps({"table": table.name, "columns": columns}) + "\n")
        async for page in _pages(tx, table):
            file.writelines(line + "\n" for line in page)
            count += len(page)
    return count


async def load(engine: Engine, folder: Path, *, now: int, known: Known | None = None) -> None:
    """Fill an empty database from a dump, then bring it to the schema of this code.

    `now` (ms) is noted with the migrations. Raises CannotOpen when the dump is of a newer
    schema or there are rows already. Stopped half-way, the database is of no use: make it anew.
    """
    known = known or Known()
    version = max((row[0] for row in _lines(folder / "migration.ndjson")), default=0)
    if version > known.version:
        raise CannotOpen(
            f"The dump is of schema {version}, newer than this fedi knows ({known.version})."
        )
    await migrate(engine, now=now, known=known, up_to=version)
    if occupied := await engine.read(_occupied):
        raise CannotOpen(f"There is data already (table {occupied}): load into an empty database.")
    for path in _files(folder):
        await _load_table(engine, path)
    await engine.write(_continue_counting)
    await migrate(engine, now=now, known=known)
    await engine.write(_begin_elsewhere)


async def _begin_elsewhere(tx: Tx) -> None:
    """Have everything that was taken over come before what this database writes, and readers of the
    events go on from there, though the dump has it otherwise (an older one, or a setting)."""
    names = {table.name for table in await tables(tx)}
    if "event" in names:
        await tx.run("UPDATE event SET tx = 0 WHERE tx > 0")
    if "search_place" in names:
        await tx.run("UPDATE search_place SET tx = 0 WHERE name = 'events' AND tx > 0")
    if "setting" in names:
        _, dot, position = (await setting(tx, PUSH_PLACE)).partition(".")
        if dot:
            await put_setting(tx, PUSH_PLACE, f"0.{position}")


async def _occupied(tx: Tx) -> str:
    for table in await tables(tx):
        if table.name not in _BOOKS and await tx.one(f'SELECT 1 FROM "{table.name}" LIMIT 1'):
            return table.name
    return ""


async def _load_table(engine: Engine, path: Path) -> None:
    columns = _columns(path)
    names = ", ".join(f'"{name}"' for name, _ in columns)
    marks = ", ".join("?" for _ in columns)
    # The table's name is its file's; both come from a folder the operator gave us.
    insert = f'INSERT INTO "{path.stem}" ({names}) VALUES ({marks})'
    blobs = [place for place, (_, kind) in enumerate(columns) if kind == "BLOB"]
    page: list[list[Param]] = []
    for row in _lines(path):
        for place in blobs:
            if row[place] is not None:
                row[place] = base64.b64decode(row[place])
        page.append(row)
        if len(page) == PAGE:
            await engine.write(_insertion(insert, page))
            page = []
    if page:
        await engine.write(_insertion(insert, page))


def _insertion(insert: str, rows: list[list[Param]]) -> Callable[[Tx], Awaitable[None]]:
    return lambda tx: tx.many(insert, rows)


async def _continue_counting(tx: Tx) -> None:
    """Have PostgreSQL's own numbering go on after the last row; SQLite sees to it itself."""
    if tx.dialect == "sqlite":
        return
    for table, column in await tx.rows(
        "SELECT table_name::text, column_name::text FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND is_identity = 'YES'"
    ):
        await tx.rows(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'),"
            f' (SELECT max("{column}") FROM "{table}"))'
        )


async def digest(engine: Engine) -> dict[str, tuple[int, str]]:
    """Return for each table how many rows it has and the SHA-256 of them all."""

    async def unit(tx: Tx) -> dict[str, tuple[int, str]]:
        found = {}
        for table in await tables(tx):
            if table.name in _BOOKS:
                continue
            count, sha = 0, hashlib.sha256()
            async for page in _pages(tx, table):
                sha.update("\n".join([*page, ""]).encode())
                count += len(page)
            found[table.name] = (count, sha.hexdigest())
        return found

    return await engine.read(unit)


async def compare(one: Engine, other: Engine) -> list[str]:
    """Return the tables that differ, each with how; [] when both hold the same rows."""
    left, right = await digest(one), await digest(other)
    differences = []
    for name in sorted(left.keys() | right.keys()):
        (count, sha), (other_count, other_sha) = left.get(name, (0, "")), right.get(name, (0, ""))
        if count != other_count:
            differences.append(f"{name}: {count} rows and {other_count}")
        elif sha != other_sha:
            differences.append(f"{name}: {count} rows each, not the same")
    return differences


async def _pages(tx: Tx, table: Table) -> AsyncIterator[list[str]]:
    """Yield the rows as lines of JSON, in the order of the primary key."""
    if not table.primary:
        raise ValueError(f"{table.name} has no primary key, so its rows have no order")
    names = [name for name, *_ in table.columns]
    places = [names.index(key) for key in table.primary]
    keys = ", ".join(f'"{key}"' for key in table.primary)
    marks = ", ".join("?" for _ in places)
    columns = ", ".join(_ELSEWHERE.get((table.name, name), f'"{name}"') for name in names)
    select = f'SELECT {columns} FROM "{table.name}"'
    order = f" ORDER BY {keys} LIMIT {PAGE}"
    rows = await tx.rows(select + order)
    while rows:
        yield [_line(row) for row in rows]
        last = [rows[-1][place] for place in places]
        rows = await tx.rows(f"{select} WHERE ({keys}) > ({marks}){order}", last)


def _line(row: tuple[Any, ...]) -> str:
    return json.dumps(
        [base64.b64encode(v).decode() if isinstance(v, bytes) else v for v in row],
        ensure_ascii=False,
        separators=(",", ":"),
    )


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.ndjson") if path.stem not in _BOOKS)


def _create(path: Path) -> TextIO:
    return path.open("x", encoding="utf-8", newline="\n")


def _columns(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as file:
        return [(name, kind) for name, kind in json.loads(file.readline())["columns"]]


def _lines(path: Path) -> Iterator[list[Any]]:
    with path.open(encoding="utf-8") as file:
        file.readline()
        for line in file:
            yield json.loads(line)
