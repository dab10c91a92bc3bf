"""Mastodon.py signs in as a person and as a department, and reads, writes and keeps things.

That the library parses an answer is half of each test: it makes dates, ids and entities of it.
"""

import datetime
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.browser import Browser
from tests.clients.house import DEPARTMENT, ClientHouse, document, picture
from tests.clients.mastodon_py import SCOPES, registered, signed_in
from tests.peers.lab import eventually

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def app(house: ClientHouse) -> tuple[str, str]:
    return registered(house)


@pytest.fixture(scope="module")
def anne(house: ClientHouse, app: tuple[str, str]) -> Any:
    return signed_in(house, app, "anne")


@pytest.fixture(scope="module")
def department(house: ClientHouse, app: tuple[str, str]) -> Any:
    """Anne's other account in the same app."""
    return signed_in(house, app, "anne", DEPARTMENT)


@pytest.fixture(scope="module")
def ola(house: ClientHouse, app: tuple[str, str]) -> Any:
    return signed_in(house, app, "ola")


# -- signing in


def test_one_app_has_the_person_and_the_department_as_two_accounts(
    anne: Any, department: Any
) -> None:
    assert anne.me().acct == "anne"
    assert department.me().acct == DEPARTMENT
    assert anne.me().source.privacy in ("public", "unlisted", "private")
    assert isinstance(department.me().created_at, datetime.datetime)
    assert anne.app_verify_credentials().name == "Prøveapp"


def test_the_servers_papers_are_those_of_mastodon_with_quotes_and_groups(
    house: ClientHouse, anne: Any
) -> None:
    version = anne.instance_v2().version
    assert version.startswith("4."), version
    assert anne.instance_v1().urls.streaming_api.startswith("ws")
    assert anne.instance().configuration.statuses.max_characters == 5000
    assert anne.instance_nodeinfo().software.name
    assert anne.oauth_authorization_server_info().authorization_endpoint.startswith(house.origin)
    assert anne.instance_health()
    anne.instance_peers()
    anne.instance_activity()
    anne.instance_rules()
    anne.instance_extended_description()
    anne.instance_translation_languages()
    anne.instance_languages()
    anne.custom_emojis()
    anne.announcements()
    anne.preferences()
    anne.directory(local=True)


def test_a_revoked_token_is_dead_and_the_other_account_lives(
    house: ClientHouse, app: tuple[str, str], department: Any
) -> None:
    from mastodon.errors import MastodonUnauthorizedError

    gone = signed_in(house, app, "anne")
    token = gone.access_token
    gone.revoke_access_token(allow_http=True)
    gone.access_token = token
    with pytest.raises((MastodonUnauthorizedError, Exception), match=r"revoked|401|Unauthor"):
        gone.me()
    assert department.me().acct == DEPARTMENT


def test_an_app_is_sent_back_to_its_own_scheme_with_its_state(house: ClientHouse) -> None:
    from mastodon import Mastodon

    home = "no.prove.app://oauth?fra=server"
    id, secret = registered(house, redirect_uris=[home, "urn:ietf:wg:oauth:2.0:oob"])
    client: Any = Mastodon(client_id=id, client_secret=secret, api_base_url=house.origin)
    url = client.auth_request_url(
        scopes=SCOPES, redirect_uris=home, state="blå + rød", allow_http=True
    )
    place = Browser(house.origin).allow(url, "anne")
    assert place.startswith(f"{home}&code=")
    assert "&state=bl%C3%A5" in place
    code = place.partition("code=")[2].partition("&")[0]
    client.log_in(code=code, redirect_uri=home, scopes=SCOPES, allow_http=True)
    assert client.me().acct == "anne"
    assert "error=access_denied" in Browser(house.origin).deny(url)


# -- posts


@pytest.mark.parametrize("who", ["anne", "department"])
@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_each_posts_with_every_visibility(
    who: str, visibility: str, request: pytest.FixtureRequest
) -> None:
    client = request.getfixturevalue(who)
    posted = client.status_post(
        f"Hei fra {who}, {visibility} #tavla @ola",
        visibility=visibility,
        spoiler_text="Obs",
        sensitive=True,
        language="nb",
    )
    assert posted.visibility == visibility
    assert posted.account.acct == client.me().acct
    assert (posted.spoiler_text, posted.sensitive, posted.language) == ("Obs", True, "nb")
    assert [tag.name for tag in posted.tags] == ["tavla"]
    assert [one.acct for one in posted.mentions] == ["ola"]
    assert isinstance(posted.created_at, datetime.datetime)
    again = client.status(posted.id)
    assert (again.id, again.content) == (posted.id, posted.content)


