"""What is typed into a search field, read as people in Norway and apps mean it. On both engines."""

import pytest

from actors.posts import Hashtag, Media, Visibility
from fedi.store.engine import Engine
from tests.fedi.search.searched import House, ids
from tests.people import (
    ALICE,
    BOB,
    DAY,
    HOUR,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    NOW,
)

PUBLIC, UNLISTED = Visibility.PUBLIC, Visibility.UNLISTED
INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


@pytest.fixture
def nordvik(engine: Engine) -> House:
    return House(engine)


def test_the_newest_stands_first(nordvik: House) -> None:
    old = nordvik.says(LEDERGRUPPEN, content="<p>Møte om skolen</p>", published=NOW - HOUR)
    new = nordvik.says(LEDERGRUPPEN, content="<p>Møtet om skolene er <b>over</b></p>")
    assert nordvik.finds("møte skole") == [new.id, old.id]
    assert nordvik.finds("mote over") == [new.id]
    assert nordvik.finds("møte båt") == []


def test_the_last_word_is_found_while_it_is_typed(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Kommunestyret vedtok budsjettet</p>")
    for typed in ("kom", "kommunest", "kommunestyre", "vedtok bud", "budsjettet kommu"):
        assert nordvik.finds(typed) == [post.id], typed
    assert nordvik.finds("kommu vedtok") == []
    assert nordvik.finds("kommu ") == []
    assert nordvik.finds("ko") == []


def test_a_phrase_is_words_in_their_order(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Ny bru over elva, sier rådet</p>")
    nordvik.says(LEDERGRUPPEN, content="<p>Over elva er det ny grus ved brua</p>")
    assert nordvik.finds('"ny bru" rådet') == [post.id]
    assert len(nordvik.finds('"over elva"')) == 2
    assert nordvik.finds('"elva over"') == []
    assert nordvik.finds('"ny bru over') == [post.id]


def test_an_unwanted_word_takes_away(nordvik: House) -> None:
    one = nordvik.says(LEDERGRUPPEN, content="<p>Vannet er stengt</p>")
    two = nordvik.says(LEDERGRUPPEN, content="<p>Vannet er åpent</p>")
    assert nordvik.finds("vannet -stengt") == [two.id]
    assert nordvik.finds("-stengt") == [two.id]
    assert nordvik.finds('-"er åpent"') == [one.id]


@pytest.mark.parametrize(
    "typed",
    ['"', '""', "-", "(", "a OR b", 'NEAR("a" "b")', "*", "a*", "'a' & !b", "\\", "\x00", "c++",
     "_x", "AND", "from:", "has:", "before:2020-99-99", "🎉", "' OR 1=1 --", "a:b:c",
     "è" * 5_000, "x " * 5_000, "\u202eabc", "<->", "a<->b", "%", "\ud800"],
)  # fmt: skip
def test_nothing_that_is_typed_is_an_engines_language(nordvik: House, typed: str) -> None:
    nordvik.says(LEDERGRUPPEN, content="<p>Noe annet</p>")
    assert nordvik.finds(typed) == []


def test_from_names_an_author(nordvik: House) -> None:
    mine = nordvik.says(KARI, INTERNAL, content="<p>Sak</p>")
    theirs = nordvik.says(LEDERGRUPPEN, content="<p>Sak</p>")
    bobs = nordvik.says(BOB, PUBLIC, KARI, content="<p>Sak</p>")
    assert nordvik.finds("sak from:me") == [mine.id]
    assert nordvik.finds("from:@Ledergruppen") == [theirs.id]
    assert nordvik.finds("from:ledergruppen@nordvik.test") == [theirs.id]
    assert nordvik.finds("from:bob@mastodon.test sak") == [bobs.id]
    assert nordvik.finds("sak -from:me") == ids(theirs, bobs)
    assert nordvik.finds("sak from:nobody") == []
    assert nordvik.finds("sak -from:nobody") == ids(mine, theirs, bobs)


def test_days_begin_where_the_organisation_is(nordvik: House) -> None:
    # NOW is 24 November 2025, 17:00 in Oslo.
    posts = {
        day: nordvik.says(LEDERGRUPPEN, content="<p>Dag</p>", published=NOW - day * DAY)
        for day in (0, 1, 2)
    }
    early = nordvik.says(
        ALICE, PUBLIC, KARI, content="<p>Dag</p>", published=NOW - 17 * HOUR + MINUTE
    )
    del posts
    nordvik.index()
    assert nordvik.finds("dag during:2025-11-24 from:alice@mastodon.test") == [early.id]
    assert nordvik.finds("dag before:2025-11-24 from:alice@mastodon.test") == []
    assert nordvik.finds("dag after:2025-11-23 from:alice@mastodon.test") == [early.id]
    assert nordvik.finds("dag after:2025-11-24 from:alice@mastodon.test") == []
    assert nordvik.finds("dag during:2025-11 from:alice@mastodon.test") == [early.id]
    assert nordvik.finds("dag during:2024 from:alice@mastodon.test") == []
    assert nordvik.finds("dag -after:2025-11-23 from:alice@mastodon.test") == []


def test_has_is_and_language_name_what_a_post_is_like(nordvik: House) -> None:
    image = Media(url="https://x.test/1.png", media_type="image/png")
    film = Media(url="https://x.test/1.mp4", media_type="video/mp4")
    plain = nordvik.says(KARI, INTERNAL, content="<p>Ting</p>", language="en")
    shown = nordvik.says(KARI, INTERNAL, content="<p>Ting</p>", media=(image,), language="nn")
    filmed = nordvik.says(KARI, INTERNAL, content="<p>Ting</p>", media=(film,), sensitive=True)
    linked = nordvik.says(
        KARI, INTERNAL, content='<p>Ting <a href="https://nrk.no/">nrk.no</a></p>', language="nb"
    )
    answer = nordvik.says(KARI, INTERNAL, content="<p>Ting</p>", reply_to=plain.uri)
    assert nordvik.finds("ting has:media") == ids(shown, filmed)
    assert nordvik.finds("ting has:image") == [shown.id]
    assert nordvik.finds("has:video") == [filmed.id]
    assert nordvik.finds("has:link") == [linked.id]
    assert nordvik.finds("has:audio") == []
    assert nordvik.finds("is:reply") == [answer.id]
    assert nordvik.finds("is:sensitive") == [filmed.id]
    assert nordvik.finds("is:media") == []
    assert nordvik.finds("language:en") == [plain.id]
    assert nordvik.finds("language:no ting") == ids(shown, linked)
    assert nordvik.finds("ting -has:media -is:reply") == ids(plain, linked)


def test_a_hashtag_is_found_whole_or_by_its_beginning(nordvik: House) -> None:
    post = nordvik.says(KARI, INTERNAL, content="<p>x</p>", hashtags=("Sakspapir",))
    nordvik.put(Hashtag(post_id=post.id, name="sakspapir", shown="Sakspapir"))
    assert nordvik.finds("#sakspapir") == [post.id]
    assert nordvik.finds("#saks") == [post.id]
    assert nordvik.finds("#sak x") == []
