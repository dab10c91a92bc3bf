"""Mastodon.py writes, corrects and deletes, uploads, votes and reacts, as person and department."""

import datetime
import time
import uuid
from typing import Any

import pytest

from tests.clients.house import document, picture

pytestmark = [pytest.mark.slow]


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
