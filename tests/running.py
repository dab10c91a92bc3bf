"""Runs coroutines from plain tests: on the loop of the `engine` fixture when there is one."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_runners: list[asyncio.Runner] = []


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end and return the value."""
    return _runners[-1].run(coroutine) if _runners else asyncio.run(coroutine)


@contextmanager
def one_loop() -> Iterator[None]:
    """Let every `run` inside the block share a loop, so that what is open stays open."""
    with asyncio.Runner() as runner:
        _runners.append(runner)
        try:
            yield
        finally:
            _runners.pop()
