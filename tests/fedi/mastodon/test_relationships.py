"""How one stands to others: follow, block, mute, notes, endorsements, requests, domains."""

from pathlib import Path
from typing import Any

from actors.relationships import RelationKind
from fedi.store.acquaintances import end_mutes
from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.mastodon.crowd import HOST, related, strangers


async def standing(client: Client, *others: str) -> list[Any]:
    found = await client.get("v1/accounts/relationships", **{"id[]": list(others)})
    assert [one["id"] for one in found] == list(others)
    return found  # type: ignore[no-any-return]


def test_following_with_wishes_and_no_more(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        path = f"v1/accounts/{ola.id}"
        now = await it.post(
            f"{path}/follow", {"reblogs": False, "notify": True, "languages": ["nb"]}
        )
        assert (now["following"], now["showing_reblogs"], now["notifying"]) == (True, False, True)
        assert now["languages"] == ["nb"]
        again = await it.post(f"{path}/follow", {"reblogs": "1"})
        assert (again["showing_reblogs"], again["notifying"]) == (True, True)
        [theirs] = await standing(ola, it.id)
        assert (theirs["followed_by"], theirs["following"]) == (True, False)
        gone = await ola.post(f"v1/accounts/{it.id}/remove_from_followers")
        assert gone["followed_by"] is False
        assert (await it.post(f"{path}/unfollow"))["following"] is False
        for verb in ("follow", "block", "mute"):
            assert await it.refused("POST", f"v1/accounts/{it.id}/{verb}") == 403
            assert await it.refused("POST", f"v1/accounts/000000000000000009/{verb}") == 404
            assert await it.refused("POST", f"v1/accounts/x/{verb}") == 404
        found = await it.get("v1/accounts/relationships", id=ola.id)
        assert len(found) == 1
        assert await it.get("v1/accounts/relationships", **{"id[]": ["9", "x"]}) == []

    tell(tmp_path, story)


def test_a_request_is_granted_or_not(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola, kari = apps.it, apps.ola, apps.kari
        await it.ok("PATCH", "/api/v1/accounts/update_credentials", {"locked": True})
        for client in (ola, kari):
            asked = await client.post(f"v1/accounts/{it.id}/follow")
            assert (asked["requested"], asked["following"]) == (True, False)
        waiting = await it.get("v1/follow_requests")
        assert {one["id"] for one in waiting} == {kari.id, ola.id}
        credentials = await it.get("v1/accounts/verify_credentials")
        assert credentials["source"]["follow_requests_count"] == 2
        granted = await it.post(f"v1/follow_requests/{ola.id}/authorize")
        assert granted["followed_by"] is True
        refused = await it.post(f"v1/follow_requests/{kari.id}/reject")
        assert (refused["followed_by"], refused["requested_by"]) == (False, False)
        assert await it.refused("POST", f"v1/follow_requests/{kari.id}/authorize") == 404
        assert [one["following"] for one in await standing(ola, it.id)] == [True]

    tell(tmp_path, story)


def test_blocks_and_mutes_hide_and_end(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        post = await ola.says("Hei", visibility="public")
        await ola.post(f"v1/accounts/{it.id}/follow")
        blocked = await it.post(f"v1/accounts/{ola.id}/block")
        assert (blocked["blocking"], blocked["followed_by"]) == (True, False)
        assert (await standing(ola, it.id))[0]["blocked_by"] is True
        assert post["id"] not in str(await it.get("v1/timelines/public"))
        assert [one["id"] for one in await it.get("v1/blocks")] == [ola.id]
        await it.post(f"v1/accounts/{ola.id}/unblock")
        muted = await it.post(f"v1/accounts/{ola.id}/mute", {"duration": 60})
        assert (muted["muting"], muted["muting_notifications"]) == (True, True)
        assert muted["muting_expires_at"]
        [listed] = await it.get("v1/mutes")
        assert (listed["id"], listed["mute_expires_at"]) == (ola.id, muted["muting_expires_at"])
        assert post["id"] not in str(await it.get("v1/timelines/public"))
        apps.clock.ahead += 61_000
        now = apps.clock.now()
        await apps.house.engine.write(lambda tx: end_mutes(tx, now))
        assert (await standing(it, ola.id))[0]["muting"] is False
        assert post["id"] in str(await it.get("v1/timelines/public"))
        assert await it.refused("POST", f"v1/accounts/{ola.id}/mute", {"duration": -1}) == 422
        assert (await it.post(f"v1/accounts/{ola.id}/unmute"))["muting"] is False

    tell(tmp_path, story)


def test_notes_and_endorsements_are_kept(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola = apps.it, apps.ola
        noted = await it.post(f"v1/accounts/{ola.id}/note", {"comment": "Kjenner <b>"})
        assert noted["note"] == "Kjenner <b>"
        assert (await standing(ola, it.id))[0]["note"] == ""
        assert (await it.post(f"v1/accounts/{ola.id}/note", {"comment": ""}))["note"] == ""
        too_long = {"comment": "x" * 2001}
        assert await it.refused("POST", f"v1/accounts/{ola.id}/note", too_long) == 422
        assert await it.refused("POST", f"v1/accounts/{ola.id}/endorse") == 422
        await it.post(f"v1/accounts/{ola.id}/follow")
        assert (await it.post(f"v1/accounts/{ola.id}/endorse"))["endorsed"] is True
        for path in ("v1/endorsements", f"v1/accounts/{it.id}/endorsements"):
            assert [one["id"] for one in await it.get(path)] == [ola.id]
        assert (await it.post(f"v1/accounts/{ola.id}/unendorse"))["endorsed"] is False

    tell(tmp_path, story)


def test_a_domain_that_is_blocked_takes_its_people_along(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        assert it.actor is not None
        [guest] = await strangers(apps, 1)
        await related(apps, RelationKind.FOLLOW, guest.id, it.actor.id)
        await related(apps, RelationKind.FOLLOW, it.actor.id, guest.id)
        preview = await it.get("v1/domain_blocks/preview", domain=HOST)
        assert preview == {"following_count": 1, "followers_count": 1}
        assert await it.post("v1/domain_blocks", {"domain": HOST.upper()}) == {}
        assert await it.get("v1/domain_blocks") == [HOST]
        [now] = await standing(it, f"{guest.id:018d}")
        assert (now["domain_blocking"], now["following"], now["followed_by"]) == (
            True,
            False,
            False,
        )
        assert await it.refused("POST", "v1/domain_blocks", {"domain": "a b"}) == 422
        assert await it.ok("DELETE", f"/api/v1/domain_blocks?domain={HOST}") == {}
        assert await it.get("v1/domain_blocks") == []

    tell(tmp_path, story)


def test_whom_both_know_are_familiar(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola, kari = apps.it, apps.ola, apps.kari
        await it.post(f"v1/accounts/{ola.id}/follow")
        await ola.post(f"v1/accounts/{kari.id}/follow")
        found = await it.get("v1/accounts/familiar_followers", **{"id[]": [kari.id, "7", ola.id]})
        assert [(one["id"], [who["id"] for who in one["accounts"]]) for one in found] == [
            (kari.id, [ola.id]),
            (ola.id, []),
        ]
        assert [one["id"] for one in await it.get(f"v1/accounts/{kari.id}/followers")] == [ola.id]
        await kari.ok("PATCH", "/api/v1/accounts/update_credentials", {"hide_collections": True})
        assert await it.get(f"v1/accounts/{kari.id}/followers") == []
        assert [one["id"] for one in await kari.get(f"v1/accounts/{kari.id}/followers")] == [ola.id]
        familiar = "v1/accounts/familiar_followers"
        assert (await it.get(familiar, id=kari.id))[0]["accounts"] == []
        await kari.ok("PATCH", "/api/v1/accounts/update_credentials", {"hide_collections": False})
        assert len((await it.get(familiar, id=kari.id))[0]["accounts"]) == 1
        await ola.ok("PATCH", "/api/v1/accounts/update_credentials", {"hide_collections": True})
        assert (await it.get(familiar, id=kari.id))[0]["accounts"] == []

    tell(tmp_path, story)


def test_lists_of_relations_begin_with_the_newest(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        guests = await strangers(apps, 4)
        order = [guests[n] for n in (2, 0, 3, 1)]
        for guest in order:
            await it.post(f"v1/accounts/{guest.id}/block")
            await it.post(f"v1/accounts/{guest.id}/mute")
            await related(apps, RelationKind.FOLLOW, guest.id, int(it.id))
            await related(apps, RelationKind.FOLLOW, guest.id, int(apps.ola.id), "pending")
        newest = [f"{guest.id:018d}" for guest in reversed(order)]
        for client, path in (
            (it, "blocks"),
            (it, "mutes"),
            (it, f"accounts/{it.id}/followers"),
            (apps.ola, "follow_requests"),
        ):
            listed = [one["id"] for one in await client.get(f"v1/{path}")]
            assert listed == newest, path

    tell(tmp_path, story)
