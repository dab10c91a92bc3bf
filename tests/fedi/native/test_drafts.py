"""Drafts through our own API: written together, handed in, approved, by those who may."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon.apps import ALL, Client
from tests.fedi.mastodon.test_drafting import LATER, Desk, at_desk, lines
from tests.fedi.native.native import asked, told

SCOPES = f"{ALL} fedi:read fedi:write"


class Native:
    """The people of the desk with tokens for our own API."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def of(self, username: str, handle: str = "it") -> Client:
        return await self.desk.apps.client(username, handle, SCOPES)


async def begun(client: Client, text: str, **rest: Any) -> Any:
    path = f"/departments/{client.id}/drafts"
    return await told(client, "POST", path, {"text": text, **rest})


def test_a_draft_is_written_by_several_and_a_late_change_is_told(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        ola, per, eva = (
            await native.of("ola"),
            await native.of("per"),
            await native.of("eva", "eva"),
        )
        made = await begun(ola, "Utkast", spoiler_text="Drift", language="nn")
        assert (made["state"], made["version"], made["author"]["name"]) == ("open", 1, "Ola")
        assert "hand_in" in made["may"]
        assert "approve" not in made["may"]
        path = f"/drafts/{made['id']}"
        changed = await told(per, "PUT", path, {"text": "Bedre utkast", "version": 1})
        assert (changed["version"], changed["changed_by"]["name"]) == (2, "Per")
        late = await asked(ola, "PUT", path, {"text": "For sent", "version": 1})
        assert late.status == 409
        full = await told(ola, "GET", path)
        assert full["text"] == "Bedre utkast"
        assert [(one["step"], one["text"]) for one in full["history"]] == [
            ("begin", ""), ("change", "Utkast"),
        ]  # fmt: skip
        for method, where in (("GET", path), ("PUT", path), ("POST", f"{path}/approve")):
            data = {"text": "x", "version": 2} if method == "PUT" else None
            answered = await asked(eva, method, where, data)
            assert answered.status in (403, 404), where
        listed = await told(per, "GET", f"/departments/{per.id}/drafts")
        assert [one["id"] for one in listed] == [made["id"]]
        assert await desk.kari.refused("GET", f"v1/statuses/{made['id']}") == 404  # not handed in

    at_desk(tmp_path, story)


def test_it_is_handed_in_returned_and_approved(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        ola, kari = await native.of("ola"), await native.of("kari", "kari")
        made = await begun(ola, "Nytt nettverk")
        path = f"/drafts/{made['id']}"
        assert (await asked(kari, "POST", f"{path}/approve")).status == 422
        handed = await told(ola, "POST", f"{path}/hand_in")
        assert handed["state"] == "pending"
        assert (await asked(ola, "POST", f"{path}/approve")).status == 403
        back = await told(kari, "POST", f"{path}/return", {"comment": "Når?"})
        assert (back["state"], back["comment"], back["comment_by"]["name"]) == (
            "returned", "Når?", "Kari",
        )  # fmt: skip
        version = back["version"]
        changed = await told(ola, "PUT", path, {"text": "Nytt nettverk mandag", "version": version})
        await told(ola, "POST", f"{path}/hand_in")
        stale = await asked(kari, "POST", f"{path}/approve", {"version": changed["version"]})
        assert stale.status == 409
        done = await told(kari, "POST", f"{path}/approve")
        assert (done["state"], done["approved_by"]["name"], done["text"]) == (
            "published", "Kari", "",
        )  # fmt: skip
        again = await told(kari, "POST", f"{path}/approve")
        assert again["status_id"] == done["status_id"]
        post = await desk.eva.get(f"v1/statuses/{done['status_id']}")
        assert lines(post) == "<p>Nytt nettverk mandag</p>"
        behind = await told(kari, "GET", f"/statuses/{done['status_id']}/authorship")
        assert (behind["written_by"]["name"], behind["approved_by"]["name"]) == ("Ola", "Kari")
        eva = await native.of("eva", "eva")
        answered = await asked(eva, "GET", f"/statuses/{done['status_id']}/authorship")
        assert answered.status == 404

    at_desk(tmp_path, story)


def test_who_may_publish_hands_in_what_is_then_out(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        ola, per = await native.of("ola"), await native.of("per")
        made = await begun(ola, "Skrevet av Ola")
        done = await told(per, "POST", f"/drafts/{made['id']}/hand_in")
        assert (done["state"], done["author"]["name"], done["approved_by"]) == (
            "published", "Per", None,
        )  # fmt: skip
        assert await desk.eva.get(f"v1/statuses/{done['status_id']}")
        later = await begun(per, "Senere", scheduled_at=LATER)
        done = await told(per, "POST", f"/drafts/{later['id']}/hand_in")
        assert done["state"] == "approved"
        (row,) = await desk.per.get("v1/scheduled_statuses")
        assert row["id"] == later["id"]
        await told(per, "DELETE", f"/drafts/{later['id']}")
        assert await desk.per.get("v1/scheduled_statuses") == []

    at_desk(tmp_path, story)


def test_a_rejected_one_tells_why(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        native = Native(desk)
        kari = await native.of("kari")
        waits = await desk.ola.says("Ikke bra")
        gone = await told(kari, "POST", f"/drafts/{waits['id']}/reject", {"comment": "Feil tall"})
        assert gone["state"] == "rejected"
        shown = await desk.ola.get(f"v1/statuses/{waits['id']}")
        assert "Avvist av Kari: Feil tall" in lines(shown)
        assert (await asked(kari, "POST", f"/drafts/{waits['id']}/approve")).status == 422
        comment = {"comment": "Nei"}
        assert (await asked(kari, "POST", f"/drafts/{waits['id']}/return", comment)).status == 422

    at_desk(tmp_path, story)