def test_a_key_makes_one_post_of_two_tries(anne: Any) -> None:
    key = str(uuid.uuid4())
    first = anne.status_post("Bare én gang", idempotency_key=key)
    assert anne.status_post("Bare én gang", idempotency_key=key).id == first.id


def test_a_thread_is_answered_corrected_and_deleted(anne: Any, ola: Any) -> None:
    root = anne.status_post("Når er lunsj?", visibility="public")
    answer = ola.status_reply(root, "Klokka elve")
    assert answer.in_reply_to_id == root.id
    assert [one.id for one in anne.status_context(root).descendants] == [answer.id]
    assert [one.id for one in anne.status_context(answer).ancestors] == [root.id]
    corrected = anne.status_update(root, "Når er lunsjen?", spoiler_text="Mat")
    assert "lunsjen" in corrected.content
    assert isinstance(corrected.edited_at, datetime.datetime)
    assert len(anne.status_history(root)) == 2
    assert anne.status_source(root).text == "Når er lunsjen?"
    deleted = anne.status_delete(root)
    assert deleted.text == "Når er lunsjen?"
    from mastodon.errors import MastodonNotFoundError

    with pytest.raises(MastodonNotFoundError):
        anne.status(root)


def test_a_picture_and_a_document_are_uploaded_described_and_posted(department: Any) -> None:
    photo = department.media_post(
        picture(), "image/jpeg", description="En gul rute", focus=(0.2, -0.4), synchronous=True
    )
    paper = department.media_post(
        document(), "application/pdf", file_name="referat.pdf", synchronous=True
    )
    assert photo.type == "image"
    assert photo.url
    assert (photo.meta.focus.x, photo.meta.focus.y) == (0.2, -0.4)
    assert len(photo.blurhash) > 20
    changed = department.media_update(photo, description="En gul rute på blått")
    assert changed.description == "En gul rute på blått"
    posted = department.status_post("Se her", media_ids=[photo, paper])
    assert [one.id for one in posted.media_attachments] == [photo.id, paper.id]
    assert [one.type for one in posted.media_attachments] == ["image", "unknown"]
    edited = department.status_update(
        posted,
        "Se her nå",
        media_attributes=[
            department.generate_media_edit_attributes(photo.id, description="Gult på blått")
        ],
    )
    assert [one.description for one in edited.media_attachments] == ["Gult på blått"]
    only = department.account_statuses(department.me(), only_media=True)
    assert posted.id in [one.id for one in only]


def test_a_poll_is_voted_in(department: Any, ola: Any) -> None:
    poll = department.make_poll(["Kake", "Frukt", "Begge"], expires_in=3600, multiple=True)
    posted = department.status_post("Hva vil dere ha?", poll=poll)
    assert isinstance(posted.poll.expires_at, datetime.datetime)
    voted = ola.poll_vote(posted.poll, [0, 2])
    assert voted.voted
    assert voted.own_votes == [0, 2]
    seen = department.poll(posted.poll)
    assert (seen.votes_count, seen.voters_count) == (2, 1)
    assert [option.votes_count for option in seen.options] == [1, 0, 1]


def test_a_post_is_liked_shared_kept_pinned_and_muted(anne: Any, ola: Any) -> None:
    post = anne.status_post("Ta vare på denne", visibility="public")
    assert ola.status_favourite(post).favourited
    assert [one.acct for one in anne.status_favourited_by(post)] == ["ola"]
    assert post.id in [one.id for one in ola.favourites()]
    shared = ola.status_reblog(post, visibility="unlisted")
    assert (shared.reblog.id, shared.reblog.reblogged) == (post.id, True)
    assert [one.acct for one in anne.status_reblogged_by(post)] == ["ola"]
    assert anne.status(post).reblogs_count == 1
    assert not ola.status_unreblog(post).reblogged
    assert not ola.status_unfavourite(post).favourited
    assert ola.status_bookmark(post).bookmarked
    assert [one.id for one in ola.bookmarks()] == [post.id]
    assert not ola.status_unbookmark(post).bookmarked
    assert anne.status_pin(post).pinned
    assert [one.id for one in ola.account_statuses(anne.me(), pinned=True)] == [post.id]
    assert not anne.status_unpin(post).pinned
    assert anne.status_mute(post).muted
    assert not anne.status_unmute(post).muted
    assert len(anne.statuses([post.id])) == 1


