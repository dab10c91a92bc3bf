"""Fills the Resolver port: handle or URL -> Actor or Post, fetched, checked and stored.

A handle counts only when both ends agree (FEP-2c59): the actor names it and its domain names
the actor. An actor whose WebFinger can't be had is known by its own host, which it can't forge.
"""

import asyncio
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from actors.effects import Done, Refusal
from actors.errors import FetchAnswered, FetchError, Invalid, NotFound
from actors.handles import (
    AskAgain,
    Handle,
    Jrd,
    both_ends_agree,
    canonical_domain,
    parse_handle,
    read_jrd,
)
from actors.people import Actor, Profile
from actors.posts import Post
from actors.urls import Urls, host_of
from actors.verbs import Create
from actors.vocabulary import ACTOR_TYPES, POST_TYPES
from fedi.domains import Domains
from fedi.fetching import Fetcher
from fedi.perform import Performer
from fedi.store import profiles
from fedi.store.engine import Tx
from inbox import parse
from inbox.origin import owned_actor, owned_note
from inbox.values import types

STALE_MS: Final = 86_400_000
"""An actor older than this is fetched again when somebody asks for it."""


class HouseResolver:
    """Resolves for one process; concurrent asks for one uri share one fetch."""

    def __init__(self, performer: Performer, fetcher: Fetcher, domains: Domains) -> None:
        self._domains = domains
        self._performer = performer
        self._engine = performer.engine
        self._urls: Urls = performer.urls
        self._fetcher = fetcher
        self._under_way: dict[str, asyncio.Task[Any]] = {}

    async def actor(self, uri: str, *, fresh: bool = False) -> Actor:
        """Return the actor with this id, fetched where it is unknown, stale or asked `fresh`.

        NotFound for one of ours that isn't; FetchError or Invalid where it can't be had.
        """
        known = await self._engine.glance(lambda tx: self._performer.open(tx).actor(uri))
        if known is not None and (known.local or not (fresh or self._stale(known))):
            return known
        if self._urls.is_local(uri):
            raise NotFound("There is no such actor here.")
        try:
            found: Actor = await self._once(f"actor {uri}", self._fetch_actor(uri, fresh))
        except FetchError as problem:
            if known is None or fresh:
                raise
            del problem  # an old copy serves when its server is away
            return known
        return found

    async def handle(self, handle: str) -> Actor:
        """Return the actor that a handle names, ours or another's (@kari@by.example).

        NotFound where its server knows no such handle, FetchError where it can't be asked.
        """
        wanted = parse_handle(handle)
        if wanted.domain is None or self._is_ours(wanted.domain):
            found = await self._engine.glance(
                lambda tx: profiles.actor_by_handle(tx, wanted.username)
            )
            if found is None or found[0].gone:
                raise NotFound(_unknown(handle))
            return found[0]
        await self.check_host(f"https://{wanted.domain}/")
        try:
            jrd = read_jrd(await self.webfinger(wanted))
        except FetchAnswered as problem:
            if problem.answered >= 500:
                raise
            raise NotFound(_unknown(handle)) from None
        except Invalid:
            raise NotFound(_unknown(handle)) from None
        if jrd.self_link is None:
            raise NotFound(_unknown(handle))
        actor = await self.actor(jrd.self_link)
        if (actor.username.lower(), actor.domain) != (wanted.username.lower(), wanted.domain):
            confirmed = parse_handle(jrd.subject)
            if (actor.username, actor.domain) != (confirmed.username, confirmed.domain):
                raise NotFound(_unknown(handle))
        return actor

    async def post(self, uri: str) -> Post:
        """Return the post with this id, fetched from its owner where it is unknown."""
        known = await self._engine.glance(lambda tx: self._performer.open(tx).post(uri))
        if known is not None:
            return known
        if self._urls.is_local(uri):
            raise NotFound("There is no such post here.")
        await self._once(f"post {uri}", self._fetch_post(uri))
        found = await self._engine.glance(lambda tx: self._performer.open(tx).post(uri))
        if found is None:
            raise NotFound("There is no such post.")
        return found

    async def address(self, url: str) -> Actor | Post:
        """Return what an address leads to that a person typed: an id, or the page of one.

        NotFound for what isn't here; FetchError or Invalid where it is neither, or can't be had.
        """
        if self._urls.is_local(url):
            raise NotFound("There is no such page here.")
        await self.check_host(url)
        document = await self._fetcher.document(url, alias=True)
        identity, kinds = str(document["id"]), frozenset(types(document))
        if kinds & ACTOR_TYPES:
            return await self.actor(identity)
        if kinds & POST_TYPES:
            return await self.post(identity)
        raise Invalid("The document is neither an actor nor a post.", detail=identity)

    async def need(self, uri: str, *, since: int = 0) -> None:
        """Fetch what a rule needs and store it, actor or post by what its document says."""
        if self._urls.is_local(uri):
            return
        name = f"need {uri} since {since}" if since else f"need {uri}"
        await self._once(name, self._fetch_any(uri, since))

    # -- the fetches

    async def _fetch_any(self, uri: str, since: int) -> None:
        await self.check_host(uri)
        document = await self._fetcher.read(uri, since=since)
        kinds = frozenset(types(document))
        if kinds & ACTOR_TYPES:
            await self._store_actor(document)
        elif kinds & POST_TYPES:
            await self._store_post(document)
        else:
            raise Invalid("The document is neither an actor nor a post.", detail=uri)

    async def _fetch_actor(self, uri: str, fresh: bool) -> Actor:
        await self.check_host(uri)
        try:
            document = await self._fetcher.read(uri, fresh=fresh)
        except FetchAnswered as problem:
            if problem.answered == 410:
                now = self._performer.clock.now()
                await self._engine.write(lambda tx: profiles.mark_gone(tx, uri, now))
            raise
        return await self._store_actor(document)

    async def _store_actor(self, document: dict[str, Any]) -> Actor:
        profile = parse.profile(document)
        self._check(owned_actor(profile.actor, self._urls))
        await self.check_host(profile.actor.uri)
        named = await self._named(profile, document)

        async def unit(tx: Tx) -> Actor:
            return await profiles.save_profile(self._performer.open(tx), named)

        return await self._engine.write(unit)

    async def _fetch_post(self, uri: str) -> None:
        await self.check_host(uri)
        await self._store_post(await self._fetcher.read(uri))

    async def _store_post(self, document: dict[str, Any]) -> None:
        note = parse.note(document, self._urls, now=self._performer.clock.now())
        self._check(owned_note(note, self._urls))
        await self.check_host(note.uri)
        await self.actor(note.attributed_to)
        create = Create(
            uri=f"{note.uri}#fetched", actor=note.attributed_to, note=note, fetched=True
        )
        outcome = await self._performer.once(create)
        if not isinstance(outcome, Done):
            raise Invalid("The post could not be taken.", detail=note.uri)

    @staticmethod
    def _check(refusal: Refusal | None) -> None:
        if refusal is not None:
            raise Invalid(refusal.sentence, code=refusal.code)

    async def check_host(self, uri: str) -> None:
        """Refuse what a blocked server serves, or one that is missing on an allow-list: it may
        not come in by our own fetch either (S17), nor do we ask anything of it."""
        host = host_of(uri)
        if why := await self._domains.why_not(host):
            raise Invalid(f"Nothing is exchanged with {host}: it is {why}.", code="blocked")

    # -- handles

    async def _named(self, profile: Profile, document: dict[str, Any]) -> Profile:
        """Return the profile with the handle that both ends agree on."""
        actor = profile.actor
        host = host_of(actor.uri)
        claim = document.get("webfinger")
        own = await self._webfinger(Handle(actor.username, host))
        claimed = claim if isinstance(claim, str) else None
        verdict = both_ends_agree(actor.uri, actor.username, claimed, own)
        if isinstance(verdict, AskAgain):
            confirming = await self._webfinger(verdict.handle)
            verdict = both_ends_agree(actor.uri, actor.username, claimed, own, confirming)
        if isinstance(verdict, Handle) and verdict.domain is not None:
            actor = replace(actor, username=verdict.username, domain=verdict.domain)
        else:
            actor = replace(actor, domain=host)
        return replace(profile, actor=replace(actor, host=host))

    async def webfinger(self, handle: Handle) -> dict[str, Any]:
        """Return the WebFinger answer of a handle's domain. FetchError or Invalid without one."""
        scheme = self._urls.origin.partition("://")[0]
        resource = quote(f"acct:{handle.username}@{handle.domain}", safe=":@")
        url = f"{scheme}://{handle.domain}/.well-known/webfinger?resource={resource}"
        return await self._fetcher.client.get_json(url)

    async def _webfinger(self, handle: Handle) -> Jrd | None:
        try:
            return read_jrd(await self.webfinger(handle))
        except (FetchError, Invalid):
            return None

    def _is_ours(self, domain: str) -> bool:
        return canonical_domain(domain) in (
            self._urls.handle_domain.lower(),
            self._urls.authority.lower(),
        )

    def _stale(self, actor: Actor) -> bool:
        return self._performer.clock.now() - actor.fetched > STALE_MS

    async def _once(self, name: str, work: Any) -> Any:
        """Run `work`, or wait for the same work that is under way."""
        running = self._under_way.get(name)
        if running is not None:
            work.close()
            return await asyncio.shield(running)
        task = asyncio.ensure_future(work)
        self._under_way[name] = task
        task.add_done_callback(lambda _: self._under_way.pop(name, None))
        return await asyncio.shield(task)


def _unknown(handle: str) -> str:
    return f"We find no {handle}: look at how it is spelled."
