"""Apps and codes: one token to a code, and what nobody uses is forgotten."""

from dataclasses import replace

from actors.people import Token
from fedi.store import apps
from fedi.store.apps import App, Code
from fedi.store.engine import Engine, Tx
from tests.people import LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

APP = App(
    id=1, client_id="a", secret_hash=b"s", name="A", redirect_uris=("a://b",), scopes="read",
    created=NOW,
)  # fmt: skip
CODE = Code(
    hash=b"c", app_id=1, person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, redirect_uri="a://b",
    scopes="read", challenge="", expires=NOW + 10,
)  # fmt: skip
TOKEN = Token(
    id=5, hash=b"t", person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, app_id=1, scopes="read",
    created=NOW,
)  # fmt: skip


def test_a_code_is_exchanged_once(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    run(engine.write(lambda tx: apps.add_code(tx, CODE)))
    assert run(engine.write(lambda tx: apps.use_code(tx, CODE, TOKEN)))
    again = replace(TOKEN, id=6, hash=b"u")
    assert not run(engine.write(lambda tx: apps.use_code(tx, CODE, again)))
    assert [one.id for one in nordvik.all(Token)] == [5]
    found = run(engine.read(lambda tx: apps.find_code(tx, b"c")))
    assert found is not None
    assert (found.used, found.token_id) == (NOW, 5)


def test_a_code_of_somebody_without_a_role_is_not_exchanged(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    stranger = replace(CODE, person_id=PERSON_OLA.id, actor_id=PERSON_KARI.actor_id)
    gone = replace(CODE, hash=b"d")
    nordvik.put(replace(PERSON_KARI, departed=NOW))

    async def unit(tx: Tx) -> list[bool]:
        found = []
        for code in (stranger, gone):
            await apps.add_code(tx, code)
            found.append(await apps.use_code(tx, code, TOKEN))
        return found

    assert run(engine.write(unit)) == [False, False]
    assert nordvik.all(Token) == []


def test_an_app_that_holds_a_token_is_kept_however_old(engine: Engine) -> None:
    async def unit(tx: Tx) -> None:
        await apps.add(tx, APP)
        await apps.add(tx, replace(APP, id=2, client_id="b"))
        await apps.add_token(tx, TOKEN)

    run(engine.write(unit))
    assert run(engine.write(lambda tx: apps.forget_unused(tx, NOW, 10))) == 0
    assert run(engine.write(lambda tx: apps.forget_unused(tx, NOW + 1, 10))) == 1
    assert run(engine.read(lambda tx: apps.by_id(tx, 1))) == APP
    assert run(engine.read(lambda tx: apps.by_client_id(tx, "b"))) is None
