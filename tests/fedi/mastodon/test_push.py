"""Push subscriptions over HTTP, in the forms that apps write them in."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from fedi.app import application
from fedi.net.dispatch import Dispatch
from fedi.oauth.tokens import new_token
from fedi.organisation import find_actor, find_person
from fedi.push.encryption import new_key, point
from fedi.push.texts import to_base64
from tests.fedi.asking import Answered, ask
from tests.hostile.peer import Town, town

PATH = "/api/v1/push/subscription"
ENDPOINT = "https://good.test/wpush/a?b=c"
KEYS = {"p256dh": to_base64(point(new_key().public_key())), "auth": to_base64(bytes(16))}
FORM = "application/x-www-form-urlencoded"


class App:
    """An app that holds a token."""

    def __init__(self, house: Dispatch, bearer: str) -> None:
        self._house = house
        self._bearer = bearer

    async def __call__(
        self, method: str, query: str = "", body: bytes = b"", kind: str = "application/json"
    ) -> Answered:
        headers = {"authorization": f"Bearer {self._bearer}", "content-type": kind}
        target = f"{PATH}?{query}" if query else PATH
        return await ask(self._house, target, method, headers=headers, body=body)

    async def subscribes(self, **subscription: Any) -> Answered:
        alerts = {"mention": True, "poll": "1", "follow": False}
        asked = {
            "subscription": {"endpoint": ENDPOINT, "keys": KEYS, **subscription},
            "data": {"alerts": alerts, "policy": "followed"},
        }
        return await self("POST", body=json.dumps(asked).encode())


async def app_of(here: Town, scopes: str = "read push") -> App:
    house = here.house
    person = await find_person(house.performer, "kari")
    kari = await find_actor(house.performer, "kari")
    bearer = await new_token(house.performer, person, kari, scopes)
    return App(application(house), bearer)


def tell(folder: Path, story: Callable[[Town], Awaitable[None]]) -> None:
    async def main() -> None:
        async with town(folder) as here:
            await story(here)

    asyncio.run(main())


def told_of(answered: Answered) -> set[str]:
    assert answered.status == 200, answered.text
    alerts: Mapping[str, bool] = answered.json()["alerts"]
    return {name for name, wanted in alerts.items() if wanted}


def test_an_app_subscribes_looks_changes_and_leaves(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        app = await app_of(here)
        assert (await app("GET")).status == 404
        assert (await app("PUT")).status == 404
        made = await app.subscribes(standard=True)
        assert told_of(made) == {"mention", "poll"}
        assert made.json() == (await app("GET")).json()
        shown = made.json()
        assert (shown["endpoint"], shown["standard"], shown["policy"]) == (
            ENDPOINT,
            True,
            "followed",
        )
        assert shown["server_key"] == await here.house.push.server_key()
        assert isinstance(shown["id"], int)
        changed = await app("PUT", body=b'{"data": {"alerts": {"reblog": true}}, "policy": "none"}')
        assert told_of(changed) == {"reblog"}
        assert changed.json()["policy"] == "none"
        gone = await app("DELETE")
        assert (gone.status, gone.json()) == (200, {})
        assert (await app("GET")).status == 404
        assert (await app("DELETE")).status == 200

    tell(tmp_path, story)


@pytest.mark.parametrize("place", ["query", "form"])
def test_an_app_may_write_it_as_a_form_or_into_the_address(tmp_path: Path, place: str) -> None:
    fields = {
        "subscription[endpoint]": ENDPOINT,
        "subscription[keys][p256dh]": KEYS["p256dh"],
        "subscription[keys][auth]": KEYS["auth"] + "==",
        "data[alerts][mention]": "true",
        "data[alerts][admin.report]": "on",
        "data[policy]": "all",
    }
    text = urlencode(fields, quote_via=quote)

    async def story(here: Town) -> None:
        app = await app_of(here)
        if place == "query":
            made = await app("POST", text)
        else:
            made = await app("POST", body=text.encode(), kind=FORM)
        assert told_of(made) == {"mention", "admin.report"}
        assert made.json()["standard"] is False

    tell(tmp_path, story)


def test_what_cannot_be_is_refused_with_the_fields_name(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        app = await app_of(here)
        for wrong, word in (
            ({"endpoint": "gopher://good.test/"}, "Endpoint"),
            ({"endpoint": here.house.urls.shared_inbox()}, "Endpoint"),
            ({"keys": {}}, "p256dh"),
            ({"keys": {**KEYS, "auth": "AA"}}, "auth"),
            ({"keys": "x"}, "keys"),
        ):
            answered = await app.subscribes(**wrong)
            assert answered.status == 422
            assert word in answered.json()["error"]
        assert (await app("POST")).status == 422
        assert (await app("PUT", "data[policy]=everyone")).status == 422

    tell(tmp_path, story)


def test_a_token_without_the_scope_has_nothing_to_do_here(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        app = await app_of(here, "read write")
        for method in ("GET", "POST", "PUT", "DELETE"):
            assert (await app(method)).status == 403

    tell(tmp_path, story)


def test_each_token_has_its_own(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        one, other = await app_of(here), await app_of(here)
        await one.subscribes()
        assert (await other("GET")).status == 404
        await other.subscribes()
        await other("DELETE")
        assert (await one("GET")).status == 200

    tell(tmp_path, story)
