"""Tokens as rows: what holds for a bearer, and taking them back."""

from dataclasses import replace

from actors.people import Token
from fedi.store import tokens
from fedi.store.engine import Engine
from tests.people import KARI, NOW, PERSON_KARI, ROLES, Nordvik
from tests.running import run

TOKEN = Token(
    id=5, hash=b"t", person_id=PERSON_KARI.id, actor_id=KARI.id, scopes="read", created=NOW
)


def test_a_bearer_comes_with_person_actor_and_role(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(TOKEN, Token(id=6, hash=b"u", app_id=1, scopes="read", created=NOW))
    found = run(engine.read(lambda tx: tokens.by_hash(tx, b"t", NOW)))
    assert found is not None
    assert (found.token, found.person, found.actor) == (TOKEN, PERSON_KARI, KARI)
    assert found.membership == ROLES[0]
    bare = run(engine.read(lambda tx: tokens.by_id(tx, 6, NOW)))
    assert bare is not None
    assert (bare.person, bare.actor, bare.membership) == (None, None, None)
    assert run(engine.read(lambda tx: tokens.by_hash(tx, b"x", NOW))) is None


def test_a_token_is_taken_back_once(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(TOKEN, replace(TOKEN, id=6, hash=b"u"), replace(TOKEN, id=7, hash=b"v"))
    taken = [run(engine.write(lambda tx: tokens.revoke(tx, 5, NOW))) for _ in range(2)]
    assert taken == [True, False]
    assert run(engine.write(lambda tx: tokens.revoke_of_person(tx, PERSON_KARI.id, NOW + 1))) == 2
    assert [one.revoked for one in nordvik.all(Token)] == [NOW, NOW + 1, NOW + 1]


def test_the_last_use_is_noted(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(TOKEN)
    run(engine.write(lambda tx: tokens.used(tx, 5, NOW + 1)))
    assert nordvik.all(Token) == [replace(TOKEN, last_used=NOW + 1)]
