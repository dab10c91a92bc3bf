"""By what people are known again: each counts for its own person, once where it should."""

from dataclasses import replace

from fedi.store import credentials
from fedi.store.credentials import Link, Passkey, Totp
from fedi.store.engine import Engine, Tx
from tests.people import NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

KARI, OLA = PERSON_KARI.id, PERSON_OLA.id


def test_a_person_is_found_by_exact_name_before_e_mail(engine: Engine) -> None:
    nordvik = Nordvik(engine).settle()
    nordvik.put(replace(PERSON_OLA, email="Kari"), replace(PERSON_KARI, email="k@nordvik.test"))

    def named(name: str) -> str:
        found = run(engine.read(lambda tx: credentials.person_named(tx, name)))
        return found[0].username if found is not None else ""

    assert (named("kari"), named("k@nordvik.test"), named("nobody")) == ("kari", "kari", "")
    nordvik.put(replace(PERSON_KARI, departed=NOW))
    assert named("k@nordvik.test") == ""


def test_a_code_of_a_half_minute_is_used_once_and_never_an_older_one(engine: Engine) -> None:
    async def unit(tx: Tx) -> list[bool]:
        await credentials.put_totp(tx, Totp(person_id=KARI, secret="A", confirmed=1, last_step=5))
        return [await credentials.use_totp(tx, KARI, step) for step in (5, 6, 6, 4, 7)]

    assert run(engine.write(unit)) == [False, True, False, False, True]


def test_a_recovery_code_is_used_once_by_its_owner(engine: Engine) -> None:
    async def unit(tx: Tx) -> list[bool]:
        await credentials.put_recovery_codes(tx, KARI, [b"a", b"b"])
        use = credentials.use_recovery_code
        return [
            await use(tx, OLA, b"a", NOW),
            await use(tx, KARI, b"a", NOW),
            await use(tx, KARI, b"a", NOW),
            await use(tx, KARI, b"c", NOW),
        ]

    assert run(engine.write(unit)) == [False, True, False, False]
    assert run(engine.read(lambda tx: credentials.means(tx, KARI))).recovery_codes == 1


def test_a_link_is_used_once_in_its_time(engine: Engine) -> None:
    link = Link(hash=b"a", person_id=KARI, kind="invite", created=NOW, expires=NOW + 10)

    async def unit(tx: Tx) -> list[bool]:
        await credentials.add_link(tx, link)
        return [
            await credentials.use_link(tx, b"a", NOW + 10),
            await credentials.use_link(tx, b"a", NOW + 9),
            await credentials.use_link(tx, b"a", NOW + 9),
        ]

    assert run(engine.write(unit)) == [False, True, False]


def test_means_are_counted_and_all_can_go(engine: Engine) -> None:
    key = Passkey(
        id=1,
        person_id=KARI,
        credential_id=b"a",
        public_key=b"k",
        sign_count=0,
        name="",
        created=NOW,
    )

    async def unit(tx: Tx) -> bool:
        await credentials.put_phc(tx, KARI, "$argon2id$", NOW)
        await credentials.put_totp(tx, Totp(person_id=KARI, secret="A"))
        first = await credentials.add_passkey(tx, key)
        return first and not await credentials.add_passkey(tx, replace(key, id=2, person_id=OLA))

    assert run(engine.write(unit))
    means = run(engine.read(lambda tx: credentials.means(tx, KARI)))
    assert (means.password, means.totp, means.passkeys) == (True, False, (key,))
    run(engine.write(lambda tx: credentials.drop_all(tx, KARI)))
    means = run(engine.read(lambda tx: credentials.means(tx, KARI)))
    assert (means.password, means.totp, means.passkeys) == (False, False, ())
