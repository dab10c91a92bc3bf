"""A post that has just been made is whole without being read, and the same as when it is."""

from dataclasses import replace

import pytest

from actors.posts import Addressee, Hashtag, Option, Poll
from fedi.store import apps, fresh, hydrating
from fedi.store.engine import Tx
from tests.fedi.store.units import read, write
from tests.people import KARI, OLA, Nordvik
from tests.running import run

APP = apps.App(
    id=7, client_id="x", secret_hash=b"", name="Elg", website="https://elg.example/",
    redirect_uris=(), scopes="write", created=0,
)  # fmt: skip


@pytest.mark.parametrize("app_id", [None, APP.id, 8])
def test_of_its_unit_it_has_what_belongs_to_it(nordvik: Nordvik, app_id: int | None) -> None:
    post, other = nordvik.says(KARI), nordvik.says(KARI)
    poll = Poll(post_id=post.id, options=(Option("Ja"), Option("Nei")))
    rows = (
        post,
        Hashtag(post_id=post.id, name="vei", shown="Vei"),
        Hashtag(post_id=post.id, name="bru", shown="bru"),
        Hashtag(post_id=other.id, name="ved", shown="ved"),
        Addressee(post_id=post.id, actor_id=OLA.id, silent=True),
        Addressee(post_id=other.id, actor_id=KARI.id, silent=False),
        poll,
    )
    write(nordvik, apps.add, APP)

    async def query(tx: Tx) -> hydrating.Whole:
        return await fresh.whole(tx, post, KARI, rows, app_id)

    made = run(nordvik.engine.read(query))
    assert [tag.name for tag in made.around.hashtags] == ["bru", "vei"]
    assert [(one.actor.id, one.silent) for one in made.around.addressees] == [(OLA.id, True)]
    assert made.around.poll == poll
    assert made.app == (("Elg", "https://elg.example/") if app_id == APP.id else None)


def test_one_without_anything_beside_it_is_what_is_read(nordvik: Nordvik) -> None:
    post = nordvik.says(KARI)

    async def query(tx: Tx) -> hydrating.Whole:
        return await fresh.whole(tx, post, KARI, (post,), None)

    (kept,) = read(nordvik, hydrating.wholes, [post.id], inside=True)
    made = run(nordvik.engine.read(query))
    around = replace(made.around, author=kept.around.author)
    assert replace(made, around=around) == kept
