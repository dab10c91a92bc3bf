"""What any page may ask is told to browsers that ask first; what is for our own pages isn't."""

from pathlib import Path

import pytest

from tests.fedi.mastodon.apps import Apps, tell

ASKING = {
    "origin": "https://phanpy.example",
    "access-control-request-method": "GET",
    "access-control-request-headers": "authorization, idempotency-key",
}


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/.well-known/webfinger", "GET"),
        ("/.well-known/host-meta", "GET"),
        ("/.well-known/nodeinfo", "GET"),
        ("/nodeinfo/2.0", "GET"),
        ("/.well-known/oauth-authorization-server", "GET"),
        ("/oauth/token", "POST"),
        ("/oauth/revoke/", "POST"),
        ("/api/v1/statuses/12/reblog", "POST"),
        ("/api/v1/apps", "POST"),
    ],
)
def test_a_page_of_any_origin_may_ask_with_any_header(
    tmp_path: Path, path: str, method: str
) -> None:
    async def story(apps: Apps) -> None:
        told = await apps.nobody.call("OPTIONS", path, headers=ASKING)
        assert (told.status, told.body) == (204, b"")
        assert told.headers["access-control-allow-origin"] == "*"
        assert told.headers["access-control-allow-headers"] == "authorization, idempotency-key"
        assert method in told.headers["access-control-allow-methods"].split(", ")
        assert method in told.headers["allow"].split(", ")
        assert "access-control-allow-credentials" not in told.headers

    tell(tmp_path, story)


@pytest.mark.parametrize("path", ["/follow", "/sign-in", "/settings/security", "/oauth/authorize"])
def test_pages_elsewhere_are_let_read_none_of_our_forms(tmp_path: Path, path: str) -> None:
    async def story(apps: Apps) -> None:
        told = await apps.nobody.call("OPTIONS", path, headers=ASKING)
        assert told.status == 204
        assert not any(name.startswith("access-control-") for name in told.headers)
        opened = await apps.nobody.call("GET", path, headers=ASKING)
        assert "access-control-allow-origin" not in opened.headers

    tell(tmp_path, story)
