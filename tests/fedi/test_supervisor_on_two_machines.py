"""One house on two machines that share a PostgreSQL: one answers the web, the other does the work.

What the one takes, the other carries out, woken by the database's notices; each thing once.
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fedi.app import opened_house
from tests.bench import inbox as load
from tests.ports import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.postgres,
    pytest.mark.parametrize("dialect", ["postgres"]),
]

NOTES = 300
SERVE = (
    "import sys; from pathlib import Path; from fedi.config import load; "
    "from fedi.supervisor import serve; "
    "sys.exit(serve(load(Path(sys.argv[1]), {}), processes=2, only=sys.argv[2].split(',')))"
)


@contextmanager
def machine(ready: load.Ready, folder: Path, roles: str) -> Iterator[None]:
    """Run some roles as a supervisor of their own, with a folder of its own."""
    folder.mkdir()
    path = folder / "config.toml"
    text = load.write_config_file(ready).read_text()
    text = text.replace(str(ready.folder), str(folder))
    path.write_text(f'{text}[bus]\nkind = "postgresql"\n')
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", SERVE, str(path), roles], stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(60)
    assert code == 0, (folder / "log").read_text()


async def until_processed(ready: load.Ready) -> tuple[int, int, int]:
    """Wait until nothing waits; (posts, rows on home pages, events of posts)."""
    async with opened_house(ready.config) as house, asyncio.timeout(60):
        while True:
            waiting = await house.engine.read(lambda tx: tx.one("SELECT count(*) FROM arrival"))
            if waiting == (0,):
                break
            await asyncio.sleep(0.05)
        row = await house.engine.read(
            lambda tx: tx.one(
                "SELECT (SELECT count(*) FROM post), (SELECT count(*) FROM home),"
                " (SELECT count(*) FROM event WHERE kind = 'post')"
            )
        )
        assert row is not None
        return row[0], row[1], row[2]


def test_what_one_machine_takes_the_other_carries_out_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "PORT", free_port())
    monkeypatch.setattr(load, "ACTORS", 20)

    async def scene() -> tuple[int, int, int]:
        home = tmp_path / "home"
        home.mkdir()
        ready = await load.prepare(home, database)
        with (
            machine(ready, tmp_path / "web", "web"),
            machine(ready, tmp_path / "work", "inbox,outbox,jobs"),
        ):
            await asyncio.to_thread(load.wait_for_port)
            requests = [load.request(n, "two", ready.key) for n in range(NOTES)]
            _, statuses = await load.flood([*requests, *reversed(requests)], 16)
            assert statuses == {202: 2 * NOTES}
            return await until_processed(ready)

    assert asyncio.run(scene()) == (NOTES, NOTES * load.FOLLOWERS, NOTES)
