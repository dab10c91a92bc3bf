"""Houses founded once for all tests of the fediverse; each test gets copies."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fediverse.houses import Fediverse, found_houses


@pytest.fixture(scope="session", name="founded")
def made_houses(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    folder = tmp_path_factory.mktemp("founded")
    asyncio.run(found_houses(folder, migrated_file))
    return folder


@pytest.fixture(name="fediverse")
def made_fediverse(founded: Path, tmp_path: Path) -> Callable[[int], Fediverse]:
    """Return a maker of fediverses by seed: `async with fediverse(7) as world:`."""

    def make(seed: int) -> Fediverse:
        folder = tmp_path / str(seed)
        shutil.copytree(founded, folder)
        return Fediverse(seed, folder)

    return make


def seeds(fast: int, whole: int, slow: int) -> list[object]:
    """Return so many seeds for make check, so many more marked whole, and so many more marked
    slow; or the one that FEDI_SEED names."""
    if "FEDI_SEED" in os.environ:
        return [int(os.environ["FEDI_SEED"])]
    none: list[pytest.MarkDecorator] = []
    marks = [none] * fast + [[pytest.mark.whole]] * whole + [[pytest.mark.slow]] * slow
    return [pytest.param(seed, marks=given) for seed, given in enumerate(marks)]
