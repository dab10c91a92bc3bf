"""Mastodon.py follows, mutes and blocks, changes a profile, and is told what happened."""

import datetime
from typing import Any

import pytest

from tests.clients.house import DEPARTMENT, picture

pytestmark = [pytest.mark.slow]


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
