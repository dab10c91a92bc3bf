"""What signing in leaves behind, and when it is forgotten: called by the clockwork."""

from typing import Final

from fedi.oauth.throttling import ACCOUNT, ADDRESS, ASKING, CODE, DEVICE, PAIR, REGISTERING
from fedi.store import apps, credentials, sessions, throttles
from fedi.store.engine import Engine, Tx

DAY: Final = 86_400_000
USED_CODES_MS: Final = DAY
"""So long a code that was used is known as such, and its second use takes its token back."""
UNUSED_APPS_MS: Final = 90 * DAY
DEVICES_MS: Final = 365 * DAY
AT_ONCE: Final = 500
_FULL_MS: Final = max(
    bounds.whole_after for bounds in (PAIR, ADDRESS, ACCOUNT, DEVICE, CODE, ASKING, REGISTERING)
)


async def forget_some(engine: Engine, now: int) -> int:
    """Forget some of what has ended; 0 when that was all."""

    async def unit(tx: Tx) -> int:
        await sessions.forget_old(tx, now, now - DEVICES_MS)
        await apps.forget_codes(tx, now - USED_CODES_MS)
        await credentials.forget_links(tx, now - DAY)
        buckets = await throttles.forget(tx, now - _FULL_MS, AT_ONCE)
        gone = await apps.forget_unused(tx, now - UNUSED_APPS_MS, AT_ONCE)
        return int(buckets == AT_ONCE or gone >= AT_ONCE)

    return await engine.write(unit)
