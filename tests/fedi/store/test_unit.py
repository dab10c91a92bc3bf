"""What a unit reads at one look is what it reads one by one; and whose follows are ours."""

from actors.posts import Visibility
from actors.relationships import MarkerKind
from actors.verbs import Delete
from fedi.store import home
from fedi.store.engine import Tx
from tests.people import ALICE, BOB, KARI, LEDERGRUPPEN, OLA, Nordvik, note
from tests.running import run


async def _one_by_one(nordvik: Nordvik, tx: Tx, uri: str) -> list[bool]:
    store = nordvik.performer.open(tx)
    return [
        await store.post(uri) is not None,
        await store.marked(uri, MarkerKind.DELETED, ALICE.uri),
        bool(await store.waiting_replies(uri)),
        bool(await store.waiting_quotes(uri)),
        await store.local_followers(ALICE.id),
    ]


def _is_traced(nordvik: Nordvik, uri: str) -> list[bool]:
    async def both(tx: Tx) -> list[bool]:
        found = await nordvik.performer.open(tx).traces(uri, ALICE)
        at_once = [found.known, found.deleted, found.answered, found.quoted, found.followed]
        assert at_once == await _one_by_one(nordvik, tx, uri)
        return at_once

    return run(nordvik.engine.read(both))


def test_the_traces_of_a_post_are_what_one_finds_looking_for_each(nordvik: Nordvik) -> None:
    uri = nordvik.post_uri(ALICE)
    assert _is_traced(nordvik, uri) == [False, False, False, False, False]
    nordvik.follows(BOB, ALICE)  # from elsewhere
    assert not _is_traced(nordvik, uri)[4]
    nordvik.follows(KARI, ALICE)
    nordvik.done(nordvik.create(note(ALICE, nordvik.post_uri(ALICE), reply_to=uri)))
    assert _is_traced(nordvik, uri) == [False, False, True, False, True]
    nordvik.done(Delete(uri=nordvik.uri(ALICE), actor=ALICE.uri, object=uri))
    assert _is_traced(nordvik, uri)[1]
    assert _is_traced(nordvik, nordvik.says(ALICE).uri)[0]


def test_only_the_followers_here_are_counted_for_timelines(nordvik: Nordvik) -> None:
    def reached() -> home.Reach:
        return run(nordvik.engine.read(lambda tx: home.reach(tx, LEDERGRUPPEN.id)))

    nordvik.follows(ALICE, LEDERGRUPPEN)
    nordvik.follows(BOB, LEDERGRUPPEN)
    assert reached() == home.Reach(merged=False, followers=0, heeded=False)
    nordvik.follows(KARI, LEDERGRUPPEN)
    nordvik.follows(OLA, LEDERGRUPPEN)
    assert reached().followers == 2
    assert nordvik.ask("SELECT source_id, inside FROM relation ORDER BY source_id") == sorted(
        [(ALICE.id, 0), (BOB.id, 0), (KARI.id, 1), (OLA.id, 1)]
    )
    post = nordvik.says(LEDERGRUPPEN, Visibility.PUBLIC)
    assert post.id in nordvik.home(KARI)
