"""What tables there are, written the same way whichever engine holds them.

Tests compare the engines with each other and with the migrations; backup.py asks it what to
copy. The words are those of the migrations: INTEGER, TEXT, BLOB, REAL.
"""

import re
from dataclasses import dataclass
from typing import Any

from fedi.store.engine import Engine, Tx

_TYPES = {"bigint": "INTEGER", "text": "TEXT", "bytea": "BLOB", "double precision": "REAL"}


@dataclass(frozen=True)
class Table:
    """One table: its columns in order (name, type, required, default), its keys and indexes."""

    name: str
    columns: tuple[tuple[str, str, bool, str], ...]
    primary: tuple[str, ...]
    indexes: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"table {self.name}"]
        for name, kind, required, default in self.columns:
            words = [name, kind, "not null" if required else "", default and f"default {default}"]
            lines.append("  " + " ".join(word for word in words if word))
        lines.append(f"  primary key ({', '.join(self.primary)})")
        return "\n".join([*lines, *(f"  {index}" for index in self.indexes)])


async def schema_of(engine: Engine) -> str:
    """Return all tables, their columns, keys and indexes, as sorted text."""
    return "\n".join(str(table) for table in await engine.read(tables)) + "\n"


async def tables(tx: Tx) -> list[Table]:
    """Return the tables by name, without what an engine has of its own for full text: virtual
    tables and their shadows, generated columns, indexes that are no B-trees."""
    return await (_sqlite(tx) if tx.dialect == "sqlite" else _postgres(tx))


async def _sqlite(tx: Tx) -> list[Table]:
    names = await tx.rows(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [await _sqlite_table(tx, name) for (name,) in names]


async def _sqlite_table(tx: Tx, table: str) -> Table:
    columns = await tx.rows(
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY cid',
        (table,),
    )
    indexes = []
    for name, unique, origin, partial in await tx.rows(
        'SELECT name, "unique", origin, partial FROM pragma_index_list(?)', (table,)
    ):
        if origin != "pk":
            keys = await tx.rows("SELECT name FROM pragma_index_info(?) ORDER BY seqno", (name,))
            indexes.append(_index(name, [key or "…" for (key,) in keys], unique, partial, origin))
    return Table(
        table,
        tuple((c[0], c[1].upper(), bool(c[2] or c[4]), _default(c[3])) for c in columns),
        tuple(c[0] for c in sorted(columns, key=lambda c: int(c[4])) if c[4]),
        tuple(sorted(indexes)),
    )


async def _postgres(tx: Tx) -> list[Table]:
    columns = await tx.rows(
        "SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attnotnull,"
        " pg_get_expr(d.adbin, d.adrelid)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
        " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
        " WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace"
        " AND NOT a.attisdropped AND a.attgenerated = ''"
        ' ORDER BY c.relname COLLATE "C", a.attnum'
    )
    indexes = await tx.rows(
        "SELECT t.relname, c.relname, i.indisunique, i.indisprimary, i.indpred IS NOT NULL,"
        " ARRAY(SELECT coalesce(a.attname::text, '…') FROM unnest(i.indkey) WITH ORDINALITY"
        " AS k(number, place) LEFT JOIN pg_attribute a ON a.attrelid = t.oid"
        " AND a.attnum = k.number AND k.number > 0 ORDER BY k.place),"
        " EXISTS (SELECT 1 FROM pg_constraint n WHERE n.conindid = c.oid AND n.contype = 'u')"
        " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " JOIN pg_class t ON t.oid = i.indrelid"
        " JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'"
        " WHERE t.relnamespace = current_schema()::regnamespace"
    )
    return [
        Table(
            table,
            tuple(
                (c[1], _TYPES.get(c[2], c[2]), c[3], _default(c[4]))
                for c in columns
                if c[0] == table
            ),
            tuple(key for i in indexes if i[0] == table and i[3] for key in i[5]),
            tuple(
                sorted(
                    _index(i[1], i[5], i[2], i[4], "u" if i[6] else "c")
                    for i in indexes
                    if i[0] == table and not i[3]
                )
            ),
        )
        for table in dict.fromkeys(c[0] for c in columns)
    ]


def _index(name: str, keys: list[str], unique: Any, partial: Any, origin: str) -> str:
    if origin == "u":  # a constraint, which each engine names after its own fashion
        return f"unique ({', '.join(keys)})"
    words = ["unique" if unique else "", "index", name, f"({', '.join(keys)})"]
    return " ".join(word for word in [*words, "partial" if partial else ""] if word)


def _default(expression: str | None) -> str:
    return re.sub(r"::[a-z ]+$", "", expression) if expression else ""
