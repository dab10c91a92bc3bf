from typing import Any

import pytest

from actors.errors import Invalid, TooLarge
from actors.posts import Note
from inbox import limits, parse
from tests.inbox.arrivals import HOST, MALLORY, NOW, PUBLIC, SECRETARIAT, SOLVEIG, URLS, note


def read(**more: Any) -> Note:
    return parse.note(note(**more), URLS, now=NOW)


# -- whose and which


@pytest.mark.parametrize(("wrong", "code"), [
    ({"id": None}, "no_id"),
    ({"id": "urn:uuid:1"}, "no_id"),
    ({"attributedTo": None}, "no_author"),
    ({"type": "ChatMessage"}, "unsupported_object"),
    ({"type": "Tombstone"}, "unsupported_object"),
    ({"type": []}, "unsupported_object"),
])  # fmt: skip
def test_a_post_without_id_author_or_known_type_is_refused(
    wrong: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        read(**wrong)
    assert caught.value.code == code


def test_of_several_authors_a_person_on_the_posts_host_is_the_author() -> None:
    group = {"type": "Group", "id": f"{HOST}/c/a"}
    person = {"type": "Person", "id": SOLVEIG}
    stranger = {"type": "Person", "id": MALLORY}
    assert read(attributedTo=[stranger, group, person]).attributed_to == SOLVEIG
    assert read(attributedTo=[MALLORY, SOLVEIG]).attributed_to == SOLVEIG
    several = parse.note(note(attributedTo=[SOLVEIG, f"{HOST}/u/b"]), URLS, author=f"{HOST}/u/b")
    assert several.attributed_to == f"{HOST}/u/b"


@pytest.mark.parametrize("kind", ["Article", "Page", "Event", "Video", "Audio", "Image"])
def test_foreign_kinds_keep_title_summary_link_and_clean_text(kind: str) -> None:
    foreign = read(type=kind, name="Tittel", summary="<p>Kort &amp; godt</p>",
                   url=f"{HOST}/les", content="<p>Hele<script>x</script></p>")  # fmt: skip
    assert foreign.kind == kind
    assert (foreign.name, foreign.summary, foreign.url) == ("Tittel", "Kort & godt", f"{HOST}/les")
    assert foreign.content == "<p>Hele</p>"


# -- text and language


def test_the_map_entry_equal_to_the_content_names_the_language() -> None:
    both = read(contentMap={"en": "<p>Hi</p>", "nb": "<p>Hei</p>"})
    assert (both.language, both.content) == ("nb", "<p>Hei</p>")
    assert read(contentMap={"en": "<p>Hi</p>", "de": "<p>Tag</p>"}).language == ""
    assert read(contentMap={"de": "<p>hei!</p>"}).language == "de"


def test_with_only_a_map_the_preferred_language_is_taken() -> None:
    tagged = {"de": "<p>Tag</p>", "nn-NO": "<p>Hei du</p>", "en": "<p>Hi</p>"}
    assert read(content=None, contentMap=tagged).content == "<p>Hei du</p>"
    english = parse.note(note(content=None, contentMap=tagged), URLS, languages=("en",))
    assert english.content == "<p>Hi</p>"
    assert read(content=None, contentMap={"fi": "<p>Moi</p>"}).language == "fi"


def test_text_that_is_no_html_is_escaped() -> None:
    plain = read(content="a < b\r\n\r\n<script>c</script>\nd", mediaType="text/markdown")
    assert plain.content == "<p>a &lt; b</p><p>&lt;script&gt;c&lt;/script&gt;<br>d</p>"


def test_a_post_of_pictures_alone_has_no_text() -> None:
    assert read(content=None).content == ""


def test_a_content_warning_is_plain_text() -> None:
    assert read(summary="Om <3 & mat").summary == "Om <3 & mat"
    assert read(summary="<b>Om</b> mat").summary == "Om mat"
    assert read(summary=None, summaryMap={"nb": "Om mat"}).summary == "Om mat"


# -- dates


def test_an_undated_post_is_dated_by_its_arrival() -> None:
    assert read(published=None).published == NOW
    assert read(published="i går").published == NOW


def test_only_a_later_update_is_an_edit() -> None:
    assert read(updated="2026-03-14T09:26:53Z").updated is None
    assert read(updated="2026-03-14T09:26:54Z").updated == 1_773_480_414_000


# -- addressing


def test_recipients_are_read_from_scalar_list_and_object() -> None:
    addressed = read(to="as:Public", cc=[{"id": SECRETARIAT}, {"type": "x"}, "nobody"])
    assert (addressed.to, addressed.cc) == ((PUBLIC,), (SECRETARIAT,))


def test_too_many_recipients_are_refused() -> None:
    most = [f"https://a.example/{n}" for n in range(limits.RECIPIENTS.size)]
    assert len(read(to=most).to) == limits.RECIPIENTS.size
    with pytest.raises(TooLarge):
        read(to=[*most, SECRETARIAT])


# -- tags (trial 37)


def test_trial_37_mentions_are_cut_but_never_ours() -> None:
    crowd = [{"type": "Mention", "href": f"https://a.example/{n}"} for n in range(900)]
    crowd.append({"type": "Mention", "href": SECRETARIAT, "name": "@sekretariat"})
    mentions = read(tag=crowd).mentions
    assert len(mentions) == limits.MENTIONS.size
    assert mentions[0].href == SECRETARIAT


def test_trial_37_a_hundred_thousand_hashtags_are_cut() -> None:
    tags = read(tag=[{"type": "Hashtag", "name": f"#tag{n}"} for n in range(100_000)]).hashtags
    assert len(tags) == limits.HASHTAGS.size


def test_hashtags_are_each_once_without_sign_or_space() -> None:
    names = ["#Bystyret", "bystyret", "#åpen dag", "#", "", None, "#" + "x" * 256]
    assert read(tag=[{"type": "Hashtag", "name": name} for name in names]).hashtags == ("Bystyret",)


def test_a_single_tag_needs_no_list() -> None:
    assert read(tag={"type": "Hashtag", "name": "#vei"}).hashtags == ("vei",)


def test_emojis_need_no_id_but_a_name_and_a_picture() -> None:
    icon = {"type": "Image", "url": "/e.png"}
    tags = [{"type": "Emoji", "id": None, "name": ":a:", "icon": icon},
            {"type": "Emoji", "name": "b", "icon": icon},
            {"type": "Emoji", "name": ":c:"},
            {"type": "Emoji", "name": "x" * 3_000, "icon": icon}]  # fmt: skip
    emojis = read(tag=tags).emojis
    assert [(emoji.name, emoji.icon) for emoji in emojis] == [
        ("a", f"{HOST}/e.png"), ("b", f"{HOST}/e.png"),
    ]  # fmt: skip


# -- links


def test_the_page_for_people_is_chosen_among_links() -> None:
    links = [{"type": "Link", "mediaType": "video/mp4", "href": f"{HOST}/a.mp4"},
             {"type": "Link", "mimeType": "text/html", "href": f"{HOST}/side"}]  # fmt: skip
    assert read(url=links).url == f"{HOST}/side"
    assert read(url=links[:1]).url == f"{HOST}/posts/1"
    assert read(url="https://www.annet.example/vis").url == "https://www.annet.example/vis"
    assert read(url="javascript:alert(1)").url == f"{HOST}/posts/1"


@pytest.mark.parametrize("key", ["quote", "quoteUri", "quoteUrl", "_misskey_quote"])
def test_a_quote_is_read_from_each_of_four_keys(key: str) -> None:
    assert read(**{key: "https://a.example/1"}).quote == "https://a.example/1"
    assert read(**{key: {"id": "https://a.example/1"}}).quote == "https://a.example/1"


def test_a_quote_may_be_a_tag() -> None:
    link = {"type": "Link", "rel": "https://misskey-hub.net/ns#_misskey_quote",
            "href": "https://a.example/1"}  # fmt: skip
    assert read(tag=[{**link, "rel": "me"}, link]).quote == "https://a.example/1"


def test_replies_are_believed_only_on_the_posts_own_host() -> None:
    assert read(replies=f"{HOST}/posts/1/replies").replies == f"{HOST}/posts/1/replies"
    assert read(replies="https://ond.example/replies").replies == ""
    anonymous = {"type": "Collection", "first": {"type": "CollectionPage", "next": f"{HOST}/r?p=1"}}
    assert read(replies=anonymous).replies == f"{HOST}/r?p=1"


def test_the_thread_may_be_named_in_old_ways() -> None:
    assert read(conversation="tag:avis.example,2026:1").context == "tag:avis.example,2026:1"
    assert read(context={"id": f"{HOST}/contexts/1"}).context == f"{HOST}/contexts/1"
    assert read(context="a\nb").context == ""


# -- polls


def test_a_poll_may_come_in_a_note_and_with_doubled_options() -> None:
    option = {"type": "Note", "name": "Ja", "replies": {"totalItems": 3}}
    poll = read(oneOf=[option, option, {"name": ""}, "Nei", {"name": "Nei"}]).question
    assert poll is not None
    assert [(o.title, o.votes) for o in poll.options] == [("Ja", 3), ("Nei", 0)]
    assert (poll.multiple, poll.voters) == (False, None)
    assert read(oneOf=[]).question is None


def test_an_empty_any_of_beside_one_of_is_no_multiple_choice() -> None:
    poll = read(type="Question", anyOf=[], oneOf=[{"name": "Ja"}], closed=True).question
    assert poll is not None
    assert not poll.multiple
    assert poll.closed is None


# -- S16: oversize


def test_s16_every_field_may_be_too_long() -> None:
    long = "x" * 300_000
    huge = read(
        content=long, summary=long, name=long, url=long, conversation=long, inReplyTo=long,
        contentMap={f"a{'b' * (n % 7)}-{n}": long for n in range(30)},
        tag=[{"type": kind, "name": long, "href": long} for kind in ("Mention", "Hashtag")],
        attachment=[{"type": "Image", "url": f"{HOST}/{n}.png", "name": long} for n in range(99)],
        oneOf=[{"name": f"{n}{long}"} for n in range(600)], published=long,
    )  # fmt: skip
    assert len(huge.content) <= limits.CONTENT.size
    assert len(huge.content_map) <= limits.LANGUAGES.size
    assert len(huge.summary) == limits.WARNING.size
    assert len(huge.name) == limits.TITLE.size
    assert (huge.in_reply_to, huge.context, huge.mentions, huge.hashtags) == ("", "", (), ())
    assert len(huge.media) == limits.MEDIA.size
    assert len(huge.media[0].description) == limits.DESCRIPTION.size
    assert huge.question is not None
    assert len(huge.question.options) == limits.OPTIONS.size
    assert len(huge.question.options[0].title) == limits.OPTION.size


def test_s16_custom_emojis_are_cut() -> None:
    many = [
        {"type": "Emoji", "name": f":e{n}:", "icon": {"url": f"{HOST}/{n}.png"}} for n in range(900)
    ]
    assert len(read(tag=many).emojis) == limits.EMOJIS.size
