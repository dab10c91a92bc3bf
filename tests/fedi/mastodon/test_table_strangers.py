"""Another user's token against every id parameter of every route (security.md S31, S19).

The matrix is made from the table itself: each route with a parameter is asked by a stranger with
ids that exist and are somebody else's, and with one that never was. Both answers must be the same,
and nothing may have changed. A route whose parameter nobody has classified here fails the test.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from fedi.mastodon.asking import Route
from fedi.mastodon.table import ROUTES
from fedi.media.attachments import Given
from fedi.store.engine import Tx
from tests.fedi.asking import Answered
from tests.fedi.mastodon.apps import ALL, Apps, Client, tell
from tests.fedi.mastodon.test_table import PICTURE

FOR_EVERYONE: Final = re.compile(
    # What these ids name is no secret inside the house: accounts, hashtags, announcements, years.
    r"/api/v1(_alpha)?/(accounts/\{id\}|tags/\{\w+\}|announcements/\{id\}|suggestions/\{account_id\}"
    r"|timelines/tag/\{hashtag\}|annual_reports/\{year\}|instance/terms_of_service/\{date\}"
    r"|async_refreshes/\{id\})"
)
KINDS: Final = (
    # (beginning of the path, what its ids name), the most particular first
    ("/api/v1/admin/", "post"),
    ("/api/v1/statuses/", "post"),
    ("/api/v1/polls/", "poll"),
    ("/api/v1/conversations/", "conversation"),
    ("/api/v2/filters/keywords/", "keyword"),
    ("/api/v2/filters/statuses/", "marked"),
    ("/api/v2/filters/", "filter"),
    ("/api/v1/filters/", "keyword"),
    ("/api/v1/lists/", "list"),
    ("/api/v1/timelines/list/", "list"),
    ("/api/v1/media/", "file"),
    ("/api/v1/notifications/requests/", "request"),
    ("/api/v1/notifications/", "notification"),
    ("/api/v2/notifications/", "group"),
    ("/api/v1/follow_requests/", "asker"),
    ("/api/v1/scheduled_statuses/", "scheduled"),
    ("/api/v1/featured_tags/", "tag"),
    ("/api/v1/collections/", "collection"),
    ("/api/v1_alpha/collections/", "collection"),
)
SEEN: Final = frozenset({"collection"})
"""What a stranger may read and not change, so that a refusal may say so."""
PRIVATE: Final = {
    "list": "v1/lists",
    "filter": "v2/filters",
    "scheduled": "v1/scheduled_statuses",
    "file": "v1/media",
}
OWN_AFFAIRS: Final = frozenset({"token", "reader", "throttle"})
"""Tables in which a stranger's own asking may leave its trace."""
BODY: Final[dict[str, Any]] = {
    "status": "Mitt nå", "title": "Mitt nå", "context": ["home"], "phrase": "mitt",
    "keyword": "mitt", "choices": [0], "name": "mitt", "comment": "mitt",
    "description": "mitt", "scheduled_at": "2098-01-01T00:00:00Z",
    "quote_approval_policy": "nobody",
}  # fmt: skip


