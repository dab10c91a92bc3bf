"""Following from an account elsewhere: who reads here says where they are, and is sent there.

Their server tells by WebFinger where its page for following is (the subscribe template). Nothing
is kept. The way in the other direction, which our own template names, shows what to search for.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from actors.errors import FediError, FetchAnswered, Invalid, NotFound, TooMany, Unavailable
from actors.handles import Handle, parse_handle
from actors.people import Actor
from fedi.pages.cards import web
from fedi.pages.listings import Printer
from fedi.pages.site import Asked, Site, redirect
from fedi.store import directory
from inbox.policies.rate import Buckets
from outbox.answers import Answer

LOOK_UPS: Final = 16
PER_DOMAIN: Final = 1.0
"""Look-ups a second of one domain, and twenty at once: anybody can ask for them, so nobody is to
have this server knock elsewhere without end."""
IN_ALL: Final = 10.0
SECONDS: Final = 8
HANDLE_MAX: Final = 320
ADDRESS_MAX: Final = 2_048
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"
EXAMPLE: Final = "@kari@by.example"
FORMS: Final = "'self' https:"
LAB_FORMS: Final = "'self' https: http:"


class Following:
    """The form that asks where a reader is, and the look-up behind it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._under_way = asyncio.Semaphore(LOOK_UPS)
        self._of_domains = Buckets(site.clock.now, PER_DOMAIN)
        self._of_all = Buckets(site.clock.now, IN_ALL)

    async def form(self, asked: Asked) -> Answer:
        """Answer the form for following the actor that `uri` names."""
        actor = await self._actor(asked.query.get("uri", ""))
        return self._page(asked, actor, "", "")

    async def send_on(self, asked: Asked, uri: str, written: str) -> Answer:
        """Send a reader to their own server; the form again, with what is wrong, if it can't be."""
        actor = await self._actor(uri)
        say = self._site.speech(asked)
        written = written.strip()[:HANDLE_MAX]
        try:
            handle = parse_handle(written)
            if handle.domain is None:
                raise Invalid("A handle elsewhere has a domain.")
        except Invalid:
            problem = say.text("err.bad_address", example=EXAMPLE)
            return self._page(asked, actor, written, problem, 422)
        organisation = handle.domain or ""
        if self._is_ours(organisation):
            problem = say.text("err.own_address", address=written)
            return self._page(asked, actor, written, problem, 422)
        try:
            document = await self._look_up(handle)
        except TooMany:
            raise
        except FetchAnswered:
            problem = say.text("err.no_person", address=written)
            return self._page(asked, actor, written, problem, 422)
        except FediError:
            problem = say.text("err.org_silent", organisation=organisation)
            return self._page(asked, actor, written, problem, 502)
        target = filled(document, self._address(actor), lab=self._site.lab)
        if target is None:
            problem = say.text(
                "err.no_follow", organisation=organisation, address=f"@{self._address(actor)}"
            )
            return self._page(asked, actor, written, problem, 422)
        return redirect(target, 303)

    async def _look_up(self, handle: Handle) -> Any:
        if not self._site.lab:
            wait = self._of_domains.take(handle.domain or "") or self._of_all.take("")
            if wait:
                raise TooMany("Many are looked up now.", retry_after=max(1, wait // 1000))
        if self._under_way.locked():
            raise Unavailable("Many are looked up now.", retry_after=10)
        async with self._under_way:
            try:
                async with asyncio.timeout(SECONDS):
                    return await self._site.webfinger(handle)
            except TimeoutError:
                raise Unavailable("The other server does not answer.", retry_after=60) from None

    async def _actor(self, address: str) -> Actor:
        """Return our actor that a handle or a URL of ours names."""
        urls, read = self._site.urls, self._site.engine.glance
        local = urls.parse(address[:ADDRESS_MAX])
        found: Actor | None = None
        if local is not None and local.kind == "actor":
            found = await read(lambda tx: directory.by_id(tx, local.id))
        elif local is not None and local.kind == "profile":
            found = await read(lambda tx: directory.by_handle(tx, local.name))
        elif local is None and not web(address):
            found = await self._by_handle(address[:HANDLE_MAX])
        if found is None or not directory.is_open(found):
            raise NotFound("There is nobody of that name here.")
        return found

    async def _by_handle(self, address: str) -> Actor | None:
        try:
            handle = parse_handle(address)
        except Invalid:
            return None
        if handle.domain is not None and not self._is_ours(handle.domain):
            return None
        return await self._site.engine.glance(lambda tx: directory.by_handle(tx, handle.username))

    def _is_ours(self, domain: str) -> bool:
        urls = self._site.urls
        return domain in (urls.handle_domain.lower(), urls.authority.lower())

    def _address(self, actor: Actor) -> str:
        return self._site.urls.acct(actor.username).removeprefix("acct:")

    def _page(
        self, asked: Asked, actor: Actor, handle: str, problem: str, status: int = 200
    ) -> Answer:
        printer = Printer(self._site, self._site.speech(asked))
        return self._site.page(
            asked,
            "follow.html",
            status=status,
            forms=LAB_FORMS if self._site.lab else FORMS,
            name=printer.cards.face(actor).name,
            address=f"@{self._address(actor)}",
            uri=self._address(actor),
            handle=handle,
            problem=problem,
            example=EXAMPLE,
        )


def filled(document: Any, address: str, *, lab: bool) -> str | None:
    """Return where a server wants somebody who will follow `address`, from its JRD; None where
    it does not say, or says something that no browser should be sent to."""
    links = document.get("links") if isinstance(document, Mapping) else None
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, Mapping) or link.get("rel") != SUBSCRIBE:
            continue
        template = link.get("template")
        if not isinstance(template, str) or "{uri}" not in template:
            continue
        target = template.replace("{uri}", quote(address, safe=""))
        if _is_safe(target, lab):
            return target
    return None


def _is_safe(target: str, lab: bool) -> bool:
    if len(target) > ADDRESS_MAX or not target.isascii() or not target.isprintable():
        return False
    if any(char in target for char in ' "<>\\^`{|}') or not web(target):
        return False
    return lab or urlsplit(target).scheme == "https"


async def interact(site: Site, asked: Asked) -> Answer:
    """Answer what our own template leads to: the address, and what to do with it."""
    address = asked.query.get("uri", "")[:ADDRESS_MAX]
    if not address.isprintable() or not address:
        raise Invalid("Say what it is about.")
    return site.page(asked, "interact.html", address=address)