def test_a_post_waits_for_its_time(anne: Any) -> None:
    when = datetime.datetime.fromtimestamp(time.time() + 7200, datetime.UTC)
    waiting = anne.status_post("I morgen", scheduled_at=when)
    assert abs(waiting.scheduled_at - when) < datetime.timedelta(seconds=2)
    assert waiting.params.text == "I morgen"
    later = when + datetime.timedelta(hours=1)
    moved = anne.scheduled_status_update(waiting, later)
    assert abs(moved.scheduled_at - later) < datetime.timedelta(seconds=2)
    assert waiting.id in [one.id for one in anne.scheduled_statuses()]
    anne.scheduled_status_delete(waiting)
    assert anne.scheduled_statuses() == []


# -- timelines


def test_timelines_turn_page_by_page_both_ways(anne: Any, department: Any, ola: Any) -> None:
    ola.account_follow(department.me())
    posts = [department.status_post(f"Nummer {n} #sider", visibility="public") for n in range(7)]
    newest_first = [post.id for post in reversed(posts)]
    reads: list[Callable[[], Any]] = [
        lambda: ola.timeline_hashtag("sider", limit=3),
        lambda: ola.account_statuses(department.me(), tagged="sider", limit=3),
    ]
    for read in reads:
        first = read()
        assert [one.id for one in first] == newest_first[:3]
        second = ola.fetch_next(first)
        assert [one.id for one in second] == newest_first[3:6]
        assert [one.id for one in ola.fetch_previous(second)] == newest_first[:3]
        assert [one.id for one in ola.fetch_remaining(read())] == newest_first
    for timeline in (ola.timeline_home, ola.timeline_local, ola.timeline_public):
        page = timeline(limit=3)
        assert [one.id for one in page] == newest_first[:3]
        assert [one.id for one in ola.fetch_next(page)] == newest_first[3:6]
    upward = ola.timeline_home(min_id=posts[2], limit=2)
    assert [one.id for one in upward] == [posts[4].id, posts[3].id]
    assert [one.id for one in anne.timeline_hashtag("sider", local=True)] == newest_first


def test_a_list_has_members_and_a_timeline(ola: Any, department: Any) -> None:
    ola.account_follow(department.me())
    made = ola.list_create("Kolleger", replies_policy="followed", exclusive=True)
    assert (made.title, made.replies_policy, made.exclusive) == ("Kolleger", "followed", True)
    ola.list_accounts_add(made, [department.me()])
    assert [one.acct for one in ola.list_accounts(made)] == [DEPARTMENT]
    assert [one.id for one in ola.account_lists(department.me())] == [made.id]
    post = department.status_post("Til lista", visibility="public")
    eventually(lambda: post.id in [one.id for one in ola.timeline_list(made)], "in the list")
    assert ola.list_update(made, "Folk", "list", False).title == "Folk"
    ola.list_accounts_delete(made, [department.me()])
    assert ola.list_accounts(made) == []
    ola.list_delete(made)
    assert ola.lists() == []


def test_markers_keep_the_place(anne: Any) -> None:
    post = anne.status_post("Hit har jeg lest")
    kept = anne.markers_set(["home"], [post.id])
    assert kept.home.last_read_id == post.id
    assert anne.markers_get(["home"]).home.last_read_id == post.id
    assert isinstance(anne.markers_get(["home"]).home.updated_at, datetime.datetime)


