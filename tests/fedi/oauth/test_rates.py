"""How often one may ask: told in headers, refused beyond, begun anew, off in lab mode."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from actors.errors import TooMany
from fedi.app import application
from fedi.oauth.rates import WINDOW_MS, Rates
from tests.fedi.mastodon.apps import Apps, tell


def test_a_window_is_used_up_and_begins_anew() -> None:
    now = 1_700_000_000_000
    rates = Rates(lambda: now, limit=300, anonymous=2)
    scope: dict[str, Any] = {"client": ("192.0.2.1", 1)}
    first = dict(rates.count(scope, None))
    assert first[b"x-ratelimit-limit"] == b"2"
    assert first[b"x-ratelimit-remaining"] == b"1"
    assert first[b"x-ratelimit-reset"].endswith(b"Z")
    rates.count(scope, None)
    with pytest.raises(TooMany) as refused:
        rates.count(scope, None)
    assert 0 < refused.value.retry_after <= WINDOW_MS // 1000
    rates.count({"client": ("192.0.2.2", 1)}, None)
    now += WINDOW_MS
    assert dict(rates.count(scope, None))[b"x-ratelimit-remaining"] == b"1"
    assert Rates(lambda: now, limit=0, anonymous=0).count(scope, None) == ()


def test_outside_lab_mode_apps_are_told_and_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        quiet = await apps.it.call("GET", "/api/v1/preferences")
        assert "x-ratelimit-limit" not in quiet.headers
        config = apps.house.config
        strict = replace(apps.house, config=replace(config, lab=replace(config.lab, enabled=False)))
        client = replace(apps.it, table=application(strict))
        for left in (299, 298):
            answered = await client.call("GET", "/api/v1/preferences")
            assert answered.headers["x-ratelimit-remaining"] == str(left)
        for _ in range(298):
            answered = await client.call("GET", "/api/v1/preferences")
        assert answered.status == 200
        refused = await client.call("GET", "/api/v1/preferences")
        assert (refused.status, refused.json()) == (429, {"error": "Too many requests"})
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["access-control-allow-origin"] == "*"
        assert refused.headers["x-ratelimit-remaining"] == "0"
        verified = await client.call("GET", "/api/v1/apps/verify_credentials")
        assert (verified.status, verified.json()) == (429, {"error": "Too many requests"})
        assert verified.headers["x-ratelimit-limit"] == "300"
        other = replace(apps.ola, table=client.table)
        assert (await other.call("GET", "/api/v1/preferences")).status == 200

    tell(tmp_path, story)


def test_what_signing_in_answers_for_apps_counts_too(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        config = apps.house.config
        strict = replace(apps.house, config=replace(config, lab=replace(config.lab, enabled=False)))
        nobody = replace(apps.it, table=application(strict), bearer="")
        app = {"client_name": "Ivory", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
        left = 300
        for method, path, params, status in (
            ("POST", "/api/v1/apps", app, 200),
            ("POST", "/api/v1/apps", {}, 422),
            ("GET", "/api/v1/apps/verify_credentials", {}, 401),
            ("POST", "/api/v1/accounts", {}, 401),
            ("GET", "/api/v2/instance", {}, 200),
            ("GET", "/api/v1/preferences", {}, 401),
        ):
            left -= 1
            answered = await nobody.call(method, path, params)
            assert answered.status == status, path
            assert answered.headers["x-ratelimit-remaining"] == str(left), path
            assert "X-RateLimit-Remaining" in answered.headers["access-control-expose-headers"]
        wrong = replace(nobody, bearer="none")
        answered = await wrong.call("GET", "/api/v1/apps/verify_credentials")
        assert (answered.status, answered.headers["x-ratelimit-remaining"]) == (401, str(left - 1))

    tell(tmp_path, story)
