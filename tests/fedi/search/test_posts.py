"""Whoever searches finds what they may see and may find, the same on both engines."""

from zoneinfo import ZoneInfo

import pytest

from actors.audience import LocalActor, Nobody
from actors.people import Actor
from actors.posts import Hashtag, Media, Post, Visibility
from actors.relationships import Reaction, Relation, RelationKind
from fedi.search.asking import Finder, Search
from fedi.search.indexing import Indexer
from fedi.store.engine import Engine
from tests.people import (
    ALICE,
    ALLE,
    BOB,
    CARLA,
    DAY,
    HOUR,
    IKT,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    NOW,
    OLA,
    Nordvik,
    poll_note,
)
from tests.running import run

OSLO = ZoneInfo("Europe/Oslo")
PUBLIC, UNLISTED = Visibility.PUBLIC, Visibility.UNLISTED
INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


class House(Nordvik):
    """Nordvik, searched."""

    def index(self) -> None:
        """Read into the index what is new."""
        run(self.indexer.all())

    @property
    def indexer(self) -> Indexer:
        return Indexer(self.engine, self.urls, self.clock.now, lambda: 0.5)

    @property
    def finder(self) -> Finder:
        return Finder(self.engine, None, self.urls, OSLO)  # type: ignore[arg-type]

    def finds(self, text: str, who: Actor = KARI, **rest: int) -> list[int]:
        """Index what is new, and return what an actor finds."""
        self.index()
        return self.finds_now(text, who, **rest)

    def finds_now(self, text: str, who: Actor = KARI, **rest: int) -> list[int]:
        found = run(self.finder.posts(Search(text=text, **rest), LocalActor(who.id)))
        return list(found)


@pytest.fixture
def nordvik(engine: Engine) -> House:
    house = House(engine)
    house.settle()
    return house


def _ids(*posts: Post) -> list[int]:
    return sorted((post.id for post in posts), reverse=True)


# -- words


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


def test_all_that_belongs_to_a_post_is_found(nordvik: House) -> None:
    picture = Media(url="https://x.test/1.png", media_type="image/png", description="En måke")
    post = nordvik.says(
        LEDERGRUPPEN,
        content="<p>Se her</p>",
        summary="Advarsel om fugler",
        media=(picture,),
        hashtags=("Sjøfugl",),
        content_map={"nb": "<p>Se her</p>", "en": "<p>Look at this seagull</p>"},
    )
    for word in ("måka", "advarsel", "seagulls", "#sjøfugl", "#sjofugl", "sjøfuglen",
                 "ledergruppen", "her"):  # fmt: skip
        assert nordvik.finds(word) == [post.id], word


def test_the_choices_of_a_poll_are_found(nordvik: House) -> None:
    nordvik.follows(KARI, ALICE)
    note = poll_note(ALICE, "https://mastodon.test/notes/9", ["Fisk", "Fårikål"])
    nordvik.done(nordvik.create(note))
    nordvik.put(Reaction(post_id=nordvik.post(note.uri).id, actor_id=KARI.id, created=NOW))
    assert nordvik.finds("fårikål has:poll") == [nordvik.post(note.uri).id]


# -- what changes


def test_an_edit_is_found_by_its_new_words_alone(nordvik: House) -> None:
    from dataclasses import replace

    from actors.verbs import Update
    from tests.people import note

    post = nordvik.says(LEDERGRUPPEN, content="<p>Gammelt</p>")
    assert nordvik.finds("gammelt") == [post.id]
    changed = replace(
        note(LEDERGRUPPEN, post.uri, content="<p>Nytt</p>", published=post.published),
        updated=NOW + 1,
    )
    nordvik.done(Update(uri=nordvik.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, note=changed))
    assert nordvik.finds("nytt") == [post.id]
    assert nordvik.finds("gammelt") == []


def test_a_deleted_post_is_gone_at_once_and_its_words_soon(nordvik: House) -> None:
    from actors.verbs import Delete

    post = nordvik.says(LEDERGRUPPEN, content="<p>Angret</p>")
    assert nordvik.finds("angret") == [post.id]
    nordvik.done(Delete(uri=nordvik.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri))
    assert nordvik.finds_now("angret") == []
    assert "angret" in nordvik.ask("SELECT words FROM searched")[0][0]
    nordvik.index()
    assert nordvik.ask("SELECT words FROM searched") == []


