"""Houses founded once for all tests of the fediverse; each test gets copies."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import PostgresForTests
from tests.fediverse.houses import HOSTS, Fediverse, found_houses


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


@pytest.fixture(scope="session")
def founded_on_postgres(
    postgres: PostgresForTests, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> dict[str, str]:
    """Host -> the database of its house, founded, that tests copy."""
    names = {host: postgres.create(postgres.template()) for host in HOSTS}
    urls = {host: postgres.url(name) for host, name in names.items()}
    folder = tmp_path_factory.mktemp("founded-on-postgres")
    asyncio.run(found_houses(folder, migrated_file, urls=urls))
    return names


@pytest.fixture
def fediverse_on_postgres(
    postgres: PostgresForTests, founded_on_postgres: dict[str, str], tmp_path: Path
) -> Iterator[Callable[[int], Fediverse]]:
    """Return a maker of one fediverse whose houses have a PostgreSQL database each."""
    names = {host: postgres.create(name) for host, name in founded_on_postgres.items()}
    urls = {host: postgres.url(name) for host, name in names.items()}
    yield lambda seed: Fediverse(seed, tmp_path, urls=urls)
    for name in names.values():
        postgres.drop(name)


def seeds(fast: int, whole: int, slow: int) -> list[object]:
    """Return so many seeds for make check, so many more marked whole, and so many more marked
    slow; or the one that FEDI_SEED names."""
    if "FEDI_SEED" in os.environ:
        return [int(os.environ["FEDI_SEED"])]
    none: list[pytest.MarkDecorator] = []
    marks = [none] * fast + [[pytest.mark.whole]] * whole + [[pytest.mark.slow]] * slow
    return [pytest.param(seed, marks=given) for seed, given in enumerate(marks)]
