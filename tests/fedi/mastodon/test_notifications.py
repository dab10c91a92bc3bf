"""Notifications: singly and in groups, chosen, counted, put away; held back and let in."""

from pathlib import Path
from typing import Any

import pytest

from actors.people import Actor
from actors.relationships import Notification, NotificationKind
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.crowd import put, strangers


async def noise(apps: Apps) -> dict[str, Any]:
    """Let Kari and Ola do all there is to a post of IT's."""
    post = await apps.it.says("Hei")
    for client in (apps.kari, apps.ola):
        await client.post(f"v1/statuses/{post['id']}/favourite")
        await client.post(f"v1/statuses/{post['id']}/reblog")
        await client.post(f"v1/accounts/{apps.it.id}/follow")
    await apps.ola.says("Hei @it", visibility="direct")
    return post  # type: ignore[no-any-return]


async def told(apps: Apps, post: int, *by: Actor) -> None:
    """Let accounts of another server like a post of IT's."""
    assert apps.it.actor is not None
    house = apps.house
    for one in by:
        row = Notification(
            id=house.performer.new_id(), recipient_id=apps.it.actor.id, by_id=one.id, post_id=post,
            kind=NotificationKind.FAVOURITE, created=house.clock.now(),
        )  # fmt: skip
        await put(house.engine, row)


