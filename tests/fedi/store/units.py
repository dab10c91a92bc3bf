"""Runs one function of the store in a unit of its own: `read(house, kept.bookmarks, id, span)`."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from fedi.store.engine import Engine, Tx
from tests.running import run

P = ParamSpec("P")
T = TypeVar("T")


class Housed(Protocol):
    engine: Engine


def read(
    house: Housed,
    query: Callable[Concatenate[Tx, P], Awaitable[T]],
    *args: P.args,
    **rest: P.kwargs,
) -> T:
    """Ask, and return the answer."""
    return run(house.engine.read(lambda tx: query(tx, *args, **rest)))


def write(
    house: Housed, unit: Callable[Concatenate[Tx, P], Awaitable[T]], *args: P.args, **rest: P.kwargs
) -> T:
    """Change something, and return what the unit returns."""
    return run(house.engine.write(lambda tx: unit(tx, *args, **rest)))


def everything(house: Housed, *tables: str) -> list[list[tuple[object, ...]]]:
    """Return all rows of these tables, in order."""

    async def query(tx: Tx) -> list[list[tuple[object, ...]]]:
        return [sorted(await tx.rows(f"SELECT * FROM {table}"), key=str) for table in tables]

    return run(house.engine.read(query))
