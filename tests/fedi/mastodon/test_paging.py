"""Pages of every list: links that apps can follow, cursors both ways, at a cost that stays.

client-api.md section 2.4: `next` before `prev`, one cursor each, the other parameters kept,
`min_id` nearest first and exclusive, no link on an empty page.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from actors.relationships import RelationKind
from fedi.app import application
from fedi.mastodon.paging import offset_links
from tests.fedi.mastodon.apps import ORIGIN, Apps, Client, tell
from tests.fedi.mastodon.crowd import Counted, related, strangers

LINK = re.compile(r'<([^<>]+)>; rel="(next|prev)"')
CURSOR = re.compile(r"(max_id|min_id|since_id)=(\d{18})")
MANY = 7


def links_of(header: str) -> dict[str, str]:
    found = [(rel, url) for url, rel in LINK.findall(header)]
    assert [rel for rel, _ in found] in ([], ["next"], ["prev"], ["next", "prev"]), header
    return dict(found)


def name_of(one: Any) -> str:
    """What tells the entries of any list apart."""
    return one if isinstance(one, str) else str(one.get("id") or one["name"])


async def plant(apps: Apps) -> dict[str, Callable[[], str]]:
    """Return lists with seven entries or more each, by name."""
    it, guests = apps.it, await strangers(apps, MANY)
    posts = [await it.says(f"Nr. {n} #drift") for n in range(MANY)]
    made = await it.post("v1/lists", {"title": "Alle"})
    for guest in guests:
        id = f"{guest.id:018d}"
        for kind in (RelationKind.FOLLOW, RelationKind.BLOCK, RelationKind.MUTE):
            await related(apps, kind, it.actor.id if it.actor else 0, guest.id)
        await related(apps, RelationKind.FOLLOW, guest.id, it.actor.id if it.actor else 0)
        await related(
            apps, RelationKind.FOLLOW, guest.id, apps.ola.actor.id if apps.ola.actor else 0,
            "pending",
        )  # fmt: skip
        await it.post(f"v1/lists/{made['id']}/accounts", {"account_ids": [id]})
        await it.post(f"v1/accounts/{id}/endorse")
        await it.post("v1/domain_blocks", {"domain": f"vert{guest.id}.test"})
        await it.post(f"v1/tags/merke{guest.id}/follow")
    for post in posts:
        for verb in ("favourite", "bookmark", "reblog"):
            await it.post(f"v1/statuses/{post['id']}/{verb}")
        await apps.ola.post(f"v1/statuses/{post['id']}/favourite")
        await apps.ola.says("Hei @it", visibility="direct")
        later = {"status": "x", "scheduled_at": "2099-01-01T00:00:00Z"}
        await it.post("v1/statuses", later)
    return {"list": lambda: made["id"], "post": lambda: posts[0]["id"]}


async def page(client: Client, url: str) -> tuple[list[str], dict[str, str]]:
    path = url.removeprefix(ORIGIN)
    answered = await client.call("GET", path)
    assert answered.status == 200, (path, answered.status, answered.text[:200])
    return [name_of(one) for one in answered.json()], links_of(answered.headers.get("link", ""))


PATHS = (
    "timelines/home", "timelines/public", "timelines/tag/drift", "accounts/{it}/statuses",
    "favourites", "bookmarks", "blocks", "mutes", "accounts/{it}/followers",
    "accounts/{it}/following", "endorsements", "followed_tags", "notifications", "conversations",
    "domain_blocks", "lists/{list}/accounts", "scheduled_statuses",
)  # fmt: skip


def test_every_list_is_walked_down_and_up_again(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        named = await plant(apps)
        problems: list[str] = []
        for template in PATHS:
            path = f"/api/v1/{template.format(it=apps.it.id, list=named['list']())}"
            problems += await walked(apps.it, path)
        problems += await walked(apps.ola, "/api/v1/follow_requests")
        assert not problems, "\n".join(problems)

    tell(tmp_path, story)


async def walked(client: Client, path: str) -> list[str]:
    """Return what is wrong with the pages of a list."""
    # A shape of its own: what isn't known is kept in the links all the same.
    every, _ = await page(client, f"{path}?limit=40")
    wrong = [f"{path}: {len(every)} entries"] if len(every) < MANY else []
    found: list[str] = []
    url, before = f"{path}?limit=3&x=%C3%A6", None
    for _ in range(len(every)):
        names, links = await page(client, url)
        for rel, address in links.items():
            wanted = {"next": "max_id", "prev": "min_id"}[rel]
            kept = address.startswith(f"{ORIGIN}{path}?limit=3&x=%C3%A6&{wanted}=")
            if not kept or len(CURSOR.findall(address)) != 1:
                wrong.append(f"{path}: {rel} is {address}")
        if not names:
            wrong += [f"{path}: links on an empty page"] if links else []
            break
        found += names
        before = links.get("prev", before)
        if "next" not in links:
            break
        url = links["next"]
    if found != every:
        wrong.append(f"{path}: down {found} is not {every}")
    up: list[str] = []
    for _ in range(len(every)):
        if before is None:
            break
        names, links = await page(client, before)
        up = names + up
        before = links.get("prev")
    if up != every[: len(up)] or len(up) < len(every) - 3:
        wrong.append(f"{path}: up {up} is not {every}")
    return wrong


def test_min_id_is_the_nearest_above_and_since_id_the_newest(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        ids = [(await apps.it.says(f"Nr. {n}"))["id"] for n in range(6)]

        async def seen(**query: Any) -> list[int]:
            return [ids.index(one["id"]) for one in await apps.it.get("v1/timelines/home", **query)]

        assert await seen() == [5, 4, 3, 2, 1, 0]
        assert await seen(min_id=ids[1], limit=2) == [3, 2]
        assert await seen(since_id=ids[1], limit=2) == [5, 4]
        assert await seen(max_id=ids[4], limit=2) == [3, 2]
        assert await seen(max_id=ids[4], since_id=ids[1]) == [3, 2]
        assert await seen(max_id=ids[4], min_id=ids[0], limit=2) == [2, 1]
        assert await seen(min_id=ids[5]) == []
        assert await seen(max_id=ids[0]) == []
        assert await seen(max_id=ids[4].lstrip("0")) == [3, 2, 1, 0]
        assert await seen(limit=1) == [5]
        assert len(await seen(limit=1000)) == 6
        assert await seen(limit="4x") == [5, 4, 3, 2]
        assert await seen(min_id="x") == [5, 4, 3, 2, 1, 0]
        for none in ({"limit": "0"}, {"limit": "x"}, {"max_id": "x"}, {"min_id": "1" * 40}):
            assert await seen(**none) == []
        answered = await apps.it.call("GET", "/api/v1/timelines/home", max_id=ids[0])
        assert "link" not in answered.headers

    tell(tmp_path, story)


def test_limits_are_read_as_mastodon_reads_them(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        named = await plant(apps)
        problems = []
        for template in PATHS:
            path = template.format(it=apps.it.id, list=named["list"]())
            every = await apps.it.get(f"v1/{path}", limit=40)
            for limit, wanted in (("-2", 2), ("0", 0), ("x", 0), ("", 0), ("3x", 3), ("9" * 30, 7)):
                answered = await apps.it.call("GET", f"/api/v1/{path}", limit=limit)
                if (limit, path) == ("-2", "timelines/home"):
                    words = "Pagination values for `offset` and `limit` must be positive"
                    assert (answered.status, answered.json()) == (400, {"error": words})
                    continue
                if (limit, template) == ("0", "lists/{list}/accounts"):
                    wanted = len(every)  # all of them, without pages
                found = answered.json() if answered.status == 200 else answered.text
                if limit == "9" * 30:
                    right = len(found) >= wanted
                else:
                    right = found == every[:wanted] and bool(wanted) >= ("link" in answered.headers)
                if not right:
                    problems.append(f"{path} {limit}: {len(found)}, {answered.headers.get('link')}")
        assert not problems, "\n".join(problems)
        for path in ("v1/search", "v2/search"):
            assert await apps.it.refused("GET", path, q="x", limit=-1) == 400
            assert await apps.it.refused("GET", path, q="x", offset=-1, type="accounts") == 400
        grouped = await apps.it.get("v2/notifications", limit=0)
        assert grouped["notification_groups"] == []
        assert (await apps.it.get("v2/notifications", limit=0, min_id=1))["accounts"] == []
        await apps.ola.says("@it", visibility="direct")
        for path in ("v1/conversations", "v1/timelines/tag/drift"):
            assert await apps.it.get(path, limit=0, min_id=1) == []
            assert await apps.it.get(path, limit=1, min_id=1)
        assert (await apps.it.get("v1/notifications/unread_count", limit=0))["count"] == 0

    tell(tmp_path, story)


def test_whoever_is_there_is_visited_once_while_others_come_and_go(tmp_path: Path) -> None:
    """Relations are paged by their own number: it stays what it is, whatever happens meanwhile."""

    async def story(apps: Apps) -> None:
        assert apps.it.actor is not None
        it, guests = apps.it.actor.id, await strangers(apps, 3 * MANY)
        first, late, gone = guests[::3], guests[1::3], guests[2::3]

        async def meets(guest: Any) -> None:
            await related(apps, RelationKind.BLOCK, it, guest.id)
            await related(apps, RelationKind.MUTE, it, guest.id)
            await related(apps, RelationKind.FOLLOW, it, guest.id)
            await related(apps, RelationKind.FOLLOW, guest.id, it)

        for guest in (*first, *gone):
            await meets(guest)
        walks = {
            path: [f"{ORIGIN}/api/v1/{path}?limit=2"]
            for path in ("blocks", "mutes", f"accounts/{it}/followers", f"accounts/{it}/following")
        }
        found: dict[str, list[str]] = {path: [] for path in walks}
        for turn in range(3 * MANY):
            for path, waiting in walks.items():
                if waiting:
                    names, links = await page(apps.it, waiting.pop())
                    found[path] += names
                    waiting += [links["next"]] if "next" in links else []
            if turn < MANY:
                await meets(late[turn])
                for one in ("unblock", "unmute", "unfollow", "remove_from_followers"):
                    await apps.it.post(f"v1/accounts/{gone[turn].id}/{one}")
        assert not any(walks.values())
        for path, names in found.items():
            assert len(names) == len(set(names)), path
            assert {f"{guest.id:018d}" for guest in first} <= set(names), path

    tell(tmp_path, story)


def test_a_page_costs_the_same_however_long_it_is(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        named = await plant(apps)
        await apps.it.get("v1/timelines/home")  # is made for whoever comes the first time
        counted = Counted(apps.house.engine)
        wrong = []
        paths = [
            *(f"v1/{path.format(it=apps.it.id, list=named['list']())}" for path in PATHS),
            "v2/notifications", f"v1/statuses/{named['post']()}/context",
        ]  # fmt: skip
        for path in paths:
            costs = []
            for limit in (2, 7):
                # Each with nothing remembered, so that what is made is counted as well.
                table = application(replace(apps.house, engine=counted))
                client = replace(apps.it, table=table)
                await client.get("v1/preferences")  # the token is known, the memory begun
                counted.asked = 0
                await client.get(path, limit=limit)
                costs.append(counted.asked)
            if costs[0] != costs[1] or costs[0] > 30:
                wrong.append(f"{path}: {costs}")
        assert not wrong, "\n".join(wrong)

    tell(tmp_path, story)


def test_what_is_paged_by_offset_says_where_it_goes_on() -> None:
    urls = SimpleNamespace(origin=ORIGIN)
    scope = {"path": "/api/v1/trends/tags/", "query_string": b"limit=2&offset=4&x=1"}
    ask: Any = SimpleNamespace(api=SimpleNamespace(urls=urls), scope=scope)
    base = f"{ORIGIN}/api/v1/trends/tags?limit=2&x=1"

    def told(offset: int, count: int) -> dict[str, str]:
        headers = offset_links(ask, offset, 2, count)
        return links_of(headers[0][1].decode()) if headers else {}

    assert told(4, 2) == {"next": f"{base}&offset=6", "prev": f"{base}&offset=2"}
    assert told(0, 2) == {"next": f"{base}&offset=2"}
    assert told(1, 1) == {"prev": f"{base}&offset=0"}
    assert told(0, 1) == {}
