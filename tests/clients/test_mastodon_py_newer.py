"""Mastodon.py at what Mastodon has had for a short while: quotes, collections, the profile."""

import io
from typing import Any

import pytest

from tests.clients.house import DEPARTMENT, ClientHouse, picture
from tests.clients.mastodon_py import SCOPES

pytestmark = [pytest.mark.slow]


def test_a_new_app_registers_an_account_and_uses_it_at_once(
    house: ClientHouse, app: tuple[str, str]
) -> None:
    from mastodon import Mastodon

    client: Any = Mastodon(client_id=app[0], client_secret=app[1], api_base_url=house.origin)
    client.create_account(
        "siri", "en lang og god frase", "siri@example.org", agreement=True, scopes=SCOPES
    )
    assert client.me().acct == "siri"
    assert client.status_post("Første dag").account.acct == "siri"


def test_a_post_is_quoted_counted_and_let_go(anne: Any, ola: Any) -> None:
    quoted = anne.status_post("Sitér meg", visibility="public", quote_approval_policy="public")
    quoting = ola.status_post("Enig", quoted_status_id=quoted, visibility="public")
    assert quoting.quote.state == "accepted"
    assert quoting.quote.quoted_status.id == quoted.id
    assert [one.id for one in anne.status_quotes(quoted)] == [quoting.id]
    assert anne.status(quoted).quotes_count == 1
    assert "quote" in [one.type for one in anne.notifications()]
    revoked = anne.status_quote_revoke(quoted, quoting)
    assert revoked.quote.state == "revoked"
    closed = anne.status_update_quote_approval_policy(quoted, "nobody")
    assert closed.quote_approval.automatic == []


def test_a_collection_recommends_accounts(anne: Any, ola: Any, department: Any) -> None:
    anne.account_update_credentials(discoverable=True)
    made = ola.collection_create(
        "Folk å følge", description="På rådhuset", language="nb", discoverable=True
    ).collection
    assert made.name == "Folk å følge"
    item = ola.collection_item_add(made, anne.me()).collection_item
    shown = ola.collection(made)
    assert {one.acct for one in shown.accounts} == {"anne", "ola"}  # its curator too
    assert [one.id for one in anne.account_collections(ola.me()).collections] == [made.id]
    assert [one.id for one in anne.account_in_collections(None).collections] == [made.id]
    assert ola.collection_update(made, name="Folk").collection.name == "Folk"
    ola.collection_item_delete(made, item)
    ola.collection_delete(made)


def test_the_profile_is_read_and_changed(department: Any) -> None:
    assert department.profile().display_name == "IKT-teamet"
    changed = department.profile_update(
        display_name="IKT",
        note="Vi svarer raskt",
        avatar=io.BytesIO(picture("PNG", (120, 120))),
        avatar_mime_type="image/png",
        avatar_description="En gul rute",
        fields=[("Telefon", "4200")],
        attribution_domains=["kommune.example"],
        show_media=True,
    )
    assert (changed.display_name, changed.note) == ("IKT", "Vi svarer raskt")
    assert changed.avatar_description == "En gul rute"
    assert changed.attribution_domains == ["kommune.example"]
    assert [one.name for one in changed.fields] == ["Telefon"]


def test_colleagues_are_never_held_back_as_strangers(anne: Any, ola: Any) -> None:
    policy = anne.update_notifications_policy(for_not_following="filter")
    assert (policy.for_not_following, policy.summary.pending_requests_count) == ("filter", 0)
    try:
        post = ola.status_post("Hei @anne, husker du meg?", visibility="public")
        assert post.id in [one.status.id for one in anne.notifications(types=["mention"])]
        assert anne.notification_requests() == []
        assert anne.notifications_merged()
    finally:
        anne.update_notifications_policy(for_not_following="accept")


def test_lists_of_people_turn_page_by_page(ola: Any, anne: Any, department: Any) -> None:
    for other in (anne, department):
        ola.account_follow(other.me())
    first = ola.account_following(ola.me(), limit=1)
    second = ola.fetch_next(first)
    assert {first[0].acct, second[0].acct} == {"anne", DEPARTMENT}
    assert [one.id for one in ola.fetch_previous(second)] == [first[0].id]
    posts = [anne.status_post(f"Lagre {n}") for n in range(3)]
    for post in posts:
        ola.status_bookmark(post)
        ola.status_favourite(post)
    for read in (ola.bookmarks, ola.favourites):
        page = read(limit=2)
        assert [one.id for one in page] == [posts[2].id, posts[1].id]
        assert [one.id for one in ola.fetch_next(page)] == [posts[0].id]


def test_older_filters_and_yearly_reports_answer_too(anne: Any) -> None:
    made = anne.filter_create("rakfisk", ["home"], expires_in=3600)
    assert anne.filter_update(made, phrase="lutefisk").phrase == "lutefisk"
    assert [one.id for one in anne.filters()] == [made.id]
    anne.filter_delete(made)
    assert anne.annual_reports().annual_reports == []
