"""Every endpoint of our own API, asked without a token, without its scope, with a slash, in vain.

Nothing is found by the ids these requests use, so none of them changes anything.
"""

from pathlib import Path
from typing import Any

import msgspec

from fedi.mastodon.asking import By
from fedi.native.asking import PREFIX, Endpoint
from fedi.native.openapi import PATH
from fedi.native.table import ENDPOINTS
from fedi.oauth import scopes
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.native.native import path_of

NEARLY_ALL = "read write fedi:{other} push"


def test_every_endpoint_has_a_scope_of_ours_for_its_verb() -> None:
    for one in ENDPOINTS:
        if one.by is By.ANYONE:
            assert not one.scope
            continue
        assert one.scope in scopes.OURS, one.path
        verb, _, part = one.scope.removeprefix("fedi:").partition(":")
        assert part in scopes.PARTS_OF_OURS
        assert verb == ("read" if one.method == "GET" else "write"), (one.method, one.path)


def test_every_endpoint_says_in_a_line_what_it_does() -> None:
    for one in ENDPOINTS:
        assert 10 < len(one.summary) < 100, one.path
        assert not one.summary.endswith("."), one.path
        assert issubclass(one.body, msgspec.Struct)


def test_without_a_token_nothing_is_answered(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for one in closed():
            for slash in ("", "/"):
                answered = await apps.nobody.call(one.method, path_of(one) + slash)
                assert answered.status == 401, (one.method, one.path)
                assert isinstance(answered.json()["error"], str)
                assert answered.headers["access-control-allow-origin"] == "*"

    tell(tmp_path, story)


def test_another_scope_is_not_enough(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for verb, other in (("read", "write"), ("write", "read")):
            client = await apps.client("kari", "kari", NEARLY_ALL.format(other=other))
            for one in closed():
                if one.scope.startswith(f"fedi:{verb}"):
                    refused = await client.call(one.method, path_of(one))
                    assert refused.status == 403, (one.method, one.path)
                    assert "scopes" in refused.json()["error"]

    tell(tmp_path, story)


def test_its_own_scope_is_enough_with_and_without_a_slash(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        clients: dict[str, Any] = {}
        for one in closed():
            if one.scope not in clients:
                clients[one.scope] = await apps.client("kari", "kari", one.scope)
            answers = [
                await clients[one.scope].call(one.method, path_of(one) + slash)
                for slash in ("", "/")
            ]
            for answered in answers:
                assert answered.status < 500, (one.method, one.path, answered.text)
                assert answered.status not in (401, 405), (one.method, one.path)
                if answered.status == 403:
                    assert "scopes" not in answered.json()["error"], (one.method, one.path)
                if answered.status == 404:
                    assert answered.json()["error"], (one.method, one.path)

    tell(tmp_path, story)


def test_what_is_not_there_is_answered_in_json(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for path in (PREFIX, f"{PREFIX}/", f"{PREFIX}/nosuch", f"{PREFIX}/me/nosuch"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                answered = await apps.kari.call(method, path)
                assert answered.status == 404
                assert answered.json() == {"error": "Record not found"}
        asked = await apps.nobody.call("OPTIONS", f"{PREFIX}/me")
        assert asked.status == 204

    tell(tmp_path, story)


def test_the_description_is_for_everybody_and_kept(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        answered = await apps.nobody.call("GET", PATH)
        assert answered.status == 200
        assert answered.headers["cache-control"] == "public, max-age=3600"
        tag = answered.headers["etag"]
        again = await apps.nobody.call("GET", PATH, headers={"if-none-match": tag})
        assert (again.status, again.body) == (304, b"")
        assert answered.json()["servers"] == [{"url": f"{apps.house.urls.origin}{PREFIX}"}]

    tell(tmp_path, story)


def test_the_servers_metadata_names_our_scopes(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        told = await apps.nobody.call("GET", "/.well-known/oauth-authorization-server")
        assert set(scopes.OURS) <= set(told.json()["scopes_supported"])

    tell(tmp_path, story)


def closed() -> list[Endpoint[Any, Any]]:
    return [one for one in ENDPOINTS if one.by is not By.ANYONE]
