"""Mastodon.py, as it is: a contributor publishes, a colleague approves, sends back, rejects."""

import datetime
from typing import Any

import pytest
from mastodon import MastodonNotFoundError

from tests.clients.house import DEPARTMENT, PASSWORD, ClientHouse, picture
from tests.clients.mastodon_py import signed_in

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def per(house: ClientHouse, app: tuple[str, str]) -> Any:
    """Per, who only drafts for the department, signed in as it."""
    house.fedi("person", "add", "per", "--name", "Per Hansen")
    house.fedi("person", "password", "per", "--password", PASSWORD)
    house.fedi("department", "member", DEPARTMENT, "per", "--role", "contributor")
    return signed_in(house, app, "per", DEPARTMENT)


def told(client: Any, id: Any) -> Any:
    (one,) = [one for one in client.notifications() if one.status and one.status.id == id]
    return one


def test_a_post_waits_until_a_colleague_shares_it(per: Any, anne: Any, ola: Any) -> None:
    file = per.media_post(picture(), mime_type="image/jpeg", description="Et skap")
    made = per.status_post("Nytt nettverk @ola", media_ids=[file], language="nb")
    assert made.account.acct == DEPARTMENT
    assert "Venter på godkjenning" in made.content
    with pytest.raises(MastodonNotFoundError):
        ola.status(made.id)
    notification = told(anne, made.id)
    assert (notification.type, notification.account.acct) == ("mention", "per")
    assert notification.status.media_attachments[0].description == "Et skap"
    out = anne.status_reblog(made.id)
    assert out.id != made.id
    assert ola.status(out.id).content == out.content
    assert per.status(made.id).id == out.id
    assert [one.type for one in ola.notifications()] == ["mention"]
    with pytest.raises(MastodonNotFoundError):
        ola.status(made.id)


def test_it_is_sent_back_changed_and_approved_by_the_department(
    per: Any, anne: Any, department: Any
) -> None:
    made = per.status_post("Møte på mandag", poll=per.make_poll(["ja", "nei"], 3600))
    anne.status_reply(anne.status(made.id), "Hvilken?")
    assert "Sendt tilbake av Anne Berg: Hvilken?" in per.status(made.id).content
    source = per.status_source(made.id)
    again = per.status_update(made.id, source.text + " 1. desember")
    assert "Venter på godkjenning" in again.content
    assert [one.title for one in again.poll.options] == ["ja", "nei"]
    out = department.status_reblog(made.id)
    assert "mandag 1. desember" in out.content
    assert "Venter" not in out.content


def test_it_is_rejected_and_one_for_later_is_approved(per: Any, anne: Any, department: Any) -> None:
    made = per.status_post("Nei")
    anne.status_delete(made.id)
    assert "Avvist av Anne Berg" in per.status(made.id).content
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)  # noqa: TID251
    later = per.status_post("Senere", scheduled_at=when)
    assert [one.id for one in per.scheduled_statuses()] == [later.id]
    anne.status_reblog(later.id)
    assert [one.id for one in department.scheduled_statuses()] == [later.id]
    per.scheduled_status_delete(later.id)
    assert department.scheduled_statuses() == []
