"""Every row of Mastodon's table of endpoints that this house promises, asked with ids that exist.

The table (mastodon-api.tsv) is the project's own. No row may be missing (404, 405), fail (5xx) or
be asked without what it needs (401 without a token, 403 without a scope).
"""

import base64
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from fedi.media.attachments import Given
from fedi.store import announcements
from fedi.store.announcements import Announcement
from tests.fedi.mastodon.apps import Apps, Client, tell

TABLE = Path(__file__).with_name("mastodon-api.tsv")
ELSEWHERE = re.compile(
    # Walked by tests/fedi/oauth, tests/fedi/wellknown and tests/fedi/streaming.
    r"/(oauth|\.well-known|nodeinfo|health|invite)\b|/api/v1/streaming|/api/v1/apps"
    r"|/api/v1/accounts\Z"
)
ADMIN = re.compile(r"/admin/(accounts|reports|domain_allows|domain_blocks|trends)\b")
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
NOT_YET = re.compile(r"/admin/")
"""Not there yet; the docs say so."""


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    scopes: tuple[str, ...]
    auth: str
    tier: int

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def rows() -> Iterator[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["status"] == "removed" or NOT_YET.search(row["path"]):
                continue
            one = (row["method"], row["path"])
            elsewhere = ELSEWHERE.search(row["path"]) and not ADMIN.search(row["path"])
            if elsewhere and one != ("GET", "/api/v1/accounts"):
                continue
            if int(row["tier"]) == 4 and not ADMIN.search(row["path"]):
                continue
            scopes = tuple(s for s in row["scope"].split() if ":" in s or s in ("follow", "push"))
            yield Row(row["method"], row["path"], scopes, row["auth"], int(row["tier"]))


ROWS = list(rows())
MISSING_IS_RIGHT = {
    "GET /api/v1_alpha/async_refreshes/:id": "nothing is ever fetched behind an answer",
    "GET /api/v1/annual_reports/:year": "no yearly reports are made",
    "GET /api/v1/push/subscription": "the token has none",
    "PUT /api/v1/push/subscription": "the token has none",
    "GET /api/v1/notifications/requests/:id": "nobody waits",
    "POST /api/v1/follow_requests/:account_id/reject": "there is none the second time",
    "POST /api/v2/notifications/:group_key/dismiss": "it is gone the second time",
}
OPEN = {
    "GET /api/v1/accounts/lookup": "Mastodon answers it to anybody",
    "GET /api/v1/donation_campaigns": "there is nothing to keep from anybody",
}
UNAVAILABLE_IS_RIGHT = {"POST /api/v1/statuses/:id/translate"}


class Seeds:
    """What exists, by which placeholder of which path names it."""

    def __init__(self, apps: Apps) -> None:
        self.apps = apps
        self.me = apps.it

    async def plant(self) -> None:
        apps, me = self.apps, self.me
        self.post = (await me.says("Et innlegg #drift"))["id"]
        self.mine = (await me.says("Et til", poll={"options": ["a", "b"], "expires_in": 600}))["id"]
        for undone in ("unblock", "unmute"):
            await me.post(f"v1/accounts/{apps.ola.id}/{undone}")
        await me.post(f"v1/accounts/{apps.ola.id}/follow")
        await apps.ola.post(f"v1/accounts/{me.id}/follow")
        self.quoting = (await apps.ola.says("Se her", quoted_status_id=self.post))["id"]
        self.collection, self.item = await self.gather(me)
        self.others, self.mine_in_it = await self.gather(apps.ola)
        await apps.ola.post(f"v1/statuses/{self.post}/favourite")
        await apps.ola.says("Hei @it", visibility="direct")
        lists = await me.get("v1/lists")
        self.list = (lists or [await me.post("v1/lists", {"title": "Nære"})])[-1]["id"]
        filters = [one for one in await me.get("v2/filters") if len(one["keywords"]) > 1]
        made = (
            filters[-1]
            if len(filters) > 50
            else await me.post(
                "v2/filters",
                {
                    "title": "f",
                    "context": ["home"],
                    "keywords_attributes": [{"keyword": "vond"}, {"keyword": "ond"}],
                },
            )
        )
        self.filter, self.keyword = made["id"], made["keywords"][0]["id"]
        marked = await me.post(f"v2/filters/{self.filter}/statuses", {"status_id": self.post})
        self.marked = marked["id"]
        self.tag = (await me.post("v1/featured_tags", {"name": "drift"}))["id"]
        self.notification = (await me.get("v1/notifications"))[0]["id"]
        self.group = (await me.get("v2/notifications"))["notification_groups"][0]["group_key"]
        self.conversation = (await me.get("v1/conversations"))[0]["id"]
        later = {"status": "x", "scheduled_at": "2099-01-01T00:00:00Z"}
        self.scheduled = (await me.post("v1/statuses", later))["id"]
        house = apps.house
        picture = BytesIO(PICTURE)
        self.file = f"{(await house.media.upload(me.actor, Given(file=picture))).id:018d}"
        self.announcement = f"{house.performer.new_id():018d}"
        now = house.clock.now()
        told = Announcement(
            id=int(self.announcement), content="<p>Hei</p>", text="Hei", starts=None, ends=None,
            all_day=False, published=now, updated=now,
        )  # fmt: skip
        await house.engine.write(lambda tx: announcements.keep(tx, told))

    async def gather(self, by: Client) -> tuple[str, str]:
        """Make somebody a collection with us in it, their only one; return it and our item."""
        for one in (await by.get(f"v1/accounts/{by.id}/collections"))["collections"]:
            await by.delete(f"v1/collections/{one['id']}")
        asked = {"name": "Folk", "account_ids": [self.me.id]}
        made = (await by.post("v1/collections", asked))["collection"]
        return made["id"], made["items"][0]["id"]

    def path(self, row: Row) -> str:
        path = row.path.split("?")[0]
        if path.endswith("/in_collections"):
            return path.replace(":id", self.me.id)
        if path.endswith("/revoke") and ":collection_id" in path:
            return path.replace(":collection_id", self.others).replace(":id", self.mine_in_it)
        if ":collection_id" in path:
            return path.replace(":collection_id", self.collection).replace(":id", self.item)
        named = {
            ":quoting_status_id": self.quoting,
            ":list_id": self.list, ":filter_id": self.filter, ":account_id": self.apps.ola.id,
            ":group_key": self.group, ":hashtag": "drift", ":year": "2025", ":date": "2025-01-01",
        }  # fmt: skip
        for name, value in named.items():
            path = path.replace(name, value)
        if path.startswith("/api/v1/tags/"):
            return path.replace(":id", "drift").replace(":name", "drift")
        for start, id in (
            ("/api/v1/accounts/", self.apps.ola.id),
            ("/api/v1/statuses/", self.post),
            ("/api/v1/polls/", self.mine),
            ("/api/v1/lists/", self.list),
            ("/api/v1/collections/", self.collection),
            ("/api/v2/filters/keywords/", self.keyword),
            ("/api/v2/filters/statuses/", self.marked),
            ("/api/v2/filters/", self.filter),
            ("/api/v1/filters/", self.keyword),
            ("/api/v1/featured_tags/", self.tag),
            ("/api/v1/notifications/requests/", self.apps.ola.id),
            ("/api/v1/notifications/", self.notification),
            ("/api/v1/conversations/", self.conversation),
            ("/api/v1/scheduled_statuses/", self.scheduled),
            ("/api/v1/media/", self.file),
            ("/api/v1/announcements/", self.announcement),
        ):
            if path.startswith(start):
                path = path.replace(":id", id)
        return path.replace(":name", "%F0%9F%91%8D").replace(":id", "1")


def data(row: Row, seeds: Seeds) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return (JSON body, query) that a row is asked with."""
    query: dict[str, Any] = {}
    if row.path.startswith(("/api/v2/search", "/api/v1/search")) or row.path.endswith("/search"):
        query = {"q": "drift"}
    if row.path.endswith("lookup"):
        query = {"acct": "ola"}
    if "preview" in row.path:
        query = {"domain": "x.test"}
    if "oembed" in row.path:
        query = {"url": f"{seeds.apps.house.urls.origin}/posts/{seeds.post}"}
    if row.method in ("GET", "HEAD"):
        return None, query
    return {
        "status": "ny", "title": "t", "context": ["home"], "phrase": "p", "keyword": "k",
        "status_id": seeds.post, "account_id": seeds.apps.ola.id, "domain": "x.test",
        "account_ids": [seeds.apps.ola.id], "choices": [0], "name": "drift",
        "id": [seeds.apps.ola.id], "comment": "merk",
    }, query  # fmt: skip


async def fresh(apps: Apps) -> Seeds:
    seeds = Seeds(apps)
    await seeds.plant()
    return seeds


@pytest.mark.slow
def test_every_row_answers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        problems: list[str] = []
        # Reading first, then writing, what removes things last.
        order = {"GET": 0, "PUT": 1, "PATCH": 1, "POST": 2, "DELETE": 3}
        seeds = await fresh(apps)
        for row in sorted(ROWS, key=lambda row: order[row.method]):
            if row.method in ("POST", "DELETE"):
                seeds = await fresh(apps)
            body, query = data(row, seeds)
            methods = ["PUT", "PATCH"] if row.method in ("PUT", "PATCH") else [row.method]
            slashes = [""] if row.method == "DELETE" else ["", "/"]
            for method, slash in product(methods, slashes):
                path = seeds.path(row) + slash
                try:
                    answered = await seeds.me.call(method, path, body, **query)
                except AssertionError as problem:
                    problems.append(str(problem))
                else:
                    problems += judged(row, answered.status, f"{method} {path}")
        assert not problems, "\n".join(problems)

    tell(tmp_path, story)


def judged(row: Row, status: int, path: str) -> list[str]:
    if status == 404 and str(row) in MISSING_IS_RIGHT:
        return []
    if status == 503 and str(row) in UNAVAILABLE_IS_RIGHT:
        return []
    if status in (404, 405) or status >= 500:
        return [f"{row} ({path}): {status}"]
    return []


def test_every_row_asks_for_a_token_and_its_scope(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        seeds = await fresh(apps)
        narrow = await apps.client("kari", "it", "push")
        wrong = await apps.client("kari", "it", "profile")
        problems = []
        for row in ROWS:
            path = seeds.path(row)
            body, query = data(row, seeds)
            if row.auth == "user" and str(row) not in OPEN:
                without = await apps.nobody.call(row.method, path, body, **query)
                if without.status != 401:
                    problems.append(f"{row} without a token: {without.status}")
            if row.scopes:
                client: Client = wrong if "push" in row.scopes else narrow
                lacking = await client.call(row.method, path, body, **query)
                if lacking.status != 403:
                    problems.append(f"{row} without {row.scopes}: {lacking.status}")
        assert not problems, "\n".join(problems)

    tell(tmp_path, story)


def test_an_unknown_path_is_answered_in_json(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for path in ("v1/nosuch", "v9/statuses", "v1/statuses/1/nosuch", "v1/statuses/../x"):
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                assert await apps.it.refused(method, path) == 404
        answered = await apps.it.call("OPTIONS", "/api/v1/statuses")
        assert answered.status == 204
        assert answered.headers["access-control-allow-origin"] == "*"

    tell(tmp_path, story)