@dataclass
class Secrets:
    """What exists and isn't the stranger's, by what it is."""

    apps: Apps
    named: dict[str, list[str]] = field(default_factory=dict)

    async def plant(self) -> "Secrets":
        kari, it = self.apps.kari, self.apps.it
        poll = {"options": ["a", "b"], "expires_in": 600}
        direct = await kari.says("Bare til @it", visibility="direct")
        asked = await kari.says("Bare @it?", visibility="direct", poll=poll)
        followers = await it.says("Til dem som følger", visibility="private", local_only=False)
        gone = await kari.says("Borte", visibility="public")
        await kari.delete(f"v1/statuses/{gone['id']}")
        self.named["post"] = [direct["id"], asked["id"], followers["id"], gone["id"]]
        self.named["poll"] = [asked["poll"]["id"], direct["id"], gone["id"]]
        await it.post(f"v1/statuses/{direct['id']}/favourite")
        await it.says("Hei @kari", visibility="direct")
        self.named["conversation"] = [one["id"] for one in await kari.get("v1/conversations")]
        self.named["notification"] = [one["id"] for one in await kari.get("v1/notifications")]
        groups = (await kari.get("v2/notifications"))["notification_groups"]
        self.named["group"] = [one["group_key"] for one in groups]
        await self._private_things(direct["id"])
        return self

    async def _private_things(self, post: str) -> None:
        apps, kari, it = self.apps, self.apps.kari, self.apps.it
        made = await kari.post("v1/lists", {"title": "Nære"})
        await kari.post(f"v1/accounts/{it.id}/follow")
        await kari.post(f"v1/lists/{made['id']}/accounts", {"account_ids": [it.id]})
        self.named["list"] = [made["id"]]
        words = {"title": "f", "context": ["home"], "keywords_attributes": [{"keyword": "ond"}]}
        kept = await kari.post("v2/filters", words)
        marked = await kari.post(f"v2/filters/{kept['id']}/statuses", {"status_id": post})
        self.named |= {
            "filter": [kept["id"]],
            "keyword": [kept["keywords"][0]["id"]],
            "marked": [marked["id"]],
        }
        self.named["tag"] = [(await kari.post("v1/featured_tags", {"name": "drift"}))["id"]]
        later = {"status": "x", "scheduled_at": "2099-01-01T00:00:00Z"}
        self.named["scheduled"] = [(await kari.post("v1/statuses", later))["id"]]
        assert kari.actor is not None
        file = await apps.house.media.upload(kari.actor, Given(file=BytesIO(PICTURE)), wait=True)
        self.named["file"] = [f"{file.id:018d}"]
        await kari.ok("PATCH", "/api/v1/accounts/update_credentials", {"locked": True})
        await it.post(f"v1/accounts/{kari.id}/follow")
        self.named["asker"] = self.named["request"] = [it.id]
        self.named["collection"] = await self._collections()

    async def _collections(self) -> list[str]:
        made = await self.apps.kari.call(
            "POST",
            "/api/v1/collections",
            {"name": "Mine", "description": "", "discoverable": False, "sensitive": False},
        )
        if made.status != 200:
            return []
        return [(made.json().get("collection") or made.json())["id"]]

    def kind(self, route: Route) -> str:
        for start, kind in KINDS:
            if route.path.startswith(start):
                return kind
        raise AssertionError(f"Say in KINDS or FOR_EVERYONE whose the ids of {route.path} are.")


def asked() -> Iterator[Route]:
    """Every route with an id that may be somebody's secret; what removes things comes last."""
    order = {"GET": 0, "PUT": 1, "POST": 2, "DELETE": 3}
    for route in sorted(ROUTES, key=lambda route: order[route.method]):
        if "{" in route.path and not FOR_EVERYONE.match(route.path):
            yield route


async def everything(apps: Apps) -> dict[str, list[Any]]:
    """Return every row of every table that a request by a stranger must leave alone."""

    async def query(tx: Tx) -> dict[str, list[Any]]:
        tables = await tx.rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        plain = [
            name
            for name, sql in tables
            if name not in OWN_AFFAIRS and not name.startswith("sqlite_") and "VIRTUAL" not in sql
        ]
        return {name: sorted(map(repr, await tx.rows(f"SELECT * FROM {name}"))) for name in plain}

    return await apps.house.engine.read(query)


def told(answered: Answered, *ids: str) -> tuple[Any, ...]:
    """Return what an answer tells, whatever id it was about."""
    text = answered.text
    for id in ids:
        text = text.replace(id, "ID")
    headers = {
        name: value
        for name, value in answered.headers.items()
        if name not in ("date", "content-length", "x-request-id")
    }
    for name, value in headers.items():
        for id in ids:
            headers[name] = value = value.replace(id, "ID")
    return answered.status, text, headers


