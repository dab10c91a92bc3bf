"""Groups in unmodified apps: joining, posting, reading, answering requests; guests; no trace."""

from pathlib import Path
from typing import Any

from actors.grouping import Access
from actors.people import Actor
from fedi.groups.keeping import Groups, NewGroup
from fedi.organisation import add_person, find_person, make_guest
from tests.fedi.mastodon.apps import Apps, Client, tell

HOME = "v1/timelines/home"


def groups(apps: Apps) -> Groups:
    return Groups(apps.house.performer, apps.house.resolver, apps.house.config.limits)


async def made(apps: Apps, handle: str, access: Access) -> Actor:
    """Have Kari make a group."""
    kari = await find_person(apps.house.performer, "kari")
    return await groups(apps).add(
        NewGroup(username=handle, name=handle.title(), access=access), kari
    )


async def visitor(apps: Apps, *of: Actor) -> Client:
    """Return the app of a guest who has joined groups by invitation."""
    _, actor = await add_person(apps.house.performer, "gjest", "Gjest")
    guest = await make_guest(apps.house.performer, actor)
    client = await apps.client("gjest", "gjest")
    for group in of:
        await groups(apps).invite(group, guest, group)
        await client.post(f"v1/accounts/{group.id}/follow")
    return client


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found]


def test_who_follows_an_open_group_has_what_is_posted_there(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, it = apps.kari, apps.ola, apps.it
        turgruppa = await made(apps, "turgruppa", Access.OPEN)
        assert (
            await ola.call("POST", "/api/v1/statuses", {"status": "@turgruppa hei"})
        ).status == 422
        first = await kari.says("@turgruppa Tur på lørdag")
        assert first["visibility"] == "private"
        stands = await ola.post(f"v1/accounts/{turgruppa.id}/follow")
        assert stands["following"]
        second = await kari.says("@turgruppa Husk matpakke", visibility="public")
        assert ids(await ola.get(HOME)) == [second["id"], first["id"]]
        mine = await ola.get("v1/lists")
        assert [(one["id"], one["title"]) for one in mine] == [
            (f"{turgruppa.id:018d}", "Turgruppa")
        ]
        path = f"v1/timelines/list/{mine[0]['id']}"
        assert ids(await ola.get(path)) == [second["id"], first["id"]]
        answer = await ola.says("Jeg blir med", in_reply_to_id=first["id"])
        assert ids(await kari.get(path)) == [answer["id"], second["id"], first["id"]]
        assert ids(await it.get(f"v1/accounts/{turgruppa.id}/statuses")) == ids(await ola.get(path))
        assert ids(await apps.nobody.get(f"v1/accounts/{kari.id}/statuses")) == []
        for method in ("PUT", "DELETE"):
            assert await ola.refused(method, f"v1/lists/{mine[0]['id']}", {"title": "x"}) == 403
        assert len(await ola.get(f"v1/lists/{mine[0]['id']}/accounts")) == 2
        await ola.post(f"v1/accounts/{turgruppa.id}/unfollow")
        assert await ola.get("v1/lists") == []
        assert await ola.refused("GET", path) == 404

    tell(tmp_path, story)


def test_a_manager_lets_in_from_an_unmodified_app(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola = apps.kari, apps.ola
        budsjett = await made(apps, "budsjett", Access.CLOSED)
        path = f"v1/accounts/{budsjett.id}"
        shown = await ola.get(path)
        assert (shown["locked"], shown["group"]) == (True, True)
        assert (await ola.post(f"{path}/follow"))["requested"]
        told = await kari.get("v1/notifications")
        assert [(one["type"], one["account"]["id"]) for one in told] == [("follow_request", ola.id)]
        assert ids(await kari.get("v1/follow_requests")) == [ola.id]
        group = await apps.client("kari", "budsjett")
        assert ids(await group.get("v1/follow_requests")) == [ola.id]
        secret = await kari.says("@budsjett Tallene er klare", visibility="direct")
        assert ids(await ola.get(f"{path}/statuses")) == []
        await kari.post(f"v1/follow_requests/{ola.id}/authorize")
        assert await kari.get("v1/notifications") == await kari.get("v1/follow_requests") == []
        assert ids(await ola.get(f"{path}/statuses")) == [secret["id"]]
        answer = await ola.says("Takk", in_reply_to_id=secret["id"], visibility="private")
        assert ids(await kari.get(f"{path}/statuses")) == [answer["id"], secret["id"]]
        assert await apps.it.refused("GET", f"v1/statuses/{answer['id']}") == 404
        await group.post(f"{path.replace(str(budsjett.id), ola.id)}/remove_from_followers")
        assert ids(await ola.get(f"{path}/statuses")) == [answer["id"]]
        assert (await ola.post(f"{path}/follow"))["requested"]
        await kari.post(f"v1/follow_requests/{ola.id}/reject")
        assert (await ola.get("v1/accounts/relationships", **{"id[]": budsjett.id}))[0][
            "requested"
        ] is False

    tell(tmp_path, story)


def test_what_is_said_in_a_closed_group_goes_no_further(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola, it = apps.kari, apps.ola, apps.it
        budsjett = await made(apps, "budsjett", Access.CLOSED)
        await groups(apps).invite(budsjett, ola.actor or budsjett, budsjett)
        (invitation,) = await ola.get("v1/notifications")
        assert invitation["account"]["id"] == f"{budsjett.id:018d}"
        assert "inviterer deg" in invitation["status"]["content"]
        await ola.post(f"v1/accounts/{budsjett.id}/follow")
        post = await kari.says("@budsjett @it @ola se her", visibility="public")
        assert [one["acct"] for one in post["mentions"]] == ["budsjett", "ola"] or {
            one["acct"] for one in post["mentions"]
        } == {"budsjett", "ola"}
        assert await it.get("v1/notifications") == []
        assert await ola.refused("POST", f"v1/statuses/{post['id']}/reblog") in (403, 404, 422)
        quote = {"status": "se", "quoted_status_id": post["id"]}
        assert await ola.refused("POST", "v1/statuses", quote) in (403, 404, 422)
        await ola.post(f"v1/statuses/{post['id']}/favourite")
        edited = await kari.put(f"v1/statuses/{post['id']}", {"status": "@budsjett @it nå da"})
        assert "it" not in [one["acct"] for one in edited["mentions"]]
        assert await it.refused("GET", f"v1/statuses/{post['id']}") == 404
        aside = await ola.says("@kari bare oss", in_reply_to_id=post["id"], visibility="direct")
        assert aside["id"] not in ids(await kari.get(f"v1/accounts/{budsjett.id}/statuses"))

    tell(tmp_path, story)


def test_who_manages_a_group_pins_and_deletes_there_and_its_author_is_told(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola = apps.kari, apps.ola
        budsjett = await made(apps, "budsjett", Access.CLOSED)
        await groups(apps).invite(budsjett, ola.actor or budsjett, budsjett)
        await ola.post(f"v1/accounts/{budsjett.id}/follow")
        post = await ola.says("@budsjett Uheldig ordvalg")
        group = await apps.client("kari", "budsjett")
        assert await ola.refused("POST", f"v1/statuses/{post['id']}/pin") == 422
        await group.post(f"v1/statuses/{post['id']}/pin")
        path = f"v1/accounts/{budsjett.id}/statuses"
        assert ids(await ola.get(path, pinned=True)) == [post["id"]]
        mine = await kari.says("@budsjett Mitt")
        assert await ola.refused("DELETE", f"v1/statuses/{mine['id']}") == 404
        await kari.delete(f"v1/statuses/{post['id']}")
        assert ids(await ola.get(path)) == [mine["id"]]
        newest = (await ola.get("v1/notifications"))[0]
        assert "slettet innlegget ditt" in newest["status"]["content"]

    tell(tmp_path, story)


async def answers(client: Client, account: str, handle: str) -> list[Any]:
    """Return all that an app can learn of an account, in every way that asks for one."""
    found: list[Any] = []
    for path, query in (
        (f"v1/accounts/{account}", {}),
        (f"v1/accounts/{account}/statuses", {}),
        (f"v1/accounts/{account}/followers", {}),
        (f"v1/accounts/{account}/following", {}),
        (f"v1/accounts/{account}/lists", {}),
        (f"v1/accounts/{account}/featured_tags", {}),
        ("v1/accounts", {"id[]": account}),
        ("v1/accounts/lookup", {"acct": handle}),
        ("v1/accounts/search", {"q": handle}),
        ("v1/accounts/relationships", {"id[]": account}),
        ("v1/accounts/familiar_followers", {"id[]": account}),
        ("v2/search", {"q": handle}),
        ("v2/search", {"q": f"http://127.0.0.1:21999/@{handle}"}),
        ("v1/directory", {}),
        ("v2/suggestions", {}),
        ("v1/lists", {}),
        (f"v1/lists/{account}", {}),
        (f"v1/timelines/list/{account}", {}),
    ):
        answered = await client.call("GET", f"/api/{path}", **query)
        found.append((path, answered.status, answered.text))
    for path in ("follow", "block", "mute", "note", "unfollow"):
        answered = await client.call("POST", f"/api/v1/accounts/{account}/{path}")
        found.append((path, answered.status, answered.text))
    return found


def test_a_secret_group_is_to_others_as_one_that_never_was(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola = apps.kari, apps.ola
        before = await ola.get(f"v1/accounts/{kari.id}")
        secret = await made(apps, "varsling", Access.SECRET)
        await kari.says("@varsling Ingen andre vet")
        nobody = f"{apps.house.performer.new_id():018d}"
        for client in (ola, apps.nobody):
            real = await answers(client, f"{secret.id:018d}", "varsling")
            never = await answers(client, nobody, "finnesikke")
            plain = [(*one[:2], one[2].replace("varsling", "finnesikke")) for one in real]
            assert [(one[1], one[2]) for one in plain] == [(one[1], one[2]) for one in never]
        assert await ola.get(f"v1/accounts/{kari.id}") == before
        assert await ola.get(f"v1/accounts/{kari.id}/following") == []
        said = await ola.says("Kjenner noen @varsling?")
        assert said["mentions"] == []
        assert "<a" not in said["content"]
        assert ids(await kari.get(f"v1/accounts/{kari.id}/following")) == [f"{secret.id:018d}"]
        await groups(apps).invite(secret, ola.actor or secret, secret)
        assert (await ola.get(f"v1/accounts/{secret.id}"))["acct"] == "varsling"
        assert (await ola.post(f"v1/accounts/{secret.id}/follow"))["following"]
        await ola.post(f"v1/accounts/{secret.id}/unfollow")
        assert await ola.refused("GET", f"v1/accounts/{secret.id}") == 404

    tell(tmp_path, story)


def test_a_guest_has_their_group_and_nothing_of_the_house(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        kari, ola = apps.kari, apps.ola
        budsjett = await made(apps, "budsjett", Access.CLOSED)
        await made(apps, "turgruppa", Access.OPEN)
        inside = await ola.says("Til alle i huset #husnytt")
        outside = await ola.says("Til hele verden #husnytt", visibility="public")
        guest = await visitor(apps, budsjett)
        post = await kari.says("@budsjett Velkommen")
        assert ids(await guest.get(HOME))[0] == post["id"]
        assert {one["visibility"] for one in await guest.get(HOME)} == {"private", "direct"}
        assert len(await guest.get("v1/lists")) == 1
        for path in ("v1/timelines/public", "v1/timelines/tag/husnytt", "v1/directory",
                     "v2/suggestions", "v1/trends/tags", "v1/trends/statuses"):  # fmt: skip
            assert await guest.get(path) == [], path
        for one in (inside, outside):
            assert await guest.refused("GET", f"v1/statuses/{one['id']}") == 404
        assert await guest.refused("GET", f"v1/accounts/{ola.id}") == 404
        assert (await guest.get(f"v1/accounts/{kari.id}"))["id"] == kari.id
        assert ids(await guest.get(f"v1/accounts/{kari.id}/statuses")) == [post["id"]]
        found = await guest.get("v2/search", q="ola")
        assert found["accounts"] == found["statuses"] == []
        for text in ("Hei alle", "@ola hei", "@turgruppa hei"):
            assert await guest.refused("POST", "v1/statuses", {"status": text}) == 422
        assert await guest.refused("POST", f"v1/accounts/{ola.id}/follow") == 404
        said = await guest.says("@budsjett Takk", visibility="public")
        assert ids(await kari.get(f"v1/accounts/{budsjett.id}/statuses"))[0] == said["id"]
        assert await ola.refused("GET", f"v1/statuses/{said['id']}") == 404

    tell(tmp_path, story)
