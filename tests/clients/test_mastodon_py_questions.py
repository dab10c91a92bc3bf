"""Mastodon.py asks a department and answers for it, as two colleagues do; one of them leaves."""

import time
from typing import Any

import pytest
from mastodon.errors import MastodonAPIError, MastodonUnauthorizedError

from tests.clients.house import DEPARTMENT, ClientHouse
from tests.clients.mastodon_py import signed_in

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def colleague(house: ClientHouse, app: tuple[str, str]) -> Any:
    """Ola, who may write for the department as well."""
    house.fedi("department", "member", DEPARTMENT, "ola", "--role", "author")
    return signed_in(house, app, "ola", DEPARTMENT)


def test_a_question_is_answered_once_unless_it_is_meant(
    house: ClientHouse, anne: Any, department: Any, colleague: Any
) -> None:
    asked = anne.status_post(f"@{DEPARTMENT} PCen er treg", visibility="private")
    (waits,) = house.fedi("questions")
    assert waits["asker"] == "@anne"
    assert department.notifications(limit=1)[0].status.id == asked.id
    first = department.status_reply(asked, "Start på nytt")
    with pytest.raises(MastodonAPIError, match="Anne Berg har nettopp svart"):
        colleague.status_reply(asked, "Slå den av")
    assert [one.id for one in anne.status_context(asked).descendants] == [first.id]
    again = colleague.status_reply(asked, "Slå den av")
    assert again.in_reply_to_id == asked.id
    (done,) = house.fedi("questions", "--which", "answered")
    assert (done["id"], done["answered_by"]) == (waits["id"], "ola")


def test_a_colleague_who_has_taken_it_is_named(
    house: ClientHouse, anne: Any, department: Any, colleague: Any
) -> None:
    asked = anne.status_post(f"@{DEPARTMENT} Skjermen er svart", visibility="direct")
    (waits,) = house.fedi("questions")
    house.fedi("questions", "assign", waits["id"], "ola")
    with pytest.raises(MastodonAPIError, match="Ola Nordmann har tatt dette"):
        department.status_reply(asked, "Slå den på")
    colleague.status_reply(asked, "Slå den på")
    assert house.fedi("questions") == []


def is_out(client: Any) -> bool:
    """Return whether a client is answered no more: what was known of it is kept for a second."""
    for _ in range(300):
        try:
            client.account_verify_credentials()
        except MastodonUnauthorizedError:
            return True
        time.sleep(0.05)
    return False


def test_who_leaves_is_answered_no_more_as_themselves_or_the_department(
    house: ClientHouse, ola: Any, colleague: Any, department: Any
) -> None:
    said = colleague.status_post("Fra IKT-teamet", visibility="public")
    left = house.fedi("person", "leave", "ola")
    assert (left["departed"], left["without_manager"]) == (True, [])
    for client in (ola, colleague):
        assert is_out(client)
    assert department.status(said).account.acct == DEPARTMENT
