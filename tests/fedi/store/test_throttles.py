"""Buckets in the database fill again as time goes by."""

from fedi.store import throttles
from fedi.store.engine import Engine
from fedi.store.throttles import Bounds
from tests.people import NOW
from tests.running import run


def test_a_bucket_fills_one_by_one_and_not_beyond_its_brim(engine: Engine) -> None:
    bounds = Bounds(burst=2, every_ms=100)
    assert bounds.whole_after == 200

    def waits(at: int, times: int) -> list[int]:
        return [
            run(engine.write(lambda tx: throttles.take(tx, [("a", bounds)], NOW + at)))
            for _ in range(times)
        ]

    assert waits(0, 3) == [0, 0, 100]
    assert waits(50, 1) == [50]
    assert waits(100, 2) == [0, 100]
    assert waits(100_000, 3) == [0, 0, 100]
    assert waits(0, 1) == [100]  # a clock that steps back refills nothing