def test_what_was_here_before_the_index_is_read_backwards(nordvik: House) -> None:
    posts = [nordvik.says(LEDERGRUPPEN, content="<p>Historie</p>") for _ in range(7)]
    assert nordvik.finds("historie", limit=40) == _ids(*posts)
    run(nordvik.indexer.begin_again())
    assert nordvik.finds_now("historie", limit=40) == _ids(*posts)
    assert nordvik.finds("historie", limit=40) == _ids(*posts)


def test_words_made_in_another_way_are_made_anew(
    nordvik: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fedi.search import words

    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    assert nordvik.finds("ord") == [post.id]
    monkeypatch.setattr(words, "VERSION", 2)
    monkeypatch.setattr(words, "text_of", lambda texts, marks: "annet _x")
    assert nordvik.finds("ord") == []
    assert nordvik.ask("SELECT words FROM searched") == [("annet _x",)]


def test_a_post_that_changed_while_it_was_read_is_not_written_back(nordvik: House) -> None:
    from fedi.store import search_index
    from fedi.store.search_index import Entry

    post = nordvik.says(LEDERGRUPPEN, content="<p>Ord</p>")
    stale = Entry(post.id, post.edit_number + 1, "galt")
    run(nordvik.engine.write(lambda tx: search_index.put(tx, [stale])))
    assert nordvik.ask("SELECT words FROM searched") == []


# -- who finds what


def test_internal_posts_are_found_inside_and_letters_by_whom_they_name(nordvik: House) -> None:
    internal = nordvik.says(KARI, INTERNAL, content="<p>Hemmelig ord</p>")
    letter = nordvik.says(KARI, DIRECT, OLA, content="<p>Hemmelig ord</p>")
    assert nordvik.finds("hemmelig", KARI) == _ids(internal, letter)
    assert nordvik.finds("hemmelig", OLA) == _ids(internal, letter)
    assert nordvik.finds("hemmelig", IKT) == [internal.id]
    assert run(nordvik.finder.posts(Search(text="hemmelig"), Nobody())) == ()


def test_others_are_found_if_they_want_it_or_one_had_to_do_with_them(nordvik: House) -> None:
    from dataclasses import replace

    nordvik.put(replace(CARLA, indexable=True))
    carla = nordvik.says(CARLA, content="<p>Felles ord</p>")
    unlisted = nordvik.says(CARLA, UNLISTED, content="<p>Felles ord</p>")
    alice = nordvik.says(ALICE, content="<p>Felles ord</p>")
    named = nordvik.says(BOB, PUBLIC, KARI, content="<p>Felles ord</p>")
    nordvik.put(Reaction(post_id=unlisted.id, actor_id=OLA.id, created=NOW))
    assert nordvik.finds("felles", KARI) == _ids(carla, named)
    assert nordvik.finds("felles", OLA) == _ids(carla, unlisted)
    assert nordvik.finds("felles in:library", OLA) == [unlisted.id]
    assert nordvik.finds("felles in:public", OLA) == [carla.id]
    assert nordvik.finds("from:alice@mastodon.test") == []
    assert alice.id not in nordvik.finds("felles", LEDERGRUPPEN)


def test_ones_library_is_what_one_wrote_liked_kept_shared_and_was_named_in(
    nordvik: House,
) -> None:
    from actors.posts import Vote

    own = nordvik.says(KARI, INTERNAL, content="<p>Bibliotek</p>")
    liked, kept, shared, voted, other = (
        nordvik.says(LEDERGRUPPEN, content="<p>Bibliotek</p>") for _ in range(5)
    )
    named = nordvik.says(LEDERGRUPPEN, PUBLIC, KARI, content="<p>Bibliotek</p>")
    nordvik.put(
        Reaction(post_id=liked.id, actor_id=KARI.id, created=NOW),
        Vote(post_id=voted.id, actor_id=KARI.id, choice=0, created=NOW),
        Post(
            id=shared.id + (1 << 20),
            uri="https://nordvik.test/b",
            author_id=KARI.id,
            visibility=PUBLIC,
            local=True,
            published=NOW,
            in_reply_to_uri="",
            boost_of=shared.id,
        ),
    )
    run(
        nordvik.engine.write(
            lambda tx: tx.run(
                "INSERT INTO bookmark (id, actor_id, post_id) VALUES (1, ?, ?)", (KARI.id, kept.id)
            )
        )
    )
    library = _ids(own, liked, kept, shared, voted, named)
    assert nordvik.finds("bibliotek in:library", limit=40) == library
    assert nordvik.finds("bibliotek", limit=40) == _ids(
        own, liked, kept, shared, voted, named, other
    )


def test_whom_one_mutes_or_blocks_is_not_found(nordvik: House) -> None:
    post = nordvik.says(LEDERGRUPPEN, content="<p>Stille</p>")
    assert nordvik.finds("stille", OLA) == [post.id]
    nordvik.put(Relation(kind=RelationKind.MUTE, source_id=OLA.id, target_id=LEDERGRUPPEN.id))
    assert nordvik.finds("stille", OLA) == []
    nordvik.blocks(LEDERGRUPPEN, KARI)
    assert nordvik.finds("stille", KARI) == []


def test_a_suspended_authors_posts_are_hidden_from_that_moment(nordvik: House) -> None:
    from dataclasses import replace

    post = nordvik.says(LEDERGRUPPEN, content="<p>Borte</p>")
    assert nordvik.finds("borte") == [post.id]
    nordvik.put(replace(LEDERGRUPPEN, suspended=NOW))
    assert nordvik.finds_now("borte") == []


# -- operators


def test_from_names_an_author(nordvik: House) -> None:
    mine = nordvik.says(KARI, INTERNAL, content="<p>Sak</p>")
    theirs = nordvik.says(LEDERGRUPPEN, content="<p>Sak</p>")
    bobs = nordvik.says(BOB, PUBLIC, KARI, content="<p>Sak</p>")
    assert nordvik.finds("sak from:me") == [mine.id]
    assert nordvik.finds("from:@Ledergruppen") == [theirs.id]
    assert nordvik.finds("from:ledergruppen@nordvik.test") == [theirs.id]
    assert nordvik.finds("from:bob@mastodon.test sak") == [bobs.id]
    assert nordvik.finds("sak -from:me") == _ids(theirs, bobs)
    assert nordvik.finds("sak from:nobody") == []
    assert nordvik.finds("sak -from:nobody") == _ids(mine, theirs, bobs)


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
    assert nordvik.finds("ting has:media") == _ids(shown, filmed)
    assert nordvik.finds("ting has:image") == [shown.id]
    assert nordvik.finds("has:video") == [filmed.id]
    assert nordvik.finds("has:link") == [linked.id]
    assert nordvik.finds("has:audio") == []
    assert nordvik.finds("is:reply") == [answer.id]
    assert nordvik.finds("is:sensitive") == [filmed.id]
    assert nordvik.finds("is:media") == []
    assert nordvik.finds("language:en") == [plain.id]
    assert nordvik.finds("language:no ting") == _ids(shown, linked)
    assert nordvik.finds("ting -has:media -is:reply") == _ids(plain, linked)


def test_a_hashtag_is_found_whole_or_by_its_beginning(nordvik: House) -> None:
    post = nordvik.says(KARI, INTERNAL, content="<p>x</p>", hashtags=("Sakspapir",))
    nordvik.put(Hashtag(post_id=post.id, name="sakspapir", shown="Sakspapir"))
    assert nordvik.finds("#sakspapir") == [post.id]
    assert nordvik.finds("#saks") == [post.id]
    assert nordvik.finds("#sak x") == []


def test_pages_go_on_where_the_last_one_ended(nordvik: House) -> None:
    posts = [nordvik.says(LEDERGRUPPEN, content="<p>Side</p>") for _ in range(5)]
    expected = _ids(*posts)
    assert nordvik.finds("side", limit=2) == expected[:2]
    assert nordvik.finds("side", limit=2, offset=2) == expected[2:4]
    assert nordvik.finds("side", before=expected[2]) == expected[3:]
    assert nordvik.finds("side", since=expected[2]) == expected[:3]


def test_a_word_that_is_everywhere_is_looked_at_in_windows(
    nordvik: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fedi.store import searching

    for _ in range(6):
        nordvik.says(OLA, DIRECT, content="<p>Overalt</p>")
    nordvik.says(LEDERGRUPPEN, content="<p>Overalt</p>", published=NOW - DAY)
    old = nordvik.says(ALICE, PUBLIC, KARI, content="<p>Overalt</p>", published=NOW - DAY)
    monkeypatch.setattr(searching, "WINDOWS", (3, 6))
    assert nordvik.finds("overalt from:alice@mastodon.test") == [old.id]
    assert old.id in nordvik.finds("overalt")
    monkeypatch.setattr(searching, "WINDOWS", (3,))
    assert old.id not in nordvik.finds("overalt")


def test_posts_to_a_group_are_found_by_its_members(nordvik: House) -> None:
    nordvik.follows(KARI, ALLE)
    post = nordvik.says(OLA, Visibility.GROUP, ALLE, content="<p>Gruppeord</p>")
    assert nordvik.finds("gruppeord", KARI) == [post.id]
    assert nordvik.finds("gruppeord", LEDERGRUPPEN) == []
