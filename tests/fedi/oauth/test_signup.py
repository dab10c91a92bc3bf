"""Registration by an app: for whoever asks in lab mode, for nobody elsewhere."""

from typing import Any

import pytest

from actors.people import Actor, Person
from tests.fedi.oauth.browsing import Browser, Got, House
from tests.people import Nordvik

ASKED = {
    "username": "nina",
    "email": "nina@nordvik.test",
    "password": "sju fjell",
    "agreement": "true",
    "locale": "nn-NO",
}


def app_token(house: House, scope: str = "read write follow") -> str:
    app = house.app()
    got = app.exchange("", grant_type="client_credentials", scope=scope)
    token: str = got.json()["access_token"]
    return token


def register(house: House, bearer: str, **params: Any) -> Got:
    given = {**ASKED, **params}
    return house.ask("POST", "/api/v1/accounts", given, authorization=f"Bearer {bearer}")


@pytest.fixture
def lab(nordvik: Nordvik) -> House:
    return House(nordvik, lab=True)


def test_a_newcomer_gets_a_token_and_an_actor_of_their_own(lab: House) -> None:
    got = register(lab, app_token(lab))
    assert got.status == 200, got.text
    assert set(got.json()) == {"access_token", "token_type", "scope", "created_at"}
    caller = lab.verify(got.json()["access_token"])
    assert caller.actor is not None
    assert caller.person is not None
    assert (caller.actor.username, caller.person.language) == ("nina", "nn")
    assert caller.actor.default_audience == "public"
    assert Browser(lab).sign_in("nina", "sju fjell").path == "/settings/security"


def test_elsewhere_nobody_registers(nordvik: Nordvik) -> None:
    house = House(nordvik)
    got = register(house, app_token(house))
    assert (got.status, set(got.json())) == (403, {"error"})
    assert not [one for one in nordvik.all(Person) if one.username == "nina"]


def test_an_app_needs_its_own_token(lab: House) -> None:
    assert register(lab, "x").json() == {"error": "The access token is invalid"}
    assert register(lab, app_token(lab, "read")).status == 403


@pytest.mark.parametrize(
    ("params", "field", "error"),
    [
        ({"username": ""}, "username", "ERR_BLANK"),
        ({"username": "Kari Nordmann"}, "username", "ERR_INVALID"),
        ({"username": "kari"}, "username", "ERR_TAKEN"),
        ({"username": "KARI"}, "username", "ERR_TAKEN"),
        ({"email": ""}, "email", "ERR_BLANK"),
        ({"email": "nina"}, "email", "ERR_INVALID"),
        ({"password": ""}, "password", "ERR_BLANK"),
        ({"password": "kort"}, "password", "ERR_TOO_SHORT"),
        ({"password": "x" * 600}, "password", "ERR_TOO_LONG"),
        ({"agreement": "false"}, "agreement", "ERR_ACCEPTED"),
    ],
)
def test_what_is_wrong_is_told_field_by_field(
    lab: House, params: dict[str, str], field: str, error: str
) -> None:
    got = register(lab, app_token(lab), **params)
    assert got.status == 422
    assert got.json()["error"].startswith("Validation failed: ")
    assert [one["error"] for one in got.json()["details"][field]] == [error]
    assert not [one for one in lab.nordvik.all(Actor) if one.username == "nina"]


def test_an_e_mail_registers_once(lab: House) -> None:
    assert register(lab, app_token(lab)).status == 200
    got = register(lab, app_token(lab), username="nora", email="Nina@Nordvik.test")
    assert got.json()["details"]["email"][0]["error"] == "ERR_TAKEN"
