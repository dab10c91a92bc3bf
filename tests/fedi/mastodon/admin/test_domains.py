"""Domains allowed and blocked."""

from pathlib import Path

from tests.fedi.mastodon.admin.keeping import keep
from tests.fedi.mastodon.apps import Apps, Client


def test_a_domain_is_blocked_and_let_in_again(tmp_path: Path) -> None:
    async def story(apps: Apps, admin: Client) -> None:
        made = await admin.post("v1/admin/domain_blocks", {"domain": "Ond.Test"})
        assert made["domain"] == "ond.test"
        on = f"v1/admin/domain_blocks/{made['id']}"
        assert await admin.get("v1/admin/domain_blocks") == [made]
        changed = await admin.put(on, {"private_comment": "søppel"})
        assert changed["private_comment"] == "søppel"
        assert await apps.ola.get("v1/instance/domain_blocks") != []
        assert await admin.delete(on) == {}
        assert await admin.refused("GET", on) == 404
        allowed = await admin.post("v1/admin/domain_allows", {"domain": "venn.test"})
        assert (await admin.get(f"v1/admin/domain_allows/{allowed['id']}"))["domain"] == "venn.test"
        assert (await admin.delete(f"v1/admin/domain_allows/{allowed['id']}")) == allowed
        for bad in ("", "ikke et navn", "127.0.0.1:21999"):
            assert await admin.refused("POST", "v1/admin/domain_blocks", {"domain": bad}) == 422

    keep(tmp_path, story)
