"""How long the certificate of a name still holds, as whoever connects to it sees it.

For `fedi doctor`. The same guard and the same trust as every other connection of ours.
"""

import asyncio
import ssl
from typing import Final, cast

from fedi.net.connection import CONNECT_SECONDS, tls_context
from fedi.net.failures import Reason, broken, refused
from fedi.net.guard import Rules, canonical_url, check_target
from fedi.net.names import Names, SystemResolver

_DAY: Final = 86_400


async def days_left(rules: Rules, origin: str, now: int) -> int:
    """Return for how many whole days the certificate at `origin` holds from `now` (Unix ms).

    FetchRefused where it doesn't hold already, FetchTimeout where nobody answers.
    """
    target = canonical_url(origin)
    check_target(target, rules)
    names = Names(rules, SystemResolver())
    try:
        address, port = (await names.endpoints(target))[0]
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                address, port, ssl=tls_context(rules.ca_file), server_hostname=target.host
            )
        found = cast("dict[str, str]", writer.get_extra_info("peercert"))
        writer.transport.abort()
    except ssl.SSLCertVerificationError as error:
        raise refused(Reason.TLS, error.verify_message) from None
    except OSError as error:  # TimeoutError is one
        raise broken(Reason.CONNECT, str(error) or "too slow") from None
    finally:
        await names.close()
    return int((ssl.cert_time_to_seconds(found["notAfter"]) - now / 1000) // _DAY)
