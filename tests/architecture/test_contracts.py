"""The arrow of imports, as pyproject.toml states it, and what each room may import at all."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOMS, ROOT, Source, sources, told

LIBRARIES = {
    "actors": {"cryptography", "nh3", "http_sf", "rfc8785", "idna", "msgspec"},
    "inbox": {"msgspec"},
    "outbox": {"msgspec"},
}
OURS = {"actors": {"actors"}, "inbox": {"inbox", "actors"}, "outbox": {"outbox", "actors"}}
INPUT_OUTPUT = {
    "builtins", "ctypes", "fcntl", "ftplib", "http.client", "http.server", "io", "mmap",
    "multiprocessing", "os", "pathlib", "select", "selectors", "shutil", "signal", "smtplib",
    "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile", "urllib.request",
}  # fmt: skip
PORTS = {
    "time.time", "time.time_ns", "datetime.now", "datetime.datetime.now", "datetime.utcnow",
    "datetime.datetime.utcnow", "date.today", "datetime.date.today", "os.urandom", "uuid.uuid1",
    "uuid.uuid4", "open", "print", "input", "exec", "eval", "__import__",
}  # fmt: skip
CHANCE = {"random", "secrets", "uuid"}


def test_the_import_contracts_hold() -> None:
    command = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [command, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, told("An import goes against the arrow:", [run.stdout, run.stderr])


def room(source: Source) -> str:
    return source.path.parts[0]


def foreign(source: Source, name: str) -> bool:
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in OURS[room(source)] | LIBRARIES[room(source)]:
        return False
    return not (top == "starlette" and source.path.name == "endpoints.py")


def test_rooms_import_only_what_the_design_grants_them() -> None:
    offences = [
        f"{source.path}:{line}: {name}"
        for source in sources(*ROOMS)
        for line, name in source.imports()
        if foreign(source, name)
    ]
    assert not offences, told("A room imports a library that it was not granted:", offences)


def test_rooms_import_no_module_that_reads_or_writes_the_outside() -> None:
    offences = [
        f"{source.path}:{line}: {name}"
        for source in sources(*ROOMS)
        for line, name in source.imports()
        if any(name == io or name.startswith(f"{io}.") for io in INPUT_OUTPUT)
    ]
    assert not offences, told("A room does I/O; that belongs to fedi, behind a port:", offences)


def test_rooms_take_time_and_chance_from_their_ports() -> None:
    offences = [
        f"{source.path}:{line}: {name}()"
        for source in sources(*ROOMS)
        for line, name in source.calls()
        if name in PORTS
    ] + [
        f"{source.path}:{line}: import {name}"
        for source in sources(*ROOMS)
        for line, name in source.imports()
        if name.partition(".")[0] in CHANCE
    ]
    assert not offences, told("Time and chance are ports (actors/ports.py):", offences)
