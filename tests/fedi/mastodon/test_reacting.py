"""What one does with a post: done and undone, twice as well as once; by whom, as one may know."""

from pathlib import Path

from actors.audience import LocalActor
from tests.fedi.mastodon.apps import Apps, Client, tell

PAIRS = (
    ("favourite", "unfavourite", "favourited"),
    ("bookmark", "unbookmark", "bookmarked"),
    ("mute", "unmute", "muted"),
)


def test_what_is_done_twice_is_done_once_and_undone_alike(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        path = f"v1/statuses/{(await apps.ola.says('Hei', visibility='public'))['id']}"
        for verb, undone, flag in PAIRS:
            for done, state in ((verb, True), (verb, True), (undone, False), (undone, False)):
                assert (await apps.it.post(f"{path}/{done}"))[flag] is state, done
        assert (await apps.it.post(f"{path}/reblog"))["reblog"]["reblogged"] is True
        for _ in range(2):
            shown = await apps.it.post(f"{path}/unreblog")
            assert (shown["reblogged"], shown["reblogs_count"]) == (False, 0)
        assert await apps.it.refused("POST", f"{path}/reblog", {"visibility": "direct"}) == 422

    tell(tmp_path, story)


def test_pins_are_seen_by_those_who_see_the_post_and_listed_for_others_if_public(
    tmp_path: Path,
) -> None:
    async def story(apps: Apps) -> None:
        it, path = apps.it, f"v1/accounts/{apps.it.id}/statuses"
        await apps.ola.post(f"v1/accounts/{it.id}/follow")
        pins = {}
        for visibility in ("public", "unlisted", "private", "local"):
            pins[visibility] = (await it.says("Hei", visibility=visibility))["id"]
            on = f"v1/statuses/{pins[visibility]}"
            assert (await it.post(f"{on}/pin"))["pinned"] is True

        async def seen(client: Client) -> set[str]:
            return {one["id"] for one in await client.get(path, pinned="true")}

        assert await seen(apps.ola) == set(pins.values())
        assert await seen(apps.kari) == set(pins.values()) - {pins["private"]}
        assert await seen(apps.nobody) == {pins["public"], pins["unlisted"]}
        assert it.actor is not None
        listed = await apps.house.reads.featured(it.actor, LocalActor(it.actor.id))
        assert {uri.rpartition("/")[2] for uri in listed} == {pins["public"], pins["unlisted"]}

    tell(tmp_path, story)


def test_only_ones_own_posts_are_pinned_and_none_for_the_mentioned_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        mine = await apps.it.says("Mitt")
        assert (await apps.it.post(f"v1/statuses/{mine['id']}/pin"))["pinned"] is True
        assert (await apps.it.post(f"v1/statuses/{mine['id']}/unpin"))["pinned"] is False
        theirs = await apps.ola.says("Hans", visibility="public")
        direct = await apps.it.says("Bare @ola", visibility="direct")
        for id in (theirs["id"], direct["id"]):
            assert await apps.it.refused("POST", f"v1/statuses/{id}/pin") in (403, 422)

    tell(tmp_path, story)


def test_an_internal_post_is_shared_inside_and_there_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inside = await apps.ola.says("Internt", visibility="local")
        boost = await apps.it.post(f"v1/statuses/{inside['id']}/reblog")
        assert (boost["visibility"], boost["local_only"]) == ("private", True)
        assert (await apps.kari.get(f"v1/statuses/{boost['id']}"))["reblog"]["id"] == inside["id"]
        assert await apps.nobody.refused("GET", f"v1/statuses/{boost['id']}") == 404
        who = await apps.kari.get(f"v1/statuses/{inside['id']}/reblogged_by")
        assert [one["id"] for one in who] == [apps.it.id]

    tell(tmp_path, story)