def test_each_is_told_once_and_chosen_by_kind_and_sender(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, post = apps.it, await noise(apps)
        every = await it.get("v1/notifications")
        assert sorted(one["type"] for one in every) == [
            "favourite", "favourite", "follow", "follow", "mention", "reblog", "reblog",
        ]  # fmt: skip
        assert [one["id"] for one in every] == sorted((one["id"] for one in every), reverse=True)
        assert all((one["type"] == "follow") == (one.get("status") is None) for one in every)

        async def kinds(**query: Any) -> list[str]:
            return [one["type"] for one in await it.get("v1/notifications", **query)]

        assert await kinds(**{"types[]": ["mention"]}) == ["mention"]
        assert await kinds(**{"types[]": "mention"}) == ["mention"]
        without = await kinds(**{"exclude_types[]": ["favourite", "reblog", "follow"]})
        assert without == ["mention"]
        assert sorted(await kinds(account_id=apps.kari.id)) == ["favourite", "follow", "reblog"]
        assert await kinds(account_id="9") == []
        assert await kinds(**{"types[]": "nosuch"}) == []
        first = await it.get(f"v1/notifications/{every[0]['id']}")
        assert first == every[0]
        assert post["id"] in {one["status"]["id"] for one in every if one.get("status")}

    tell(tmp_path, story)


def test_groups_hold_those_of_one_kind_and_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, post = apps.it, await noise(apps)
        whole = await it.get("v2/notifications")
        groups = {one["type"]: one for one in whole["notification_groups"]}
        assert {kind: one["notifications_count"] for kind, one in groups.items()} == {
            "favourite": 2, "reblog": 2, "follow": 2, "mention": 1,
        }  # fmt: skip
        assert groups["favourite"]["status_id"] == post["id"]
        assert set(groups["favourite"]["sample_account_ids"]) == {apps.kari.id, apps.ola.id}
        assert {one["id"] for one in whole["accounts"]} >= {apps.kari.id, apps.ola.id}
        assert len({one["id"] for one in whole["accounts"]}) == len(whole["accounts"])
        assert all("/" not in one["group_key"] for one in groups.values())
        singly = await it.get("v2/notifications", **{"grouped_types[]": ["follow"]})
        assert len(singly["notification_groups"]) == 6
        key = groups["favourite"]["group_key"]
        one = await it.get(f"v2/notifications/{key}")
        assert one["notification_groups"][0]["notifications_count"] == 2
        accounts = await it.get(f"v2/notifications/{key}/accounts")
        assert {who["id"] for who in accounts} == {apps.kari.id, apps.ola.id}
        assert (await it.get("v2/notifications/unread_count"))["count"] == 4
        assert await it.post(f"v2/notifications/{key}/dismiss") == {}
        assert await it.refused("GET", f"v2/notifications/{key}") == 404
        assert (await it.get("v2/notifications/unread_count"))["count"] == 3
        limited = await it.call("GET", "/api/v2/notifications", limit=1)
        assert len(limited.json()["notification_groups"]) == 1
        assert limited.headers["link"].index('rel="next"') < limited.headers["link"].index("prev")

    tell(tmp_path, story)


def test_what_is_read_is_counted_no_more_and_what_is_put_away_is_gone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        await noise(apps)
        every = [one["id"] for one in await it.get("v1/notifications")]
        assert (await it.get("v1/notifications/unread_count"))["count"] == 7
        assert (await it.get("v1/notifications/unread_count", limit=3))["count"] == 3
        await it.post("v1/markers", {"notifications": {"last_read_id": every[2]}})
        assert (await it.get("v1/notifications/unread_count"))["count"] == 2
        await it.post(f"v1/notifications/{every[0]}/dismiss")
        await it.post("v1/notifications/dismiss", {"id": every[1]})
        await it.ok("DELETE", f"/api/v1/notifications/destroy_multiple?ids[]={every[2]}")
        assert [one["id"] for one in await it.get("v1/notifications")] == every[3:]
        await it.post("v1/notifications/clear")
        assert await it.get("v1/notifications") == []
        answered = await it.call("GET", "/api/v1/notifications")
        assert "link" not in answered.headers

    tell(tmp_path, story)


def test_who_is_not_followed_waits_until_let_in(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        policy = await it.get("v2/notifications/policy")
        assert policy["for_not_following"] == "accept"
        changed = await it.ok(
            "PATCH", "/api/v2/notifications/policy", {"for_not_following": "filter"}
        )
        assert changed["for_not_following"] == "filter"
        old = await it.ok("PUT", "/api/v1/notifications/policy", {"filter_new_accounts": False})
        assert old["filter_not_following"] is True
        assert (
            await it.refused("PATCH", "v2/notifications/policy", {"for_new_accounts": "x"}) == 422
        )
        post = await it.says("Hei")
        await apps.ola.post(f"v1/statuses/{post['id']}/favourite")
        assert len(await it.get("v1/notifications")) == 1  # colleagues are no strangers
        await it.post("v1/notifications/clear")
        first, second = await strangers(apps, 2)
        await told(apps, int(post["id"]), first, second)
        assert await it.get("v1/notifications") == []
        held = await it.get("v1/notifications", include_filtered="true")
        assert [one["type"] for one in held] == ["favourite", "favourite"]
        waiting = await it.get("v1/notifications/requests")
        assert {one["account"]["username"] for one in waiting} == {"gjest0", "gjest1"}
        request = next(one for one in waiting if one["account"]["username"] == "gjest0")
        assert request["notifications_count"] == "1"
        assert await it.get(f"v1/notifications/requests/{request['id']}") == request
        assert (await it.get("v2/notifications/policy"))["summary"] == {
            "pending_requests_count": 2, "pending_notifications_count": 2,
        }  # fmt: skip
        assert await it.post(f"v1/notifications/requests/{request['id']}/accept") == {}
        assert await it.get("v1/notifications/requests/merged") == {"merged": True}
        assert [one["type"] for one in await it.get("v1/notifications")] == ["favourite"]
        [other] = await it.get("v1/notifications/requests")
        assert await it.refused("GET", f"v1/notifications/requests/{request['id']}") == 404
        assert await it.post("v1/notifications/requests/dismiss", {"id": [other["id"]]}) == {}
        assert await it.get("v1/notifications/requests") == []
        assert len(await it.get("v1/notifications")) == 1
        strange = "000000000000000009"
        assert await it.refused("POST", f"v1/notifications/requests/{strange}/accept") == 404

    tell(tmp_path, story)


def test_a_muted_sender_and_a_muted_conversation_are_silent(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        post = await it.says("Hei")
        await it.post(f"v1/accounts/{apps.ola.id}/mute")
        await apps.ola.post(f"v1/statuses/{post['id']}/favourite")
        assert await it.get("v1/notifications") == []
        await it.post(f"v1/accounts/{apps.ola.id}/mute", {"notifications": False})
        await apps.ola.post(f"v1/statuses/{post['id']}/unfavourite")
        await apps.ola.post(f"v1/statuses/{post['id']}/favourite")
        assert len(await it.get("v1/notifications")) == 1
        await it.post(f"v1/statuses/{post['id']}/mute")
        await apps.kari.says("@it hei", visibility="public", in_reply_to_id=post["id"])
        assert await it.get("v1/notifications") == []
        assert (await it.get(f"v1/statuses/{post['id']}"))["muted"] is True
        await it.post(f"v1/statuses/{post['id']}/unmute")
        assert {one["type"] for one in await it.get("v1/notifications")} == {"favourite", "mention"}

    tell(tmp_path, story)


@pytest.mark.parametrize("limit", [-1, 0, 1])
def test_no_more_are_counted_than_asked_for(tmp_path: Path, limit: int) -> None:
    async def story(apps: Apps) -> None:
        for text in ("En", "To"):
            await apps.ola.says(f"@it {text}")
        for version in ("v1", "v2"):
            found = await apps.it.get(f"{version}/notifications/unread_count", limit=limit)
            assert found == {"count": abs(limit)}

    tell(tmp_path, story)
