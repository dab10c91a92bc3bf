"""New keys: shown at once, used later, and the old ones retired when nobody needs them."""

import asyncio
from dataclasses import dataclass

import pytest

from actors.errors import Invalid
from actors.people import Actor, Key, KeyKind
from fedi.app import House, opened_house
from fedi.config import load
from fedi.organisation import find_actor
from fedi.rotating import GRACE_MS, HOURS, rotate
from outbox.rotation import signing_key
from tests.fedi.house_on_disk import HouseOnDisk

HOUR = 3_600_000


@dataclass
class SteppedClock:
    moment: int = 2_000_000_000_000

    def now(self) -> int:
        return self.moment


async def keys_of(opened: House, actor: Actor) -> tuple[Key, ...]:
    return await opened.engine.read(lambda tx: opened.performer.open(tx).keys(actor.id))


def test_the_old_key_signs_until_a_host_was_told_or_two_days_are_over(house: HouseOnDisk) -> None:
    async def work() -> None:
        clock = SteppedClock()
        config = load(house.folder / "config.toml", {})
        async with opened_house(config, clock=clock) as opened:
            actor = await find_actor(opened.performer, "ikt_teamet")
            before = await keys_of(opened, actor)
            rsa, _ = await rotate(opened.performer, opened.resolver, actor)
            keys = await keys_of(opened, actor)
            old = next(key for key in before if key.kind is KeyKind.RSA)
            now = clock.now()
            assert signing_key(keys, now, None) == old
            assert signing_key(keys, now, now - 1) == old
            assert signing_key(keys, now, now) == rsa
            assert signing_key(keys, now + HOURS * HOUR, None) == rsa

    asyncio.run(work())


def test_a_second_change_waits_for_the_first_and_then_retires_the_oldest(
    house: HouseOnDisk,
) -> None:
    async def work() -> None:
        clock = SteppedClock()
        config = load(house.folder / "config.toml", {})
        async with opened_house(config, clock=clock) as opened:
            actor = await find_actor(opened.performer, "ikt_teamet")
            await rotate(opened.performer, opened.resolver, actor)
            clock.moment += HOUR
            with pytest.raises(Invalid, match="47 hours"):
                await rotate(opened.performer, opened.resolver, actor)
            clock.moment += HOURS * HOUR + GRACE_MS
            rsa, ed25519 = await rotate(opened.performer, opened.resolver, actor)
            assert rsa.uri.endswith("#main-key-3")
            assert ed25519.uri.endswith("#ed25519-key-3")
            keys = {key.uri.partition("#")[2]: key for key in await keys_of(opened, actor)}
            assert keys["main-key"].retired == keys["ed25519-key-1"].retired == clock.now()
            assert keys["main-key-2"].retired is None

    asyncio.run(work())
