"""How quotes stand for whom, which are counted and listed, and which stamps are shown to whom."""

from dataclasses import replace
from functools import partial

import pytest

from actors.audience import LocalActor, Nobody, RemoteServer, Viewer
from actors.posts import Post, Quote, QuoteState, Visibility
from actors.relationships import Relation, RelationKind
from actors.verbs import Delete
from fedi.store import hydrating, quoting
from fedi.store.engine import Tx
from fedi.store.quoting import Standing
from fedi.store.timelines import Span
from tests.fedi.store.explaining import Noting, faults
from tests.people import ALICE, KARI, LEDERGRUPPEN, OLA, Nordvik
from tests.running import run

ALL = Span(limit=5)


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def pair(house: Nordvik, visibility: Visibility = Visibility.PUBLIC) -> tuple[Post, Post]:
    post = house.says(LEDERGRUPPEN, visibility)
    return post, house.says(OLA, Visibility.PUBLIC, quote=post.uri)


def standing(house: Nordvik, post: Post, viewer: Viewer) -> Standing:
    found = run(house.engine.read(lambda tx: quoting.standing(tx, [post.id], viewer)))
    return found[post.id]


def put(house: Nordvik, post: Post, state: QuoteState) -> None:
    (row,) = (one for one in house.all(Quote) if one.uri == post.uri)
    house.put(replace(row, state=state))


def test_who_may_see_what_is_quoted_sees_the_quote(house: Nordvik) -> None:
    post, quote = pair(house)
    for viewer in (Nobody(), LocalActor(KARI.id), RemoteServer("mastodon.test")):
        assert standing(house, quote, viewer) == Standing("accepted", post.id)
    inside, quoted = pair(house, Visibility.INTERNAL)
    assert standing(house, quoted, LocalActor(KARI.id)) == Standing("accepted", inside.id)
    assert standing(house, quoted, Nobody()) == Standing("unauthorized")
    house.blocks(LEDERGRUPPEN, KARI)
    assert standing(house, quote, LocalActor(KARI.id)) == Standing("unauthorized")


@pytest.mark.parametrize("state", [QuoteState.PENDING, QuoteState.REJECTED, QuoteState.REVOKED])
def test_what_is_not_allowed_shows_nothing_of_what_it_quotes(
    house: Nordvik, state: QuoteState
) -> None:
    _, quote = pair(house)
    put(house, quote, state)
    assert standing(house, quote, LocalActor(LEDERGRUPPEN.id)) == Standing(state.value)


def test_what_is_deleted_is_said_to_be(house: Nordvik) -> None:
    post, quote = pair(house)
    gone = Delete(uri=house.uri(LEDERGRUPPEN), actor=LEDERGRUPPEN.uri, object=post.uri)
    house.done(gone)
    assert standing(house, quote, LocalActor(KARI.id)) == Standing("deleted")


def test_whom_one_does_not_want_to_see_is_told_apart(house: Nordvik) -> None:
    post, quote = pair(house)
    reader = LocalActor(KARI.id)
    house.put(
        Relation(kind=RelationKind.MUTE, source_id=KARI.id, target_id=LEDERGRUPPEN.id, uri="m")
    )
    assert standing(house, quote, reader) == Standing("muted_account", post.id)
    house.blocks(KARI, LEDERGRUPPEN)
    assert standing(house, quote, reader) == Standing("blocked_account", post.id)


def test_only_what_is_allowed_and_seen_is_listed_and_counted(house: Nordvik) -> None:
    post, quote = pair(house)
    narrow = house.says(KARI, Visibility.INTERNAL, quote=post.uri)
    refused = house.says(OLA, quote=post.uri)
    put(house, refused, QuoteState.REVOKED)

    def listed(viewer: Viewer, asked: Span = ALL) -> list[int]:
        rows = run(house.engine.read(lambda tx: quoting.quotes_of(tx, post.id, viewer, asked)))
        return [row[1] for row in rows]

    assert listed(Nobody()) == [quote.id]
    assert listed(LocalActor(OLA.id)) == [narrow.id, quote.id]
    assert listed(LocalActor(OLA.id), Span(limit=5, below=narrow.id)) == [quote.id]
    for inside, count in ((False, 1), (True, 2)):
        (whole,) = run(house.engine.read(partial(hydrating.wholes, ids=[post.id], inside=inside)))
        assert whole.quotes == count


def test_a_stamp_is_shown_while_it_holds_to_who_may_see_the_post(house: Nordvik) -> None:
    _, quote = pair(house)
    (row,) = house.all(Quote)

    def shown(uri: str, viewer: Viewer) -> bool:
        found = run(house.engine.read(lambda tx: quoting.stamp(tx, uri, viewer)))
        return found is not None

    assert shown(row.stamp, Nobody())
    assert not shown("", Nobody())
    _, inside = pair(house, Visibility.INTERNAL)
    (hidden,) = (one.stamp for one in house.all(Quote) if one.uri == inside.uri)
    assert not shown(hidden, Nobody())
    assert not shown(hidden, RemoteServer(ALICE.host))
    put(house, quote, QuoteState.REVOKED)
    assert not shown(row.stamp, Nobody())


def test_every_statement_goes_by_an_index(house: Nordvik) -> None:
    post, quote = pair(house)
    noting = Noting(house.engine)

    async def every(tx: Tx) -> None:
        for viewer in (Nobody(), LocalActor(KARI.id)):
            await quoting.standing(tx, [quote.id], viewer)
            await quoting.quotes_of(tx, post.id, viewer, Span(limit=5))
            await quoting.stamp(tx, "x", viewer)
        await hydrating.wholes(tx, [post.id], inside=True)
        await quoting.stamps(tx, [quote.id])
        await quoting.between(tx, quote.id, post.id)
        await quoting.of_post(tx, quote.uri)
        await quoting.is_quoted(tx, post.uri)

    run(noting.read(every))
    if house.engine.dialect == "postgres":
        return  # of a table this small it walks everything
    for sql, params in noting.texts.items():
        found = run(house.engine.write(partial(faults, sql=sql, params=params)))
        assert [one for one in found if "TEMP B-TREE" not in one] == [], sql