def test_a_filter_marks_what_it_finds(ola: Any, department: Any) -> None:
    post = department.status_post("Fotball i kveld #filterprøve", visibility="public")
    made = ola.create_filter_v2(
        "Sport", context=["public", "home"], filter_action="warn",
        keywords_attributes=[{"keyword": "fotball", "whole_word": True}], expires_in=3600,
    )  # fmt: skip
    assert isinstance(made.expires_at, datetime.datetime)
    seen = next(one for one in ola.timeline_hashtag("filterprøve") if one.id == post.id)
    assert [one.filter.title for one in seen.filtered] == ["Sport"]
    assert seen.filtered[0].keyword_matches == ["fotball"]
    word = ola.add_filter_keyword_v2(made, "håndball", whole_word=False)
    assert len(ola.filter_keywords_v2(made)) == 2
    ola.delete_filter_keyword_v2(word)
    on_post = ola.add_filter_status_v2(made, post)
    assert [one.status_id for one in ola.filter_statuses_v2(made)] == [post.id]
    ola.delete_filter_status_v2(on_post)
    assert ola.update_filter_v2(made, title="Idrett").title == "Idrett"
    assert [one.id for one in ola.filters_v2()] == [made.id]
    ola.delete_filter_v2(made)
    assert ola.filters_v2() == []


def test_hashtags_are_followed_and_featured(ola: Any, department: Any) -> None:
    assert ola.tag_follow("budsjett").following
    assert [one.name for one in ola.followed_tags()] == ["budsjett"]
    post = department.status_post("Nytt #budsjett", visibility="public")
    eventually(lambda: post.id in [one.id for one in ola.timeline_home()], "in the home timeline")
    assert not ola.tag_unfollow("budsjett").following
    featured = department.featured_tag_create("budsjett")
    assert [one.name for one in ola.account_featured_tags(department.me())] == ["budsjett"]
    department.featured_tag_delete(featured)
    department.featured_tag_suggestions()
    ola.trending_tags()
    ola.trending_statuses()
    ola.trending_links()
    ola.suggestions_v2()


def test_searching_finds_people_posts_and_hashtags(ola: Any, department: Any) -> None:
    post = department.status_post("Brannøvelse på rådhuset #øvelse", visibility="public")
    found = eventually(
        lambda: (r := ola.search("brannøvelser", result_type="statuses")).statuses and r, "found"
    )
    assert [one.id for one in found.statuses] == [post.id]
    assert DEPARTMENT in [one.acct for one in ola.search("IKT").accounts]
    assert "øvelse" in [one.name for one in ola.search("øvelse").hashtags]
    assert ola.account_lookup(DEPARTMENT).acct == DEPARTMENT
    assert [one.acct for one in ola.account_search("anne")][:1] == ["anne"]
    assert [one.id for one in ola.search(post.url, resolve=True).statuses] == [post.id]


# -- people


def test_the_profile_is_changed_with_fields_and_pictures(department: Any, ola: Any) -> None:
    changed = department.account_update_credentials(
        display_name="IKT-teamet 💻",
        note="Vi hjelper deg.",
        fields=[("Nett", "https://ikt.example.org"), ("Telefon", "12345678")],
        avatar=picture("PNG", (200, 200)),
        avatar_mime_type="image/png",
        header=picture("JPEG", (900, 300)),
        header_mime_type="image/jpeg",
        locked=False,
        bot=True,
        discoverable=True,
    )
    assert changed.display_name == "IKT-teamet 💻"
    assert [one.name for one in changed.fields] == ["Nett", "Telefon"]
    assert changed.source.fields[0].value == "https://ikt.example.org"
    seen = ola.account(department.me())
    assert "Vi hjelper deg." in seen.note
    assert "missing" not in seen.avatar
    assert seen.header != changed.avatar
    assert department.account_delete_avatar().avatar != changed.avatar
    department.account_delete_header()


