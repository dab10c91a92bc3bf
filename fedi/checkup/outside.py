"""What others see of us, as far as can be seen from here: name, certificate, WebFinger, clock."""

import ctypes
from typing import Any, Final
from urllib.parse import quote

from actors.errors import FediError, FetchAnswered
from actors.people import Actor
from fedi.app import House
from fedi.checkup import streaming
from fedi.checkup.findings import Finding, attention, broken, ok
from fedi.net.certificate import days_left
from fedi.net.client import Client
from fedi.store.directory import may_be_found
from fedi.store.listing import local_actors

_UNSYNCHRONISED: Final = 0x40
_SECONDS: Final = 10.0


async def reachability(house: House) -> list[Finding]:
    """Ask our own addresses as a stranger would, and look a department's handle up."""
    client = Client(house.sender, clock=house.clock.now)
    known = await house.engine.read(lambda tx: local_actors(tx, ("Organization",)))
    try:
        findings = [await _server(client, house)]
        findings.append(await streaming.from_outside(client, house.config))
        for actor in [one for one in known if may_be_found(one)][:1]:
            findings.append(await _handle(client, house, actor))
        return findings
    finally:
        await client.close()


async def _server(client: Client, house: House) -> Finding:
    url = house.urls.page(".well-known/nodeinfo")
    try:
        await client.get_json(url, deadline=_SECONDS)
    except FetchAnswered as problem:
        return broken(
            "from outside",
            f"{url} answers {problem.answered}: the proxy does not pass it on as it came.",
        )
    except FediError as problem:
        return attention(
            "from outside",
            f"{url} can't be reached from here ({_why(problem)}). Does the server run, does the "
            "name lead here? From behind the same router it may look worse than it is.",
        )
    return ok("from outside", f"{house.urls.origin} answers.")


async def _handle(client: Client, house: House, actor: Actor) -> Finding:
    domain = house.urls.handle_domain
    scheme = house.urls.origin.partition("://")[0]
    account = f"{actor.username}@{domain}"
    resource = quote(f"acct:{account}", safe=":@")
    url = f"{scheme}://{domain}/.well-known/webfinger?resource={resource}"
    try:
        found: dict[str, Any] = await client.get_json(url, deadline=_SECONDS)
    except FediError as problem:
        return attention(
            "handles",
            f"@{account} isn't found at {domain} ({_why(problem)}): it must pass "
            "/.well-known/webfinger on to this server.",
        )
    links = found.get("links")
    targets = [link.get("href") for link in links if isinstance(link, dict)] if links else []
    if actor.uri not in targets:
        return broken("handles", f"@{account} leads elsewhere than to {actor.uri}.")
    return ok("handles", f"@{account} leads here.")


def _why(problem: FediError) -> str:
    if isinstance(problem, FetchAnswered):
        return f"it answers {problem.answered}"
    return problem.sentence.rstrip(".")


async def certificate(house: House) -> list[Finding]:
    """Return how long the certificate of our name holds."""
    if not house.urls.origin.startswith("https://"):
        return [ok("certificate", "None: plain http, as lab mode allows.")]
    try:
        days = await days_left(house.sender.rules, house.urls.origin, house.clock.now())
    except FediError as problem:
        return [attention("certificate", f"It can't be seen from here: {_why(problem)}.")]
    if days < 0:
        return [broken("certificate", "It has ended: renew it now, nobody can reach us.")]
    if days < 14:
        return [attention("certificate", f"It ends in {days} days: renew it.")]
    return [ok("certificate", f"It holds for {days} days.")]


class _Timex(ctypes.Structure):
    """The head of the kernel's struct timex; what follows is left to the padding."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("padding", ctypes.c_byte * 512),
    )


def clock(now: int) -> Finding:
    """Whether the kernel says that something keeps its clock right."""
    advice = "Let chrony or systemd-timesyncd keep it: signatures carry the time."
    if now < 1_735_689_600_000:  # 2025: before this was written
        return broken("clock", f"It says a time long past. {advice}")
    state = _Timex()
    try:
        adjtimex = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return ok("clock", "Who keeps it can't be seen on this system.")
    if adjtimex(ctypes.byref(state)) < 0:
        return ok("clock", "Who keeps it can't be seen from in here.")
    if state.status & _UNSYNCHRONISED:
        return attention("clock", f"Nothing keeps the machine's clock right. {advice}")
    return ok("clock", f"It is kept right, within {max(state.esterror, 0) / 1000:.0f} ms.")
