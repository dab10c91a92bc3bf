"""The composition root: the one place that knows everything, and puts it together.

`opened_house` opens the store and makes every part for one process; nothing is global, so that
several houses live in one process (tests/fediverse). `application` is the ASGI app of one.
"""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from actors.errors import Unavailable
from actors.ids import Ids
from actors.people import KeyKind
from actors.ports import Clock, Random
from actors.signatures.keys import load_private
from actors.urls import Urls
from fedi.alive import Alive
from fedi.bus import Bus, LocalBus
from fedi.config import Config
from fedi.desk import HouseDesk, HouseDoor
from fedi.domains import Domains
from fedi.fetching import Fetcher
from fedi.front import SignedGets, choose, open_door
from fedi.keyring import KeyRing
from fedi.machine import SystemClock, SystemRandom
from fedi.media_files import MediaFiles
from fedi.net.answer import Scope
from fedi.net.client import Client
from fedi.net.dispatch import Dispatch
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.pages.routes import Pages
from fedi.pages.site import Site
from fedi.perform import Performer
from fedi.resolve import HouseResolver
from fedi.store import profiles, slots
from fedi.store.engine import Engine, opened
from fedi.store.migrate import migrate
from fedi.store.reads import HouseReads
from fedi.version import VERSION
from fedi.wellknown import open_wellknown
from outbox import activities
from outbox.answers import Answer
from outbox.endpoints import Ask, Endpoints

_RENEW_SECONDS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything one process has. Parts are made once and shared."""

    config: Config
    urls: Urls
    clock: Clock
    random: Random
    bus: Bus
    engine: Engine
    performer: Performer
    sender: Sender
    client: Client
    fetcher: Fetcher
    keys: KeyRing
    resolver: HouseResolver
    domains: Domains
    door: HouseDoor
    desk: HouseDesk
    reads: HouseReads


def rules_of(config: Config) -> Rules:
    """Return what our guard lets out: strict, or what lab mode opens."""
    lab = config.lab_rules()
    if not lab.http:
        return Rules()
    hosts = {
        name: address if port is None else f"{address}:{port}"
        for name, (address, port) in lab.hosts.items()
    }
    return Rules(lab=True, hosts=hosts, ca_file=str(lab.ca_file) if lab.ca_file else None)


@asynccontextmanager
async def opened_house(
    config: Config,
    *,
    bus: Bus | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
    sender: Sender | None = None,
    opening: Callable[[], AbstractAsyncContextManager[Engine]] | None = None,
    founding: bool = False,
) -> AsyncIterator[House]:
    """Open a house for this process and close it again. `founding` makes its tables first.

    A simulation brings its own clock, chance, network (`sender`) and store (`opening`).
    """
    clock, random = clock or SystemClock(), random or SystemRandom()
    bus = bus or LocalBus()
    database = config.database
    store = opening or partial(
        opened, config.database_url, readers=database.readers, pool=database.pool
    )
    async with store() as engine:
        if founding:
            await migrate(engine, now=clock.now())
        owner = f"{os.getpid()}-{secrets.token_hex(4)}"
        slot = await engine.write(lambda tx: slots.take(tx, owner, clock.now()))
        renewing = asyncio.create_task(_renew(engine, clock, slot, owner))
        sender = sender or Sender(
            rules_of(config),
            per_host=max(config.delivery.per_host, config.federation.fetches_per_host),
            in_flight=config.delivery.in_flight,
        )
        try:
            yield await _built(config, bus, clock, random, engine, slot, sender)
        finally:
            renewing.cancel()
            await sender.close()
            await engine.write(lambda tx: slots.give_back(tx, slot, owner))


async def _renew(engine: Engine, clock: Clock, slot: int, owner: str) -> None:
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        try:
            held = await engine.write(lambda tx: slots.renew(tx, slot, owner, clock.now()))
        except Unavailable:
            continue
        if not held:
            # Another process makes ids in our slot: nothing more may be written from here.
            os._exit(70)


async def _built(
    config: Config,
    bus: Bus,
    clock: Clock,
    random: Random,
    engine: Engine,
    slot: int,
    sender: Sender,
) -> House:
    urls = Urls(config.server.origin, config.handle_domain)
    performer = Performer(
        engine=engine,
        urls=urls,
        clock=clock,
        random=random,
        ids=Ids(slot),
        write=activities.write,
        bus=bus,
        proofs=config.federation.proofs,
    )
    client = Client(
        sender,
        clock=clock.now,
        own_hosts=frozenset({urls.authority}),
        in_flight=config.federation.fetches_in_flight,
        per_host=config.federation.fetches_per_host,
    )
    fetcher = Fetcher(client, clock.now, await _application_key(engine, urls, clock))
    keys = KeyRing(engine, fetcher, clock.now)
    domains = Domains(engine, clock.now, config.federation)
    resolver = HouseResolver(performer, fetcher, domains)
    door = HouseDoor(
        performer,
        keys,
        domains,
        bus,
        config=config,
        alive=Alive(engine, bus, clock.now),
    )
    return House(
        config=config,
        urls=urls,
        clock=clock,
        random=random,
        bus=bus,
        engine=engine,
        performer=performer,
        sender=sender,
        client=client,
        fetcher=fetcher,
        keys=keys,
        resolver=resolver,
        domains=domains,
        door=door,
        desk=HouseDesk(performer, resolver, fetcher, domains, bus),
        reads=HouseReads(engine),
    )


async def _application_key(
    engine: Engine, urls: Urls, clock: Clock
) -> tuple[str, RSAPrivateKey] | None:
    """Return the key that signs our fetches; None in a house that isn't founded yet."""
    actor = await engine.read(profiles.application)
    if actor is None:
        return None
    now = clock.now()
    key = await engine.read(lambda tx: profiles.signing_key(tx, actor.id, KeyKind.RSA, now))
    if key is None or key.private is None:
        return None
    private = load_private(key.private)
    return (key.uri, private) if isinstance(private, RSAPrivateKey) else None


def application(house: House) -> Dispatch:
    """Return the ASGI application: the dispatch table, and behind it the pages."""
    site = Site(
        engine=house.engine,
        urls=house.urls,
        organisation=house.config.organisation,
        clock=house.clock,
        webfinger=house.resolver.webfinger,
        lab=house.config.lab.enabled,
    )
    pages = Pages(site)
    table = Dispatch(
        Starlette(
            routes=pages.routes(),
            exception_handlers={HTTPException: pages.error, Exception: pages.error},
        )
    )

    async def page(ask: Ask) -> Answer:
        return await pages.html(cast(Scope, ask.request))

    endpoints = Endpoints(
        reads=house.reads,
        urls=house.urls,
        negotiate=choose,
        authenticate=SignedGets(house.door),
        page=page,
        signed_only=house.config.federation.authorized_fetch,
    )
    open_door(table, endpoints, house.door)
    open_wellknown(
        table,
        engine=house.engine,
        urls=house.urls,
        clock=house.clock,
        name=house.config.organisation.name,
        version=VERSION,
    )
    table.add("/media/{name}", MediaFiles(house.config.server.data_dir / "media"))
    return table
