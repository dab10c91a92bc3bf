"""What leaves, as rows: the body once, one fan-out row, and nothing of what is internal."""

from typing import Any

import msgspec
import pytest

from actors.effects import Recipients, Send
from actors.verbs import Follow
from fedi.store import leaving
from fedi.store.engine import Engine
from fedi.store.unit import UnitStore
from tests.outbox.post_office import NOW, URLS, Office
from tests.running import run

URI = URLS.activity(4711)


@pytest.fixture
def office(engine: Engine) -> Office:
    return run(Office(engine).open())


def store(office: Office, tx: Any) -> UnitStore:
    return UnitStore(
        tx, now=NOW, urls=URLS, new_id=lambda: office.ids.make(NOW), bits=lambda count: 0
    )


def saved(office: Office, visible: str = "public", uri: str = URI) -> None:
    follow = Follow(uri=uri, actor=office.author.uri, object="http://a.test/users/10")
    send = Send(follow, 1, Recipients(actors=(10,)), about="http://a.test/users/10", post_id=77)
    run(
        office.engine.write(
            lambda tx: leaving.save_activity(
                store(office, tx), send, body=b"{}", kind="Follow", visible=visible
            )
        )
    )


def test_an_activity_is_kept_once_with_one_fan_out_row(office: Office) -> None:
    saved(office)
    saved(office)
    columns = "id, uri, actor_id, kind, about, post_id, visible, created, total"
    assert run(office.ask(f"SELECT {columns} FROM activity")) == [
        (4711, URI, 1, "Follow", "http://a.test/users/10", 77, "public", NOW, 0)
    ]
    ((recipients,),) = run(office.ask("SELECT recipients FROM fanout"))
    assert msgspec.json.decode(recipients, type=Recipients) == Recipients(actors=(10,))


def test_what_is_internal_is_kept_and_never_fanned_out(office: Office) -> None:
    saved(office, visible="internal")
    assert run(office.ask("SELECT count(*) FROM activity")) == [(1,)]
    assert run(office.ask("SELECT count(*) FROM fanout")) == [(0,)]


def test_an_activity_without_an_id_of_ours_gets_a_fresh_one(office: Office) -> None:
    saved(office, uri="http://elsewhere.test/1")
    ((id,),) = run(office.ask("SELECT id FROM activity"))
    assert id > 4711
