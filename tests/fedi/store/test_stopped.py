"""Stops as rows: told of, for a while."""

from fedi.store import stopped
from fedi.store.engine import Engine, Tx
from tests.running import run

WHAT, OTHER = b"\x00\xff" * 16, b"\x01" * 32


def test_an_author_was_told_of_just_this_and_not_for_ever(engine: Engine) -> None:
    async def story(tx: Tx) -> list[bool]:
        await stopped.note(tx, WHAT, 100)
        return [
            await stopped.was_told(tx, WHAT, 99),
            await stopped.was_told(tx, OTHER, 99),
            await stopped.was_told(tx, WHAT, 100),
        ]

    assert run(engine.write(story)) == [True, False, False]


def test_being_told_again_lengthens_it_and_what_is_over_is_forgotten(engine: Engine) -> None:
    async def story(tx: Tx) -> tuple[bool, int, int]:
        await stopped.note(tx, WHAT, 100)
        await stopped.note(tx, WHAT, 200)
        await stopped.note(tx, OTHER, 150)
        kept = await stopped.was_told(tx, WHAT, 199)
        return kept, await stopped.forget(tx, 150), await stopped.forget(tx, 200)

    assert run(engine.write(story)) == (True, 1, 1)
