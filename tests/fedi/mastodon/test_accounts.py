"""Accounts: one's own and how it is changed in every shape, others', and what an account wrote."""

from pathlib import Path
from typing import Any

from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.mastodon.test_table import PICTURE

UPDATE = "v1/accounts/update_credentials"


def multipart(*parts: tuple[str, str, bytes]) -> tuple[str, bytes]:
    """Return (content type, body) of a form with files: (name, file name or "", content)."""
    boundary = b"----grense"
    body = b""
    for name, file, content in parts:
        named = f'; filename="{file}"\r\nContent-Type: image/png' if file else ""
        head = f'Content-Disposition: form-data; name="{name}"{named}\r\n\r\n'
        body += b"--" + boundary + b"\r\n" + head.encode() + content + b"\r\n"
    return "multipart/form-data; boundary=----grense", body + b"--" + boundary + b"--\r\n"


async def sent(client: Client, method: str, path: str, *parts: tuple[str, str, bytes]) -> Any:
    kind, body = multipart(*parts)
    answered = await client._sent(method, f"/api/{path}", {"content-type": kind}, body)
    assert answered.status == 200, answered.text
    return answered.json()


def test_a_profile_is_changed_by_json_form_and_files(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it = apps.it
        fields = [{"name": "Nett", "value": "https://nordvik.test"}, {"name": "", "value": ""}]
        mine = await it.ok(
            "PATCH", f"/api/{UPDATE}",
            {"display_name": "IT-teamet", "note": "Vi <b>hjelper</b> @ola", "bot": True,
             "fields_attributes": fields, "source": {"privacy": "unlisted", "language": "nn",
             "sensitive": True, "quote_policy": "nobody"}},
        )  # fmt: skip
        assert (mine["display_name"], mine["bot"]) == ("IT-teamet", True)
        assert "&lt;b&gt;" in mine["note"]
        assert mine["source"]["note"] == "Vi <b>hjelper</b> @ola"
        assert [one["name"] for one in mine["fields"]] == ["Nett"]
        assert mine["source"]["fields"][0]["value"] == "https://nordvik.test"
        source = mine["source"]
        assert (source["privacy"], source["language"]) == ("unlisted", "nn")
        assert (source["sensitive"], source["quote_policy"]) == (True, "nobody")
        preferences = await it.get("v1/preferences")
        assert preferences["posting:default:visibility"] == "unlisted"
        answered = await it.form(
            "PATCH", UPDATE,
            "display_name=IT&fields_attributes[0][name]=A&fields_attributes[0][value]=1"
            "&fields_attributes[1][name]=B&fields_attributes[1][value]=2&bot=0&locked=on",
        )  # fmt: skip
        now = answered.json()
        assert [one["name"] for one in now["fields"]] == ["A", "B"]
        assert (now["bot"], now["locked"], now["note"]) == (False, True, mine["note"])
        pictured = await sent(
            it, "PATCH", UPDATE, ("avatar", "a.png", PICTURE), ("display_name", "", "Blå".encode()),
            ("avatar_description", "", b"En rute"),
        )  # fmt: skip
        assert (pictured["display_name"], pictured["avatar_description"]) == ("Blå", "En rute")
        assert pictured["avatar"] != now["avatar"]
        without = await it.delete("v1/profile/avatar")
        # Of a department, one that follows from its name, which is another by now.
        assert without["avatar"] not in (now["avatar"], pictured["avatar"])
        assert "/avatars/" in without["avatar"]
        profile = await it.get("v1/profile")
        assert (profile["display_name"], profile["avatar"]) == ("Blå", None)
        changed = await it.put("v1/profile", {"note": "Ny"})
        assert changed["note"] == "Ny"

    tell(tmp_path, story)


def test_a_profile_beyond_its_bounds_is_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for wrong in (
            {"display_name": "x" * 101},
            {"note": "x" * 1001},
            {"fields_attributes": [{"name": "n", "value": "v"}] * 30},
            {"fields_attributes": [{"name": "n" * 256, "value": "v"}]},
            {"source": {"privacy": "local"}},
            {"source": {"quote_policy": "some"}},
        ):
            assert await apps.it.refused("PATCH", UPDATE, wrong) == 422, wrong
        assert (await apps.it.get("v1/accounts/verify_credentials"))["display_name"] == "IT"

    tell(tmp_path, story)


def test_others_are_found_by_id_and_handle_and_nobody_elses_by_none(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        ola = await apps.it.get(f"v1/accounts/{apps.ola.id}")
        assert (ola["acct"], ola["username"]) == ("ola", "ola")
        assert await apps.it.get("v1/accounts/lookup", acct="@ola") == ola
        assert await apps.it.get("v1/accounts", **{"id[]": [apps.ola.id, "9", apps.ola.id]}) == [
            ola
        ]
        for path in ("v1/accounts/9", "v1/accounts/x", f"v1/accounts/{'9' * 30}"):
            assert await apps.it.refused("GET", path) == 404
        assert await apps.it.refused("GET", "v1/accounts/lookup", acct="nobody") == 404
        assert await apps.nobody.refused("GET", "v1/accounts/verify_credentials") == 401
        mine = await apps.it.get("v1/accounts/verify_credentials")
        assert (mine["id"], "source" in mine) == (apps.it.id, True)
        assert "source" not in ola

    tell(tmp_path, story)


def test_what_an_account_wrote_is_chosen_in_many_ways(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        it, ola, path = apps.it, apps.ola, f"v1/accounts/{apps.it.id}/statuses"
        plain = await it.says("Hei #drift")
        reply = await it.says("Mer", in_reply_to_id=plain["id"])
        other = await ola.says("Rot", visibility="public")
        answer = await it.says("Svar", in_reply_to_id=other["id"])
        boost = await it.post(f"v1/statuses/{other['id']}/reblog")
        direct = await it.says("Bare @ola", visibility="direct")
        inside = await it.says("Internt", visibility="local")
        await it.post(f"v1/statuses/{plain['id']}/pin")

        async def seen(client: Client, **query: Any) -> set[str]:
            return {one["id"] for one in await client.get(path, **query)}

        everything = {one["id"] for one in (plain, reply, answer, boost, direct, inside)}
        assert await seen(ola) == everything
        assert await seen(apps.nobody) == {plain["id"], reply["id"], answer["id"], boost["id"]}
        assert await seen(ola, exclude_replies="true") == everything - {answer["id"]}
        assert boost["id"] not in await seen(ola, exclude_reblogs="1")
        assert await seen(ola, pinned="true") == {plain["id"]}
        assert await seen(ola, tagged="Drift") == {plain["id"]}
        assert await seen(ola, only_media="true") == set()
        assert direct["id"] not in await seen(apps.kari)

    tell(tmp_path, story)