def changes(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    return [name for name in before if before[name] != after[name]]


async def strange(client: Client, method: str, path: str, body: Any) -> Answered:
    return await client.call(method, path, None if method == "GET" else body)


def test_what_is_anothers_is_as_what_never_was_on_every_route(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        secrets = await Secrets(apps).plant()
        stranger = await apps.client("ola", "ola", f"{ALL} admin:read admin:write")
        absent = f"{apps.house.performer.new_id():018d}"
        body = {**BODY, "account_id": apps.ola.id, "account_ids": [apps.ola.id]}
        problems: list[str] = []
        before = await everything(apps)
        for route in asked():
            for id in secrets.named[secrets.kind(route)]:
                for method in ("PUT", "PATCH") if route.method == "PUT" else (route.method,):
                    paths = [re.sub(r"\{\w+\}", one, route.path) for one in (id, absent)]
                    first = await strange(stranger, method, paths[0], body)
                    after = await everything(apps)
                    if changed := changes(before, after):
                        problems.append(f"{method} {paths[0]} changed {changed}")
                        before = after
                    second = await strange(stranger, method, paths[1], body)
                    if secrets.kind(route) in SEEN:
                        refused = first.status in (403, 404) and second.status == 404
                        if route.method != "GET" and not refused:
                            problems.append(f"{method} {paths[0]}: {first.status}")
                    elif told(first, id) != told(second, absent):
                        shown = (told(first, id), told(second, absent))
                        problems.append(f"{method} {route.path}: {shown}")
                    elif first.status >= 500:
                        problems.append(f"{method} {route.path}: {first.status}")
                    before = await everything(apps)
        assert not problems, "\n".join(problems)

    tell(tmp_path, story)


def bodies(secret: Secrets, id_of: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Requests that name an id in what they send; `id_of` is by kind."""
    say = {"status": "Hei", "visibility": "public"}
    yield "POST", "/api/v1/statuses", {**say, "in_reply_to_id": id_of("post")}
    yield "POST", "/api/v1/statuses", {**say, "quoted_status_id": id_of("post")}
    yield "POST", "/api/v1/statuses", {**say, "media_ids": [id_of("file")]}
    later = {**say, "scheduled_at": "2099-01-01T00:00:00Z"}
    yield "POST", "/api/v1/statuses", {**later, "in_reply_to_id": id_of("post")}
    yield "POST", "/api/v1/statuses", {**later, "media_ids": [id_of("file")]}
    yield "GET", f"/api/v1/statuses?id[]={id_of('post')}", {}
    yield "GET", f"/api/v1/notifications?max_id={id_of('notification')}", {}
    yield "GET", f"/api/v1/timelines/home?min_id={id_of('post')}", {}
    yield "GET", f"/api/v1/conversations?max_id={id_of('conversation')}", {}
    yield "POST", "/api/v1/notifications/dismiss", {"id": id_of("notification")}
    yield (
        "DELETE",
        f"/api/v1/notifications/destroy_multiple?ids[]={id_of('notification')}",
        {},
    )
    yield "POST", "/api/v1/notifications/requests/accept", {"id": [id_of("request")]}
    yield "POST", "/api/v1/notifications/requests/dismiss", {"id": [id_of("request")]}


def test_what_is_anothers_is_as_what_never_was_in_what_is_sent(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        secrets = await Secrets(apps).plant()
        absent = f"{apps.house.performer.new_id():018d}"
        problems: list[str] = []
        before = await everything(apps)
        real = list(bodies(secrets, lambda kind: secrets.named[kind][0]))
        never = list(bodies(secrets, lambda kind: absent))
        for (method, path, body), (_, other, instead) in zip(real, never, strict=True):
            first = await strange(apps.ola, method, path, body)
            after = await everything(apps)
            if changed := changes(before, after):
                problems.append(f"{method} {path} {body} changed {changed}")
            second = await strange(apps.ola, method, other, instead)
            ids = [one for some in secrets.named.values() for one in some]
            if told(first, *ids) != told(second, absent):
                problems.append(f"{method} {path}: {told(first, *ids)} {told(second, absent)}")
            before = await everything(apps)
        assert not problems, "\n".join(problems)

    tell(tmp_path, story)


def test_an_app_reads_nothing_with_the_ids_of_its_other_actors(tmp_path: Path) -> None:
    """Kari speaks for IT as well; a token of one of them is no key to what is the other's."""

    async def story(apps: Apps) -> None:
        secrets = await Secrets(apps).plant()
        for kind in PRIVATE:
            path = PRIVATE[kind]
            for id in secrets.named[kind]:
                assert await apps.it.refused("GET", f"{path}/{id}") == 404
                assert (await apps.kari.call("GET", f"/api/{path}/{id}")).status in (200, 206)

    tell(tmp_path, story)