def test_people_follow_mute_block_and_note(anne: Any, ola: Any) -> None:
    me, other = anne.me(), ola.me()
    assert anne.account_follow(other, reblogs=False, notify=True).following
    relation = anne.account_relationships(other)[0]
    assert (relation.showing_reblogs, relation.notifying) == (False, True)
    assert me.id in [one.id for one in ola.account_followers(other)]
    assert other.id in [one.id for one in anne.account_following(me)]
    assert ola.account_remove_from_followers(me).followed_by is False
    assert not anne.account_unfollow(other).following
    assert anne.account_mute(other, notifications=False, duration=3600).muting
    muted = anne.mutes()
    assert [one.id for one in muted] == [other.id]
    assert isinstance(muted[0].mute_expires_at, datetime.datetime)
    assert not anne.account_unmute(other).muting
    assert anne.account_block(other).blocking
    assert [one.id for one in anne.blocks()] == [other.id]
    assert not anne.account_unblock(other).blocking
    assert anne.account_note_set(other, "Kjenner bygget").note == "Kjenner bygget"
    anne.domain_block("spam.example")
    assert "spam.example" in anne.domain_blocks()
    anne.domain_unblock("spam.example")
    anne.account_familiar_followers([other])
    anne.account_follow(other)
    assert anne.account_endorse(other).endorsed
    assert [one.id for one in anne.endorsements()] == [other.id]
    assert not anne.account_unendorse(other).endorsed


def test_whoever_is_locked_is_asked_first(anne: Any, ola: Any) -> None:
    anne.account_unfollow(ola.me())
    ola.account_update_credentials(locked=True)
    assert anne.account_follow(ola.me()).requested
    assert [one.acct for one in ola.follow_requests()] == ["anne"]
    assert "follow_request" in [one.type for one in ola.notifications()]
    ola.follow_request_authorize(anne.me())
    assert ola.follow_requests() == []
    assert anne.account_relationships(ola.me())[0].following
    anne.account_unfollow(ola.me())
    anne.account_follow(ola.me())
    ola.follow_request_reject(anne.me())
    assert not anne.account_relationships(ola.me())[0].following
    ola.account_update_credentials(locked=False)


def test_something_is_reported(ola: Any, anne: Any) -> None:
    post = anne.status_post("Tull og tøys")
    report = ola.report(anne.me(), [post], comment="Bare tull", category="other", forward=False)
    assert report.comment == "Bare tull"
    assert report.target_account.acct == "anne"
    assert isinstance(report.created_at, datetime.datetime)


# -- what happened


def test_notifications_are_read_grouped_and_dismissed(anne: Any, ola: Any, department: Any) -> None:
    anne.notifications_clear()
    post = anne.status_post("Noe å like", visibility="public")
    ola.status_favourite(post)
    department.status_favourite(post)
    ola.status_reblog(post)
    ola.status_post("Ser du dette, @anne?")
    seen = anne.notifications()
    assert [one.type for one in seen] == ["mention", "reblog", "favourite", "favourite"]
    assert isinstance(seen[0].created_at, datetime.datetime)
    assert seen[1].status.id == post.id
    assert [one.type for one in anne.notifications(types=["mention"])] == ["mention"]
    assert anne.notifications(exclude_types=["mention"], limit=1)[0].type == "reblog"
    assert anne.notifications_unread_count().count == 4
    one_by_one = anne.notifications(limit=1)
    assert anne.fetch_next(one_by_one)[0].id == seen[1].id
    grouped = anne.grouped_notifications()
    likes = next(one for one in grouped.notification_groups if one.type == "favourite")
    assert likes.notifications_count == 2
    assert {one.acct for one in grouped.accounts} >= {"ola", DEPARTMENT}
    assert likes.status_id in [one.id for one in grouped.statuses]
    assert anne.grouped_notification(likes.group_key).notification_groups[0].type == "favourite"
    assert len(anne.grouped_notification_accounts(likes.group_key)) == 2
    assert anne.unread_grouped_notifications_count() == 3
    anne.dismiss_grouped_notification(likes.group_key)
    assert [one.type for one in anne.notifications()] == ["mention", "reblog"]
    anne.notifications_dismiss(seen[0])
    assert [one.type for one in anne.notifications()] == ["reblog"]
    policy = anne.update_notifications_policy(for_not_following="filter")
    assert policy.for_not_following == "filter"
    anne.update_notifications_policy(for_not_following="accept")
    assert anne.notification_requests() is not None


def test_conversations_are_listed_and_read(anne: Any, ola: Any) -> None:
    post = ola.status_post("@anne Bare til deg", visibility="direct")
    talk = next(one for one in anne.conversations() if one.last_status.id == post.id)
    assert talk.unread
    assert [one.acct for one in talk.accounts] == ["ola"]
    assert not anne.conversations_read(talk).unread
