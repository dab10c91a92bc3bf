"""What nobody outside may know of is to them as what never was."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_an_internal_department_is_nobody_to_those_outside(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        found = await apps.kari.get("v1/accounts/lookup", acct="skjult")
        hidden, never = found["id"], "000000000000000001"
        for rest in (
            "",
            "/statuses",
            "/followers",
            "/following",
            "/featured_tags",
            "/endorsements",
        ):
            one = await apps.nobody.call("GET", f"/api/v1/accounts/{hidden}{rest}")
            other = await apps.nobody.call("GET", f"/api/v1/accounts/{never}{rest}")
            assert (one.status, one.body) == (other.status, other.body) == (404, other.body), rest
        assert await apps.nobody.get("v1/accounts", **{"id[]": [hidden, apps.it.id]}) == [
            await apps.nobody.get(f"v1/accounts/{apps.it.id}")
        ]
        gone = await apps.nobody.call("GET", "/api/v1/accounts/lookup", acct="skjult")
        none = await apps.nobody.call("GET", "/api/v1/accounts/lookup", acct="aldri")
        assert (gone.status, gone.body) == (none.status, none.body)
        assert (await apps.ola.get(f"v1/accounts/{hidden}"))["username"] == "skjult"

    tell(tmp_path, story)
