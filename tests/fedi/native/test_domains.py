"""Rules for servers over the API: told first, taken as lists, and by those in charge alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from fedi.organisation import find_person
from fedi.store.rows import PERSON
from tests.fedi.mastodon.apps import Apps, Client, tell
from tests.fedi.native.native import asked, told

SCOPES = "fedi:read fedi:write admin:read admin:write"
CSV = (
    '#domain,#severity,#public_comment\nspam.example,suspend,"søppel, og verre"\nx.example,noop,\n'
)


def keep(folder: Path, story: Callable[[Apps, Client], Awaitable[None]]) -> None:
    """Run a story; with it comes an app of Kari's, who looks after the house."""

    async def run(apps: Apps) -> None:
        kari = await find_person(apps.house.performer, "kari")
        row = PERSON.encode(replace(kari, admin=True))
        await apps.house.engine.write(lambda tx: tx.run(PERSON.replace, row))
        await story(apps, await apps.client("kari", "kari", SCOPES))

    tell(folder, run)


def test_a_rule_is_put_told_of_and_taken_back(tmp_path: Path) -> None:
    async def story(apps: Apps, kari: Client) -> None:
        rule = {"kind": "block", "comment": "til oss", "public_comment": "søppel"}
        dry = await told(kari, "PUT", "/domains/Spam.Example", {**rule, "dry_run": True})
        assert dry["dry_run"]
        assert [(one["domain"], one["change"]) for one in dry["changes"]] == [
            ("spam.example", "added")
        ]
        assert await told(kari, "GET", "/domains") == []
        made = await told(kari, "PUT", "/domains/Spam.Example", rule)
        assert made["changes"] == dry["changes"]
        assert made["cut"] == {
            "servers": [], "actors": [], "groups": [], "posts": 0, "media": 0, "waiting": 0,
            "sent": 0,
        }  # fmt: skip
        (listed,) = await told(kari, "GET", "/domains", kind="block")
        assert (listed["comment"], listed["public_comment"]) == ("til oss", "søppel")
        assert await told(kari, "GET", "/domains", kind="allow") == []
        shown = await apps.ola.get("v1/instance/domain_blocks")
        assert [(one["domain"], one["comment"]) for one in shown] == [("spam.example", "søppel")]
        gone = await told(kari, "DELETE", "/domains/spam.example")
        assert gone["changes"][0]["change"] == "removed"
        assert (await asked(kari, "DELETE", "/domains/spam.example")).status == 404

    keep(tmp_path, story)


def test_a_list_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    async def story(apps: Apps, kari: Client) -> None:
        given = {"kind": "block", "list": CSV}
        dry = await told(kari, "POST", "/domains/import", {**given, "dry_run": True})
        assert await told(kari, "GET", "/domains") == []
        made = await told(kari, "POST", "/domains/import", given)
        assert made["changes"] == dry["changes"]
        assert [one["line"] for one in made["passed_over"]] == [3]
        again = await told(kari, "POST", "/domains/import", given)
        assert [one["change"] for one in again["changes"]] == ["unchanged"]
        bad = await asked(
            kari, "POST", "/domains/import", {"kind": "block", "list": "a.example\nhttp://b\n"}
        )
        assert bad.status == 422
        assert "line 2" in bad.json()["details"]["list"][0]["description"]
        assert len(await told(kari, "GET", "/domains")) == 1

    keep(tmp_path, story)


def test_an_app_of_mastodons_sees_both_comments(tmp_path: Path) -> None:
    async def story(apps: Apps, kari: Client) -> None:
        rule = {"domain": "spam.example", "public_comment": "søppel", "private_comment": "vet"}
        made = await kari.post("v1/admin/domain_blocks", rule)
        assert (made["public_comment"], made["private_comment"]) == ("søppel", "vet")
        path = f"v1/admin/domain_blocks/{made['id']}"
        assert (await kari.put(path, {"public_comment": "x"}))["private_comment"] == "vet"

    keep(tmp_path, story)


def test_only_those_who_look_after_the_house_may(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        ola = await apps.client("ola", "ola", "fedi:read fedi:write")
        for method, path, data in (
            ("GET", "/domains", None),
            ("PUT", "/domains/a.example", {"kind": "block"}),
            ("DELETE", "/domains/a.example", None),
            ("POST", "/domains/import", {"kind": "block", "list": "a.example"}),
        ):
            assert (await asked(ola, method, path, data)).status == 403

    tell(tmp_path, story)


def test_what_is_no_rule_is_refused_by_its_field(tmp_path: Path) -> None:
    async def story(apps: Apps, kari: Client) -> None:
        refused = await asked(kari, "PUT", "/domains/a.example", {"kind": "silence"})
        assert list(refused.json()["details"]) == ["kind"]
        own = apps.house.urls.authority
        assert (await asked(kari, "PUT", f"/domains/{own}", {"kind": "block"})).status == 422

    keep(tmp_path, story)
