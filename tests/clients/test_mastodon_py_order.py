"""Mastodon.py in the hands of somebody who keeps order: accounts, reports, rules for servers."""

from typing import Any

import pytest
from mastodon.errors import MastodonAPIError

from tests.clients.house import ClientHouse
from tests.clients.mastodon_py import SCOPES, registered, signed_in
from tests.peers.lab import eventually

ADMIN = [*SCOPES, "admin:read", "admin:write"]

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def admin(house: ClientHouse) -> Any:
    """Ola, whom the house has let keep order."""
    client = signed_in(house, registered(house, scopes=ADMIN), "ola", scopes=ADMIN)
    with pytest.raises(MastodonAPIError, match="Forbidden"):
        client.admin_accounts_v2()
    house.fedi("person", "admin", "ola")

    def leave() -> bool:
        try:
            return bool(client.admin_accounts_v2())
        except MastodonAPIError:
            return False

    eventually(leave, "ola's leave to keep order")
    return client


def test_accounts_are_listed_and_shown(admin: Any, anne: Any) -> None:
    listed = admin.admin_accounts_v2(origin="local", status="active")
    assert {one.username for one in listed} >= {"anne", "ola"}
    one = admin.admin_account(anne.me())
    assert (one.username, one.suspended, one.account.acct) == ("anne", False, "anne")


def test_a_report_is_taken_and_settled(admin: Any, anne: Any, department: Any) -> None:
    post = anne.status_post("Tøv", visibility="public")
    made = department.report(anne.me(), [post], comment="Se her", category="other")
    found = next(one for one in admin.admin_reports() if one.id == made.id)
    assert found.comment == "Se her"
    assert [one.id for one in found.statuses] == [post.id]
    assert admin.admin_report_assign(found).id == found.id  # reports are everybody's here
    assert admin.admin_report_unassign(found).assigned_account is None
    assert admin.admin_report_resolve(found).action_taken
    assert not admin.admin_report_reopen(found).action_taken


def test_other_servers_are_shut_out_and_let_in(admin: Any) -> None:
    made = admin.admin_create_domain_block(
        "vond.example", severity="suspend", private_comment="Spam"
    )
    assert (made.domain, made.severity) == ("vond.example", "suspend")
    assert "vond.example" in [one.domain for one in admin.admin_domain_blocks()]
    admin.admin_delete_domain_block(made)
    assert "vond.example" not in [one.domain for one in admin.admin_domain_blocks()]
    allowed = admin.admin_create_domain_allow("god.example")
    assert "god.example" in [one.domain for one in admin.admin_domain_allows()]
    admin.admin_delete_domain_allow(allowed)


def test_what_is_talked_about_is_looked_through(admin: Any) -> None:
    assert list(admin.admin_trending_tags()) == []
    assert list(admin.admin_trending_statuses()) == []
    assert list(admin.admin_trending_links()) == []
