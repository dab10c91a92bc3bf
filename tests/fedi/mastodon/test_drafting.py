"""A contributor's post from any app: who sees it, how it is approved, what becomes of its id."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from actors.membership import Membership, Role
from fedi.departments.drafts import Drafts
from fedi.organisation import add_person, find_actor, find_person, let_speak
from fedi.publishing import Writing
from fedi.publishing.scheduling import Scheduling
from fedi.store import roles
from tests.fedi.mastodon.apps import Apps, Client, tell

LATER = "2099-01-01T10:00:00Z"


@dataclass
class Desk:
    """Ola drafts for IT; Kari, who manages it, approves; Per writes for it; Eva has no role."""

    apps: Apps
    ola: Client  # as IT
    kari: Client  # as IT
    per: Client  # as IT
    eva: Client  # as herself

    @property
    def me(self) -> Client:
        """Kari's own account."""
        return self.apps.kari

    def drafts(self) -> Drafts:
        house = self.apps.house
        return Drafts(Writing(house.performer, house.resolver, house.config.limits), house.media)

    async def role(self, username: str, role: Role, **dates: int) -> None:
        performer = self.apps.house.performer
        person, it = await find_person(performer, username), await find_actor(performer, "it")
        new = Membership(person_id=person.id, actor_id=it.id, role=role, **dates)
        await performer.engine.write(lambda tx: roles.put(tx, new))
        self.apps.house.callers.forget()

    async def four_eyes(self, on: bool = True) -> None:
        it = await find_actor(self.apps.house.performer, "it")
        await self.drafts().four_eyes(it, on)


def at_desk(folder: Path, story: Callable[[Desk], Awaitable[None]]) -> None:
    async def begin(apps: Apps) -> None:
        performer = apps.house.performer
        it = await find_actor(performer, "it")
        for username in ("per", "eva"):
            await add_person(performer, username, username.title())
        for username, role in (("ola", Role.CONTRIBUTOR), ("per", Role.AUTHOR)):
            await let_speak(performer, await find_person(performer, username), it, role)
        clients = [await apps.client(one, "it") for one in ("ola", "kari", "per")]
        await story(Desk(apps, *clients, await apps.client("eva", "eva")))

    tell(folder, begin)


def lines(status: Any) -> str:
    return str(status["content"])


def test_a_contributors_post_waits_and_only_author_and_approvers_see_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ola.says("Nytt nettverk på mandag @eva #drift")
        id = made["id"]
        assert made["account"]["acct"] == "it"
        assert made["visibility"] == "public"
        assert "Nytt nettverk" in lines(made)
        assert "Venter på godkjenning" in lines(made)
        assert [one["acct"] for one in made["mentions"]] == ["eva"]
        for sees in (desk.ola, desk.kari, desk.me, desk.apps.ola):
            shown = await sees.get(f"v1/statuses/{id}")
            assert shown["id"] == id
            assert await sees.get("v1/statuses", **{"id[]": id}) == [shown]
            around = await sees.get(f"v1/statuses/{id}/context")
            assert around == {"ancestors": [], "descendants": []}
        for stranger in (desk.per, desk.eva, desk.apps.nobody):
            assert await stranger.refused("GET", f"v1/statuses/{id}") == 404
            assert await stranger.refused("GET", f"v1/statuses/{id}/context") == 404
            assert await stranger.get("v1/statuses", **{"id[]": id}) == []
        for method, path in (
            ("POST", "/favourite"), ("POST", "/reblog"), ("PUT", ""), ("DELETE", ""),
            ("GET", "/source"), ("GET", "/history"), ("POST", "/bookmark"),
        ):  # fmt: skip
            code = await desk.eva.refused(method, f"v1/statuses/{id}{path}", {"status": "x"})
            assert code == 404, path

    at_desk(tmp_path, story)


