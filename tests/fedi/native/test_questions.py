"""The inbox of a department through our API: who sees what, and two who answer at once."""

from pathlib import Path
from typing import Any

from actors.membership import Role
from fedi.organisation import find_actor, find_person, let_speak
from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told

MINE = "fedi:read:questions fedi:write:questions"


async def speaks(apps: Apps, role: Role, who: str = "ola") -> None:
    performer = apps.house.performer
    person, it = await find_person(performer, who), await find_actor(performer, "it")
    await let_speak(performer, person, it, role)


async def listed(client: Client, **query: Any) -> list[str]:
    return [one["id"] for one in await told(client, "GET", "/questions", **query)]


def test_a_direct_post_is_a_question_that_own_and_departments_tokens_show(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says("@it PCen er treg", visibility="direct")
        mine = await apps.client("kari", "kari", MINE)
        its = await apps.client("kari", "it", MINE)
        (one,) = await told(mine, "GET", "/questions")
        assert [one] == await told(its, "GET", "/questions")
        assert (one["state"], one["department"]["username"]) == ("open", "it")
        assert one["status"]["id"] == post["id"]
        assert "PCen er treg" in one["status"]["content"]

    tell(tmp_path, story)


def test_who_has_no_role_sees_nothing_and_a_reader_changes_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await apps.kari.says("@it Hei")
        (id,) = await listed(await apps.client("kari", "kari", MINE))
        ola = await apps.client("ola", "ola", MINE)
        assert await listed(ola) == []
        assert (await asked(ola, "GET", f"/questions/{id}")).status == 404
        assert (await asked(ola, "POST", f"/questions/{id}/done")).status == 404
        await speaks(apps, Role.READER)
        assert await listed(ola) == [id]
        assert (await asked(ola, "POST", f"/questions/{id}/done")).status == 403
        await speaks(apps, Role.CONTRIBUTOR)
        assert (await told(ola, "POST", f"/questions/{id}/done"))["state"] == "done"

    tell(tmp_path, story)


def test_a_token_of_one_department_opens_no_question_of_another(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await apps.ola.says("@it Hei")
        (id,) = await listed(await apps.client("kari", "kari", MINE))
        performer = apps.house.performer
        from actors.people import ActorKind
        from fedi.organisation import NewActor, add_actor

        new = NewActor(kind=ActorKind.ORGANIZATION, username="arkivet", name="Arkivet")
        kari = await find_person(performer, "kari")
        await let_speak(performer, kari, await add_actor(performer, new), Role.MANAGER)
        other = await apps.client("kari", "arkivet", MINE)
        assert await listed(other) == []
        assert (await asked(other, "POST", f"/questions/{id}/assign", {})).status == 404

    tell(tmp_path, story)


def test_it_is_taken_noted_answered_and_measured(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await speaks(apps, Role.AUTHOR)
        post = await apps.ola.says("@it PCen er treg")
        kari = await apps.client("kari", "kari", MINE)
        (id,) = await listed(kari)
        taken = await told(kari, "POST", f"/questions/{id}/assign", {})
        assert taken["assigned_to"]["username"] == "kari"
        noted = await told(kari, "POST", f"/questions/{id}/notes", {"text": "Ringte"})
        assert [one["text"] for one in noted["notes"]] == ["Ringte"]
        assert await listed(kari, which="mine") == [id]
        answer = await apps.it.says("@ola Start på nytt", in_reply_to_id=post["id"])
        found = await told(kari, "GET", f"/questions/{id}")
        assert (found["state"], found["answered_by"]["username"]) == ("answered", "kari")
        assert found["answer_id"] == answer["id"]
        assert [one["id"] for one in found["descendants"]] == [answer["id"]]
        assert await listed(kari) == []
        assert await listed(kari, which="answered") == await listed(kari, which="all") == [id]
        path = f"/departments/{apps.it.id}/questions/figures"
        figures = await told(kari, "GET", path)
        assert (figures["waiting"], figures["asked"], figures["answered"]) == (0, 1, 1)
        assert figures["median_seconds_to_first_answer"] is not None

    tell(tmp_path, story)


def test_a_second_answer_is_stopped_once_in_their_own_language(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await speaks(apps, Role.AUTHOR)
        post = await apps.ola.says("@it PCen er treg")
        await apps.it.says("@ola Start på nytt", in_reply_to_id=post["id"])
        also = await apps.client("ola", "it")
        said = {"status": "@ola Slå den av", "in_reply_to_id": post["id"]}
        answered = await also.call("POST", "/api/v1/statuses", said)
        assert answered.status == 422
        name = (await find_person(apps.house.performer, "kari")).name
        assert answered.json()["error"].startswith(f"{name} har nettopp svart på dette.")
        assert (await also.post("v1/statuses", said))["in_reply_to_id"] == post["id"]

    tell(tmp_path, story)


def test_it_is_given_to_nobody_who_is_not_there(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await apps.ola.says("@it Hei")
        kari = await apps.client("kari", "kari", MINE)
        (id,) = await listed(kari)
        for name in ("nobody", "ola"):
            refused = await asked(kari, "POST", f"/questions/{id}/assign", {"person": name})
            assert refused.status == 422
        assert (await told(kari, "DELETE", f"/questions/{id}/assign"))["assigned_to"] is None

    tell(tmp_path, story)
