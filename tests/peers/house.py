"""Our own server as the foreign ones meet it: installed empty, served with TLS in front.

Everything that depends on the shape of our command line or client interface is in this file.
What a department does is said with `fedi` while the server runs, as an administrator would.
"""

import http.client
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.peers.lab import HERE, HOSTS, Certificates, eventually
from tests.ports import free_port

FEDI = Path(sys.executable).parent / "fedi"
ACTIVITY = "application/activity+json"
AUTHOR = "anne"  # the employee who speaks for the departments
CLOSED = (401, 403, 404)  # what a stranger may be answered who asks for what isn't public


@dataclass
class House:
    """A server of ours with one department, IKT-teamet, unless more are added."""

    certificates: Certificates
    folder: Path
    department: str = "ikt_teamet"
    port: int = field(default_factory=free_port)
    behind: int = field(default_factory=free_port)
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    # -- where it is

    @property
    def authority(self) -> str:
        return f"kommune.test:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.authority}"

    def handle(self, department: str = "") -> str:
        return f"@{department or self.department}@{self.authority}"

    def actor(self, department: str = "") -> str:
        """The actor id of a department, by our own WebFinger."""
        resource = f"acct:{self.handle(department)[1:]}"
        found = self.get(f"/.well-known/webfinger?resource={resource}", "application/jrd+json")
        return next(str(link["href"]) for link in found["links"] if link["rel"] == "self")

    # -- starting and stopping

    @property
    def environment(self) -> dict[str, str]:
        hosts = ", ".join(f'"{host}" = "127.0.0.1"' for host in HOSTS)
        return os.environ | {
            "FEDI_DATA_DIR": str(self.folder / "data"),
            "FEDI_SERVER__ORIGIN": self.origin,
            "FEDI_LAB__ENABLED": "true",
            "FEDI_LAB__CA_FILE": str(self.certificates.authority),
            "FEDI_LAB__HOSTS": f"{{ {hosts} }}",
            "PORT": str(self.behind),
        }

    def install(self) -> None:
        """Make the data, one employee, and one department for which she speaks."""
        self.fedi("init")
        self.fedi("person", "add", AUTHOR, "--name", "Anne Berg")
        self.add_department(self.department, "IKT-teamet")

    def add_department(self, username: str, name: str) -> None:
        self.fedi("department", "add", username, "--name", name, "--member", AUTHOR)

    def start(self) -> None:
        """Serve, with TLS in front, and return once it answers through both."""
        certificate, key = str(self.certificates.certificate), str(self.certificates.key)
        front = [str(HERE / "tls_front.py"), str(self.port), str(self.behind), certificate, key]
        for command in ([str(FEDI), "serve"], [sys.executable, *front]):
            with (self.folder / "log").open("ab") as log:
                self.processes.append(
                    subprocess.Popen(
                        command, env=self.environment, stdout=log, stderr=subprocess.STDOUT
                    )
                )
        eventually(self._answers, "our server answering", 40)

    def _answers(self) -> bool:
        if any(process.poll() is not None for process in self.processes):
            raise AssertionError(f"our server ended at once; its log: {self.log()}")
        try:
            return self.fetch("/.well-known/nodeinfo", "application/json")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """Stop both processes; the data stays, and `start` goes on from it."""
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(errors="replace")[-4000:] if file.exists() else "(empty)"

    # -- the command line

    def fedi(self, *words: str) -> Any:
        """Run a command; its JSON. AssertionError with what it said if it failed."""
        done = subprocess.run(
            [str(FEDI), *words, "--json"], env=self.environment, capture_output=True, timeout=60
        )
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        assert done.returncode == 0, f"fedi {' '.join(words)}: {said}; log: {self.log()}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def post(
        self, text: str, *, department: str = "", visibility: str = "public", to: str = ""
    ) -> str:
        """Publish as a department; the post's id. `to` is the post that it answers."""
        words = ["post", "--as", department or self.department, "--visibility", visibility]
        words += ["--reply-to", to] if to else []
        return str(self.fedi(*words, text)["uri"])

    def follow(self, who: str) -> None:
        self.fedi("follow", "--as", self.department, who)

    def deliveries(self, post: str) -> Any:
        return self.fedi("deliveries", "--post", post)

    def rotate_key(self) -> None:
        self.fedi("key", "rotate", self.department)

    # -- what else a department does

    def _as(self, *words: str, department: str = "") -> Any:
        return self.fedi(*words, "--as", department or self.department)

    def like(self, post: str) -> None:
        self._as("like", post)

    def boost(self, post: str) -> None:
        self._as("boost", post)

    def undo_like(self, post: str) -> None:
        self._as("like", "--undo", post)

    def undo_boost(self, post: str) -> None:
        self._as("boost", "--undo", post)

    def unfollow(self, actor: str) -> None:
        self._as("unfollow", actor)

    def edit(self, post: str, text: str) -> None:
        self._as("post", "--edit", post, text)

    def delete(self, post: str) -> None:
        self._as("post", "--delete", post)

    # -- what the world sees of us

    def _request(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)) as line:
            line.request(method, path, body, {"Host": self.authority, **headers})
            answer = line.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}

    def fetch(self, url: str, accept: str = ACTIVITY) -> tuple[int, bytes]:
        """GET one of our URLs as a stranger does: unsigned."""
        status, body, _ = self._request("GET", url.removeprefix(self.origin), {"Accept": accept})
        return status, body

    def get(self, url: str, accept: str = ACTIVITY) -> Any:
        """The JSON at one of our URLs; AssertionError if a stranger doesn't get it."""
        status, body = self.fetch(url, accept)
        assert status == 200, f"GET {url}: {status} {body[:300]!r}"
        return json.loads(body)

    def page(self, post: str) -> str:
        """The page that people see at a post's URL, thread and all."""
        status, body = self.fetch(post, "text/html")
        assert status == 200, f"page of {post}: {status}"
        return body.decode()

    def total(self, collection: str) -> int:
        """How many a collection of ours says it has."""
        return int(self.get(collection)["totalItems"])

    # -- what we keep

    def knows(self, post: str) -> dict[str, Any] | None:
        """Another server's post as our database has it; there is no public page for those."""
        with closing(sqlite3.connect(f"file:{self.folder}/data/fedi.db?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            row = db.execute("SELECT * FROM post WHERE uri = ?", (post,)).fetchone()
            return dict(row) if row and row["deleted"] is None else None