def test_what_waits_is_nowhere(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.ola.says("Hemmelig utkast @eva #drift")
        account = await desk.eva.get(f"v1/accounts/{desk.ola.id}")
        assert account["statuses_count"] == 0
        for client in (desk.eva, desk.per, desk.kari, desk.ola):
            assert await client.get("v1/timelines/home") == []
            assert await client.get("v1/timelines/public") == []
            assert await client.get("v1/timelines/tag/drift") == []
            assert await client.get(f"v1/accounts/{desk.ola.id}/statuses") == []
            found = await client.get("v2/search", q="Hemmelig")
            assert found["statuses"] == []
        assert await desk.eva.get("v1/notifications") == []
        assert await desk.eva.get("v1/conversations") == []

    at_desk(tmp_path, story)


def test_the_approver_is_told_and_boosting_publishes_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ola.says("Nytt nettverk på mandag @eva")
        (told,) = await desk.me.get("v1/notifications")
        assert told["type"] == "mention"
        assert told["account"]["acct"] == "ola"
        assert told["status"]["id"] == made["id"]
        assert "Skrevet av Ola" in lines(told["status"])
        assert "Del videre" in lines(told["status"])
        grouped = await desk.me.get("v2/notifications")
        assert [one["id"] for one in grouped["statuses"]] == [made["id"]]
        desk.apps.clock.ahead += 60_000
        out = await desk.me.post(f"v1/statuses/{made['id']}/reblog")
        assert out["id"] != made["id"]
        assert out["created_at"] > made["created_at"]
        assert lines(out).startswith("<p>Nytt nettverk")
        assert "godkjenning" not in lines(out)
        assert (await desk.eva.get(f"v1/statuses/{out['id']}"))["content"] == out["content"]
        assert [one["type"] for one in await desk.eva.get("v1/notifications")] == ["mention"]
        for knew in (desk.ola, desk.kari, desk.me):
            assert (await knew.get(f"v1/statuses/{made['id']}"))["id"] == out["id"]
            assert await knew.get(f"v1/statuses/{made['id']}/context")
            liked = await knew.post(f"v1/statuses/{made['id']}/favourite") if knew is desk.me else 0
            assert not liked or liked["id"] == out["id"]
        assert await desk.eva.refused("GET", f"v1/statuses/{made['id']}") == 404
        (told,) = await desk.me.get("v1/notifications")
        assert told["status"]["id"] == out["id"]
        news = await desk.apps.ola.get("v1/notifications")
        assert [(one["type"], one["status"]["id"]) for one in news] == [("status", out["id"])]
        again = await desk.me.post(f"v1/statuses/{made['id']}/reblog")  # a boost, as of any post
        assert again["reblog"]["id"] == out["id"]

    at_desk(tmp_path, story)


def test_nobody_approves_their_own_whatever_token_they_hold(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.four_eyes()
        made = await desk.kari.says("Skrevet av den som styrer")
        assert "Venter på godkjenning" in lines(made)
        second = await desk.apps.client("kari", "it")
        for token in (desk.kari, second, desk.me):
            answered = await token.call("POST", f"/api/v1/statuses/{made['id']}/reblog", {})
            assert answered.status == 403
            assert answered.json()["error"] == (
                "Du har skrevet dette, så en annen må godkjenne det."
            )
        assert await desk.ola.refused("POST", f"v1/statuses/{made['id']}/reblog") == 404
        await desk.role("per", Role.APPROVER)
        out = await desk.per.post(f"v1/statuses/{made['id']}/reblog")
        assert (await desk.eva.get(f"v1/statuses/{out['id']}"))["id"] == out["id"]
        await desk.four_eyes(False)
        assert "Venter" not in lines(await desk.per.says("Rett ut"))

    at_desk(tmp_path, story)


def test_an_answer_sends_it_back_and_its_author_changes_it(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ola.says("Nettverket kommer på mandag")
        path = f"v1/statuses/{made['id']}"
        back = await desk.me.says("@it Skriv hvilken <mandag>", in_reply_to_id=made["id"])
        assert back["id"] == made["id"]
        (told,) = await desk.apps.ola.get("v1/notifications")
        assert (told["type"], told["account"]["acct"]) == ("update", "kari")
        assert "Sendt tilbake av Kari: Skriv hvilken &lt;mandag&gt;" in lines(told["status"])
        assert await desk.me.get("v1/notifications") == []
        assert (await desk.ola.get(f"{path}/source"))["text"] == "Nettverket kommer på mandag"
        again = await desk.ola.put(path, {"status": "Nettverket kommer mandag 1. desember"})
        assert "Venter på godkjenning" in lines(again)
        (told,) = await desk.me.get("v1/notifications")
        assert "1. desember" in lines(told["status"])
        edited = await desk.kari.put(path, {"status": "Nettverket kommer 1. desember"})
        assert "Skrevet av Ola" in lines(edited)
        assert await desk.ola.refused("POST", f"{path}/reblog") == 403
        out = await desk.me.post(f"{path}/reblog")
        assert lines(out) == "<p>Nettverket kommer 1. desember</p>"
        person = await find_person(desk.apps.house.performer, "ola")
        (draft,) = [await desk.drafts().find(int(made["id"]))]
        assert (draft.author_id, draft.wish) == (person.id, "")
        post = await desk.apps.house.engine.read(
            lambda tx: desk.apps.house.performer.open(tx).post_by_id(int(out["id"]))
        )
        assert post is not None
        assert post.acting_person == person.id

    at_desk(tmp_path, story)


def test_it_is_rejected_or_taken_back(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        first, second = await desk.ola.says("Ett"), await desk.ola.says("To")
        gone = await desk.me.delete(f"v1/statuses/{first['id']}")
        assert gone["text"] == "Ett"
        assert await desk.me.refused("GET", f"v1/statuses/{first['id']}") == 404
        assert "Avvist av Kari" in lines(await desk.ola.get(f"v1/statuses/{first['id']}"))
        assert await desk.me.refused("POST", f"v1/statuses/{first['id']}/reblog") == 404
        assert (await desk.ola.delete(f"v1/statuses/{second['id']}"))["text"] == "To"
        assert await desk.ola.refused("GET", f"v1/statuses/{second['id']}") == 404
        assert await desk.me.get("v1/notifications") == []

    at_desk(tmp_path, story)


def test_the_same_key_gives_the_same_draft(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        key = {"idempotency-key": "en"}
        said = {"status": "Én gang"}
        answers = await asyncio.gather(
            *(desk.ola.call("POST", "/api/v1/statuses", said, key) for _ in range(4))
        )
        assert {one.json()["id"] for one in answers} == {answers[0].json()["id"]}
        later = {"status": "Senere", "scheduled_at": LATER}
        twice = [await desk.ola.call("POST", "/api/v1/statuses", later, {"idempotency-key": "to"})
                 for _ in range(2)]  # fmt: skip
        assert twice[0].json() == twice[1].json()
        assert len(await desk.me.get("v1/notifications")) == 2

    at_desk(tmp_path, story)


def test_one_for_later_is_approved_and_comes_in_its_time(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        waits = await desk.ola.says("Senere", scheduled_at=LATER)
        assert waits["scheduled_at"] == "2099-01-01T10:00:00.000Z"
        listed = [one["id"] for one in await desk.ola.get("v1/scheduled_statuses")]
        assert listed == [waits["id"]]
        assert await desk.per.get("v1/scheduled_statuses") == []
        (told,) = await desk.me.get("v1/notifications")
        assert "Skal legges ut 1. januar 2099" in lines(told["status"])
        approved = await desk.me.post(f"v1/statuses/{waits['id']}/reblog")
        assert "Godkjent av Kari. Legges ut 1. januar 2099" in lines(approved)
        for speaker in (desk.ola, desk.per, desk.kari):
            (row,) = await speaker.get("v1/scheduled_statuses")
            assert row["id"] == waits["id"]
        moved = f"v1/scheduled_statuses/{waits['id']}"
        code = await desk.per.refused("PUT", moved, {"scheduled_at": "2098-01-01T10:00:00Z"})
        assert code == 403
        await desk.role("kari", Role.READER)  # the approver leaves
        await desk.role("ola", Role.READER)
        house = desk.apps.house
        scheduling = Scheduling(
            Writing(house.performer, house.resolver, house.config.limits), house.media
        )
        desk.apps.clock.ahead = 80 * 366 * 86_400_000
        assert await scheduling.publish_due() == 1
        (post,) = await desk.eva.get(f"v1/accounts/{desk.ola.id}/statuses")
        assert lines(post) == "<p>Senere</p>"
        assert (await desk.drafts().find(int(waits["id"]))).post_id == int(post["id"])

    at_desk(tmp_path, story)


def test_a_change_to_what_is_published_waits_as_well(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        post = await desk.kari.says("Mandag")
        path = f"v1/statuses/{post['id']}"
        waits = await desk.ola.put(path, {"status": "Tirsdag"})
        assert waits["id"] != post["id"]
        assert "Endring av et innlegg" in lines(waits)
        assert lines(await desk.eva.get(path)) == "<p>Mandag</p>"
        out = await desk.me.post(f"v1/statuses/{waits['id']}/reblog")
        assert (out["id"], lines(out)) == (post["id"], "<p>Tirsdag</p>")
        assert len(await desk.eva.get(f"{path}/history")) == 2
        waits = await desk.ola.put(path, {"status": "Onsdag"})
        await desk.kari.put(path, {"status": "Torsdag"})
        assert await desk.me.refused("POST", f"v1/statuses/{waits['id']}/reblog") == 422
        assert lines(await desk.eva.get(path)) == "<p>Torsdag</p>"

    at_desk(tmp_path, story)


def test_approved_many_times_at_once_it_is_published_once(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ola.says("Én gang")
        path = f"/api/v1/statuses/{made['id']}/reblog"
        answers = await asyncio.gather(
            *(one.call("POST", path, {}) for one in (desk.me, desk.kari) * 4)
        )
        assert {one.status for one in answers} == {200}
        posts = await desk.eva.get(f"v1/accounts/{desk.ola.id}/statuses")
        assert len([one for one in posts if one["reblog"] is None]) == 1

    at_desk(tmp_path, story)


def test_what_is_stopped_is_no_draft_and_the_approver_is_stopped_too(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        said = {"status": "Ring 22 33 44 55, 22 33 44 56, 22 33 44 57 og 22 33 44 58, 22 33 44 59"}
        first = await desk.ola.call("POST", "/api/v1/statuses", said)
        if first.status == 422:
            assert await desk.me.get("v1/notifications") == []
            made = await desk.ola.post("v1/statuses", said)
            path = f"v1/statuses/{made['id']}/reblog"
            assert await desk.me.refused("POST", path) == 422
            assert (await desk.me.post(path))["id"] != made["id"]

    at_desk(tmp_path, story)


def test_replies_polls_and_warnings_wait_as_they_are(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        asked = await desk.eva.says("@it Når?", visibility="public")
        made = await desk.ola.says(
            "På mandag",
            in_reply_to_id=asked["id"],
            spoiler_text="Drift",
            language="nn",
            poll={"options": ["ja", "nei"], "expires_in": 3600},
        )
        assert made["in_reply_to_id"] == asked["id"]
        assert (made["spoiler_text"], made["language"]) == ("Drift", "nn")
        assert [one["title"] for one in made["poll"]["options"]] == ["ja", "nei"]
        around = await desk.me.get(f"v1/statuses/{made['id']}/context")
        assert [one["id"] for one in around["ancestors"]] == [asked["id"]]
        assert (await desk.eva.get(f"v1/statuses/{asked['id']}"))["replies_count"] == 0
        out = await desk.me.post(f"v1/statuses/{made['id']}/reblog")
        assert out["in_reply_to_id"] == asked["id"]
        assert out["poll"]["votes_count"] == 0
        assert (await desk.eva.get(f"v1/statuses/{asked['id']}"))["replies_count"] == 1

    at_desk(tmp_path, story)


def test_an_approver_is_stopped_once_at_what_was_changed_under_their_eyes(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        made = await desk.ola.says("Møte mandag")
        path = f"v1/statuses/{made['id']}"
        await desk.ola.put(path, {"status": "Møte tirsdag"})
        answered = await desk.me.call("POST", f"/api/{path}/reblog", {})
        assert answered.status == 422
        assert answered.json()["error"].startswith("Ola endret teksten nettopp.")
        out = await desk.me.post(f"{path}/reblog")
        assert lines(out) == "<p>Møte tirsdag</p>"
        other = await desk.ola.says("Møte onsdag")
        await desk.ola.put(f"v1/statuses/{other['id']}", {"status": "Møte torsdag"})
        desk.apps.clock.ahead += 120_000
        assert (
            lines(await desk.me.post(f"v1/statuses/{other['id']}/reblog")) == "<p>Møte torsdag</p>"
        )

    at_desk(tmp_path, story)
