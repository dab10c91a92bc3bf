"""Tokens as they are listed: those that hold, to whom they belong."""

from dataclasses import replace

from actors.people import Token
from fedi.store import apps, granted, tokens
from fedi.store.apps import App
from fedi.store.engine import Engine
from tests.people import LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

APP = App(
    id=1, client_id="a", secret_hash=b"", name="Tusky", website="https://tusky.app",
    redirect_uris=(), scopes="read", created=NOW,
)  # fmt: skip
TOKEN = Token(
    id=5, hash=b"t", person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, app_id=1, scopes="read",
    created=NOW,
)  # fmt: skip


def test_a_token_is_listed_to_its_owner_until_it_is_taken_back(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(TOKEN, Token(id=6, hash=b"u", app_id=1, scopes="read", created=NOW))
    nordvik.put(replace(TOKEN, id=7, hash=b"v", revoked=NOW))
    run(engine.write(lambda tx: apps.add(tx, APP)))
    (mine,) = run(engine.read(lambda tx: granted.of_person(tx, PERSON_KARI.id)))
    assert (mine.id, mine.app, mine.person, mine.actor) == (5, "Tusky", "kari", "ledergruppen")
    assert [one.id for one in run(engine.read(lambda tx: granted.newest(tx, 10)))] == [6, 5]
    assert run(engine.read(lambda tx: granted.is_of(tx, 5, PERSON_KARI.id)))
    assert not run(engine.read(lambda tx: granted.is_of(tx, 5, PERSON_OLA.id)))
    run(engine.write(lambda tx: tokens.revoke(tx, 5, NOW)))
    assert run(engine.read(lambda tx: granted.of_person(tx, PERSON_KARI.id))) == []
