"""Passwords: what is kept of them, what takes how much work, and which won't do."""

import asyncio

import pytest

from actors.errors import Unavailable
from fedi.config import SignIn
from fedi.oauth.passwords import WAITING_MOST, Passwords, weakness

CHEAP = SignIn(argon2_kib=8, argon2_passes=1)


def test_what_is_kept_is_argon2id_with_a_salt_of_its_own() -> None:
    async def story() -> None:
        passwords = Passwords(CHEAP)
        one, other = [await passwords.hash("hemmelig ord") for _ in range(2)]
        assert one.startswith("$argon2id$v=19$m=8,t=1,p=1$")
        assert one != other
        assert await passwords.verify("hemmelig ord", one)
        assert not await passwords.verify("Hemmelig ord", one)
        assert not await passwords.verify("", one)

    asyncio.run(story())


def test_one_password_however_its_letters_are_composed() -> None:
    async def story() -> None:
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("bl\u00e5b\u00e6r p\u00e5 fjellet")
        assert await passwords.verify("bla\u030ab\u00e6r pa\u030a fjellet", kept)

    asyncio.run(story())


@pytest.mark.parametrize("phc", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$x$y", "$2b$12$abc"])
def test_where_there_is_no_password_nothing_fits(phc: str) -> None:
    async def story() -> None:
        assert not await Passwords(CHEAP).verify("x", phc)

    asyncio.run(story())


def test_as_much_work_is_done_for_nobody_as_for_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    from fedi.oauth import passwords as module

    worked: list[str] = []
    real = module._verify

    def counting(password: str, phc: str) -> bool:
        worked.append(phc.rpartition("$")[0].rpartition("$")[0])
        return real(password, phc)

    monkeypatch.setattr(module, "_verify", counting)

    async def story() -> None:
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("hemmelig ord")
        await passwords.verify("x", kept)
        await passwords.verify("x", "")

    asyncio.run(story())
    assert worked == ["$argon2id$v=19$m=8,t=1,p=1"] * 2


def test_a_hash_of_another_cost_is_outdated() -> None:
    async def story() -> None:
        kept = await Passwords(CHEAP).hash("x")
        assert not Passwords(CHEAP).outdated(kept)
        assert Passwords(SignIn(argon2_kib=16, argon2_passes=1)).outdated(kept)
        assert Passwords(SignIn(argon2_kib=8, argon2_passes=2)).outdated(kept)

    asyncio.run(story())


def test_a_crowd_is_asked_to_come_back() -> None:
    async def story() -> None:
        passwords = Passwords(CHEAP)
        kept = await passwords.hash("x")
        await passwords.verify("x", kept)
        crowd = [passwords.verify("x", kept) for _ in range(WAITING_MOST + 5)]
        answers = await asyncio.gather(*crowd, return_exceptions=True)
        assert [isinstance(one, Unavailable) for one in answers].count(True) == 5

    asyncio.run(story())


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("sju fjell og en bro", ""),
        ("čáhppes beana vázzá", ""),
        ("kort", "pass.short"),
        ("x" * 600, "pass.long"),
        ("passord123", "pass.common"),
        ("Velkommen2026!", "pass.common"),
        ("SOMMER2026", "pass.common"),
        ("1234567890", "pass.common"),
        ("zyxwvutsrqp", "pass.common"),
        ("aaaaaaaaaaaa", "pass.common"),
        ("abababababab", "pass.common"),
        ("kari_nordmann", "pass.common"),
        ("Kari_Nordmann1", "pass.common"),
        ("kari.nordmann", "pass.common"),
        ("Elvestrand kommune", "pass.common"),
    ],
)
def test_length_is_what_counts_and_the_first_guesses_do_not(password: str, problem: str) -> None:
    near = ("kari_nordmann", "kari.nordmann@elvestrand.example", "Elvestrand kommune")
    assert weakness(password, 10, *near) == problem
