"""Our own server as the foreign ones meet it: installed empty, served with TLS in front.

Everything that depends on the shape of our command line or client interface is in this file.
What a department does is said by `fedi` where there is a command for it, and otherwise by an
activity posted to its outbox with a token (ActivityPub, client to server).
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
from urllib.parse import urlsplit

from tests.peers.lab import HERE, HOSTS, Certificates, eventually, free_port

FEDI = Path(sys.executable).parent / "fedi"
ACTIVITY = "application/activity+json"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
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
    tokens: dict[str, str] = field(default_factory=dict)
    deeds: dict[tuple[str, str], str] = field(default_factory=dict)  # for Undo

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
                process.wait(15)
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

    # -- activities posted to the outbox

    def token(self, department: str = "") -> str:
        name = department or self.department
        if name not in self.tokens:
            scope = ["--scope", "read write follow"]
            made = self.fedi("token", "create", "--person", AUTHOR, "--as", name, *scope)
            self.tokens[name] = made["token"]
        return self.tokens[name]

    def act(self, activity: dict[str, Any], department: str = "") -> str:
        """Post an activity to a department's outbox; the id it was given."""
        actor = self.actor(department)
        body = {"@context": "https://www.w3.org/ns/activitystreams", "actor": actor, **activity}
        headers = {"Authorization": f"Bearer {self.token(department)}", "Content-Type": ACTIVITY}
        outbox = urlsplit(self.get(actor)["outbox"]).path
        status, said, answer = self._request("POST", outbox, headers, json.dumps(body).encode())
        assert status == 201, f"{activity['type']} at our outbox: {status} {said[:500]!r}"
        return str(answer["location"])

    def _react(self, kind: str, target: str) -> str:
        self.deeds[kind, target] = self.act({"type": kind, "object": target})
        return self.deeds[kind, target]

    def _undo(self, kind: str, target: str) -> str:
        deed = self.deeds.pop((kind, target))
        return self.act({"type": "Undo", "object": deed})

    def like(self, post: str) -> str:
        return self._react("Like", post)

    def boost(self, post: str) -> str:
        return self._react("Announce", post)

    def undo_like(self, post: str) -> str:
        return self._undo("Like", post)

    def undo_boost(self, post: str) -> str:
        return self._undo("Announce", post)

    def unfollow(self, actor: str) -> str:
        follow = {"type": "Follow", "actor": self.actor(), "object": actor}
        return self.act({"type": "Undo", "object": follow})

    def edit(self, post: str, text: str) -> str:
        source = {"content": text, "mediaType": "text/plain"}
        note = {"id": post, "type": "Note", "source": source}
        return self.act({"type": "Update", "object": note})

    def delete(self, post: str) -> str:
        return self.act({"type": "Delete", "object": post})

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
