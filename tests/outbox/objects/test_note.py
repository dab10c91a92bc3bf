"""A note as other servers read it."""

from dataclasses import replace

from actors.posts import Emoji
from outbox.objects.note import hashtag, write
from outbox.objects.record import note_of
from tests.outbox.cast import NOTICE, NOTICE_AROUND, POLL, POLL_AROUND, URLS

NOTE = note_of(NOTICE, NOTICE_AROUND, URLS)


def test_lists_are_lists_even_when_empty() -> None:
    bare = replace(NOTE, to=(), cc=(), mentions=(), hashtags=(), media=())
    shape = write(bare, URLS)
    for term in ("to", "cc", "tag", "attachment"):
        assert shape[term] == []


def test_a_quote_is_spelled_in_every_way_in_use() -> None:
    shape = write(NOTE, URLS)
    spelled = {shape[term] for term in ("quote", "quoteUrl", "quoteUri", "_misskey_quote")}
    assert spelled == {NOTE.quote}


def test_only_a_post_of_ours_has_our_collections() -> None:
    shape = write(NOTE, URLS)
    for part in ("replies", "likes", "shares"):
        assert shape[part] == URLS.post(NOTICE.id, part)
    theirs = write(replace(NOTE, uri="https://a.test/1", replies=""), URLS)
    assert {"replies", "likes", "shares"}.isdisjoint(theirs)


def test_a_conversation_goes_by_both_its_names() -> None:
    shape = write(NOTE, URLS)
    assert shape["context"] == shape["conversation"] == NOTICE.context


def test_a_hashtag_leads_to_one_page_however_it_is_written() -> None:
    one, other = hashtag("Møter", URLS), hashtag("#MØTER", URLS)
    assert one["href"] == other["href"] == URLS.tag("møter")
    assert (one["name"], other["name"]) == ("#Møter", "#MØTER")


def test_an_emoji_stands_between_colons_and_may_lack_an_id() -> None:
    emoji = Emoji("nordvik", "https://a.test/n.png")
    (tag,) = [tag for tag in write(replace(NOTE, emojis=(emoji,)), URLS)["tag"] if "icon" in tag]
    assert tag["name"] == ":nordvik:"
    assert "id" not in tag


def test_a_note_with_a_poll_is_a_question() -> None:
    shape = write(note_of(POLL, POLL_AROUND, URLS), URLS)
    assert shape["type"] == "Question"
    assert shape["votersCount"] == 3


def test_what_there_is_nothing_of_is_left_out() -> None:
    shape = write(replace(NOTE, updated=None, in_reply_to="", quote="", summary=""), URLS)
    assert {"updated", "inReplyTo", "quote", "summary", "name"}.isdisjoint(shape)
    assert None not in shape.values()
