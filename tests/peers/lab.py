"""Runs foreign servers for the tests: installs them, starts them with real TLS, stops them.

Every server has a name in `.test` and a port of its own on loopback, and a certificate from
a private authority that all of them trust. What can't be installed is skipped, and the end
of the test run says so; in CI it is a failure instead (tests/lacking.py).
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import trustme

from tests.lacking import lacking
from tests.ports import free_port

HERE = Path(__file__).parent
CACHE = HERE.parent.parent / "var" / "peers"
HOSTS = ("kommune.test", "fedify.test", "pubby.test")
PATIENCE = 20.0  # seconds until something that should happen has not

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
T = TypeVar("T")


@dataclass(frozen=True)
class Certificates:
    """The private authority and one certificate for every host of the lab."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def made_in(cls, folder: Path) -> "Certificates":
        """A fresh authority, good for one test run."""
        made = cls(folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
        authority = trustme.CA()
        leaf = authority.issue_cert(*HOSTS, "localhost", "127.0.0.1")
        authority.cert_pem.write_to_path(str(made.authority))
        leaf.private_key_pem.write_to_path(str(made.key))
        made.certificate.write_bytes(b"".join(pem.bytes() for pem in leaf.cert_chain_pems))
        return made


def eventually(check: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """The first true answer of `check`; AssertionError naming `what` if none came."""
    deadline = time.monotonic() + seconds
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.05)


def _checksum(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _run(command: list[str], cwd: Path, name: str) -> None:
    try:
        subprocess.run(command, cwd=cwd, check=True, capture_output=True, timeout=540)
    except FileNotFoundError:
        lacking(f"peer {name}: {command[0]} isn't installed")
    except subprocess.TimeoutExpired:
        lacking(f"peer {name}: {' '.join(command[:3])} took more than nine minutes")
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).decode(errors="replace").strip()
        lacking(f"peer {name}: {' '.join(command[:3])} failed: {said[-400:]}")


@contextlib.contextmanager
def _installing(name: str, lock_file: Path) -> Iterator[tuple[Path, bool]]:
    """The folder for this lock file, and whether it is complete; one installer at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = CACHE / f"{name}-{_checksum(lock_file)}"
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / ".installed"
        yield folder, done.exists()
        done.touch()


def install_node(name: str, source: Path, *more: Path) -> tuple[str, Path]:
    """Node, and the folder where the modules of `source` and `more` find the packages that its
    lock file names; installs those from the npm registry first."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        lacking(f"{name}: node and npm (Node 20 or later) aren't installed")
    version = subprocess.run([str(node), "--version"], capture_output=True, text=True, check=True)
    if int(version.stdout.lstrip("v").split(".")[0]) < 20:
        lacking(f"{name}: Node 20 or later is needed, this is {version.stdout.strip()}")
    with _installing(name, source / "package-lock.json") as (folder, done):
        if not done:
            folder.mkdir(exist_ok=True)
            for file in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(source / file, folder)
            _run(["npm", "ci", "--ignore-scripts"], folder, name)
        modules = [*sorted(source.glob("*.mjs")), *more]
        code = folder / f"code-{_checksum(*modules)}"  # under node_modules' folder, as Node wants
        code.mkdir(exist_ok=True)
        for module in modules:
            shutil.copy(module, code)
    return str(node), code


def install_fedify() -> list[str]:
    """The command that runs the Fedify peer."""
    node, code = install_node("fedify", HERE / "fedify")
    return [node, str(code / "server.mjs")]


def install_pubby() -> list[str]:
    """The command that runs the pubby peer; installs it from the Python index first."""
    source = HERE / "pubby"
    with _installing("pubby", source / "requirements.txt") as (folder, done):
        python = folder / "bin" / "python"
        if not done:
            _run([sys.executable, "-m", "venv", "--clear", str(folder)], HERE, "pubby")
            wanted = ["--require-hashes", "-r", str(source / "requirements.txt")]
            _run([str(python), "-m", "pip", "install", "-q", *wanted], HERE, "pubby")
    return [str(python), str(source / "server.py")]


@dataclass
class Peer:
    """A running foreign server: where it is, and its control port."""

    name: str
    user: str
    command: list[str]
    certificates: Certificates
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    control: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def origin(self) -> str:
        return f"https://{self.name}.test:{self.port}"

    @property
    def handle(self) -> str:
        return f"@{self.user}@{self.name}.test:{self.port}"

    @property
    def actor(self) -> str:
        return str(self.state()["actor"])

    def start(self) -> None:
        """Start, and return once both ports answer."""
        here = str(self.certificates.authority)
        environment = os.environ | {
            "PEER_ORIGIN": self.origin,
            "PEER_PORT": str(self.port),
            "PEER_CONTROL_PORT": str(self.control),
            "PEER_DATA": str(self.folder / "data"),
            "PEER_CERT": str(self.certificates.certificate),
            "PEER_KEY": str(self.certificates.key),
            "PEER_HOSTS": ",".join(HOSTS),
            "NODE_EXTRA_CA_CERTS": here,
            "REQUESTS_CA_BUNDLE": here,
            "NO_PROXY": "*",
            "PYTHONDONTWRITEBYTECODE": "1",
            **self.settings,
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        eventually(self._answers, f"{self.name} answering; its log: {self.log()}", 40)

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise AssertionError(f"{self.name} ended at once; its log: {self.log()}")
        try:
            self.state()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the process; its data stays, and `start` goes on from it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.process = None

    def log(self) -> str:
        """The end of what the server printed."""
        file = self.folder / "log"
        return file.read_text(errors="replace")[-3000:] if file.exists() else "(empty)"

    def _call(self, path: str, order: dict[str, Any] | None = None) -> Any:
        body = json.dumps(order).encode() if order is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.control}{path}", body)
        try:
            with _direct.open(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = json.load(error)["error"]
            raise AssertionError(f"{self.name} could not {order}: {said}") from None

    def do(self, verb: str, **order: Any) -> Any:
        """Carry out a verb; AssertionError with the server's own words if it could not."""
        return self._call("/do", {"verb": verb, **order})

    def state(self) -> Any:
        """Followers, following, posts, likes and shares as this server has them."""
        return self._call("/state")

    def seen(self, kind: str | None = None, **members: Any) -> list[Any]:
        """The activities that arrived and were verified, in order, of a kind if given."""
        return [
            entry
            for entry in self._call("/seen")
            if kind in (None, entry["type"])
            and all(entry[name] == value for name, value in members.items())
        ]

    def refused(self) -> list[Any]:
        """The arrivals this server turned away, and why."""
        return list(self._call("/refused"))

    def sees(self, kind: str, **members: Any) -> Any:
        """Wait for one verified activity; AssertionError telling what came instead."""
        try:
            return eventually(lambda: self.seen(kind, **members), kind)[-1]
        except AssertionError:
            came = [(entry["type"], entry["actor"], entry["object"]) for entry in self.seen()]
            away = [(entry["status"], entry["why"]) for entry in self.refused()]
            raise AssertionError(
                f"{self.name} never saw {kind} {members}; it saw {came}, and refused {away}"
            ) from None

    def comes_to(self, what: str, check: Callable[[Any], T | None]) -> T:
        """Wait until `check` of the state is true; AssertionError shows the state."""
        try:
            return eventually(lambda: check(self.state()), what)
        except AssertionError:
            raise AssertionError(f"{self.name}: never {what}; {self.state()}") from None
