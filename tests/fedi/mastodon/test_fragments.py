"""What is kept of rendered posts and accounts is never older than the change last made."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fedi.app import application
from tests.fedi.mastodon.apps import Apps, Client, tell

Change = Callable[[Apps, str], Awaitable[Any]]


def by_ola(what: str) -> Change:
    return lambda apps, post: apps.ola.post(f"v1/statuses/{post}/{what}")


async def edits(apps: Apps, post: str) -> None:
    await apps.it.put(f"v1/statuses/{post}", {"status": "Nå rettet #vei"})


async def answers(apps: Apps, post: str) -> None:
    await apps.ola.says("Et svar", in_reply_to_id=post)


async def renames(apps: Apps, post: str) -> None:
    path = "/api/v1/accounts/update_credentials"
    await apps.it.ok("PATCH", path, {"display_name": "Nytt navn"})


async def follows(apps: Apps, post: str) -> None:
    await apps.ola.post(f"v1/accounts/{apps.it.id}/follow")


async def posts(apps: Apps, post: str) -> None:
    await apps.it.says("Enda et")


async def closes(apps: Apps, post: str) -> None:
    await apps.ola.post(f"v1/polls/{post}/votes", {"choices": [0]})


CHANGES: dict[str, Change] = {
    "favourite": by_ola("favourite"),
    "reblog": by_ola("reblog"),
    "bookmark": by_ola("bookmark"),
    "vote": closes,
    "answer": answers,
    "edit": edits,
    "rename": renames,
    "follow": follows,
    "another post": posts,
    "unreblog": by_ola("unreblog"),
    "unfavourite": by_ola("unfavourite"),
}


async def look(apps: Apps, reader: Client, post: str) -> list[Any]:
    return [
        await reader.get(f"v1/statuses/{post}"),
        await reader.get(f"v1/accounts/{apps.it.id}"),
        await reader.get(f"v1/accounts/{apps.it.id}/statuses"),
    ]


def test_after_each_kind_of_change_a_page_is_as_if_made_anew(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        poll = {"options": ["ja", "nei"], "expires_in": 600}
        post = (await apps.it.says("Hei #vei", poll=poll))["id"]
        readers = (apps.kari, apps.ola, apps.nobody)
        before = [await look(apps, reader, post) for reader in readers]
        for name, change in CHANGES.items():
            await change(apps, post)
            kept = [await look(apps, reader, post) for reader in readers]
            table = application(apps.house)
            fresh = [replace(reader, table=table) for reader in readers]
            anew = [await look(apps, reader, post) for reader in fresh]
            assert kept == anew, name
            assert kept != before or name == "bookmark", name
            before = kept
        await apps.it.delete(f"v1/statuses/{post}")
        for reader in readers:
            assert await reader.refused("GET", f"v1/statuses/{post}") == 404

    tell(tmp_path, story)


async def prefers(apps: Apps, post: str) -> None:
    path = "/api/v1/accounts/update_credentials"
    await apps.it.ok("PATCH", path, {"source": {"privacy": "unlisted", "language": "nn"}})


async def locks(apps: Apps, post: str) -> None:
    await apps.it.ok("PATCH", "/api/v1/accounts/update_credentials", {"locked": True})


async def asks_to_follow(apps: Apps, post: str) -> None:
    await apps.kari.post(f"v1/accounts/{apps.it.id}/follow")


async def is_refused(apps: Apps, post: str) -> None:
    await apps.it.post(f"v1/follow_requests/{apps.kari.id}/reject")


OWN: dict[str, Change] = {
    "rename": renames,
    "another post": posts,
    "follow": follows,
    "preference": prefers,
    "lock": locks,
    "request to follow": asks_to_follow,
    "refusal": is_refused,
}


def test_after_each_kind_of_change_ones_own_account_is_as_if_made_anew(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        path = "v1/accounts/verify_credentials"
        before = await apps.it.get(path)
        for name, change in OWN.items():
            await change(apps, "")
            kept = await apps.it.get(path)
            assert kept == await replace(apps.it, table=application(apps.house)).get(path), name
            assert kept != before, name
            before = kept
        assert before["source"]["follow_requests_count"] == 0

    tell(tmp_path, story)
