"""The composition root: the one place that knows everything, and puts it together.

`opened_house` opens the store and makes every part for one process; nothing is global, so that
several houses live in one process (tests/fediverse). `application` is the ASGI app of one.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, cast
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException

from actors.ports import Clock, Random
from actors.urls import Urls
from fedi.alive import Alive
from fedi.bus import Bus, LocalBus
from fedi.config import Config, Federation
from fedi.desk import HouseDesk, HouseDoor
from fedi.domains import Domains
from fedi.fetching import Fetcher
from fedi.figures import Figures
from fedi.front import SignedGets, choose, open_clients, open_door, open_files
from fedi.idslot import IdSlot, held_slot
from fedi.jsonld import PlainWords, WorkerExpander
from fedi.keyring import KeyRing, application_key
from fedi.machine import SystemClock, SystemRandom
from fedi.mastodon.api import Api
from fedi.mastodon.attaching import Attaching
from fedi.mastodon.filtering import Filtering
from fedi.mastodon.making import Making
from fedi.mastodon.rendering import Renderer
from fedi.mastodon.table import open_api
from fedi.media.attachments import Attachments
from fedi.media.cache import Cache
from fedi.media.faces import open_faces
from fedi.media.proxy import Proxy, sealing_key
from fedi.native.table import open_native
from fedi.net.answer import Scope
from fedi.net.client import Client, Signer
from fedi.net.dispatch import Dispatch
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.oauth.callers import Callers
from fedi.oauth.knowing import knower
from fedi.oauth.rates import Rates
from fedi.oauth.reception import reception
from fedi.oauth.routes import open_sign_in
from fedi.pages.routes import Pages
from fedi.pages.site import Site
from fedi.perform import Performer
from fedi.probes import Ready, healthy, live
from fedi.publishing import Interacting, Profiles, Writing
from fedi.publishing.scheduling import Scheduling
from fedi.publishing.submitting import Submitting
from fedi.push.subscriptions import Subscriptions
from fedi.push.vapid import subject_of
from fedi.resolve import HouseResolver
from fedi.search.asking import Finder
from fedi.store.engine import Engine, opened
from fedi.store.home import Readers
from fedi.store.migrate import migrate
from fedi.store.reads import HouseReads
from fedi.store.timed import TimedEngine
from fedi.streaming.hub import Hub
from fedi.streaming.opening import open_streaming
from fedi.version import VERSION
from fedi.wellknown import open_wellknown
from fedi.wellknown.nodeinfo import agent
from outbox import activities
from outbox.answers import Answer
from outbox.endpoints import Ask, Endpoints

API_LIMIT: Final = 300
"""Requests of one token, or of one address without, in five minutes (as Mastodon)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything one process has. Parts are made once and shared."""

    config: Config
    slot: IdSlot
    urls: Urls
    clock: Clock
    random: Random
    bus: Bus
    engine: Engine
    performer: Performer
    sender: Sender
    client: Client
    fetcher: Fetcher
    expander: WorkerExpander
    keys: KeyRing
    resolver: HouseResolver
    domains: Domains
    alive: Alive
    door: HouseDoor
    desk: HouseDesk
    reads: HouseReads
    callers: Callers
    push: Subscriptions
    hub: Hub
    media: Attachments
    proxy: Proxy
    figures: Figures = field(default_factory=Figures)


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


def _asking(config: Config) -> Sender:
    """Return the sender of whatever the house fetches."""
    return Sender(
        rules_of(config),
        user_agent=agent(config.server.origin),
        per_host=config.federation.fetches_per_host,
        in_flight=config.federation.fetches_in_flight,
    )


def store_of(
    config: Config, *, on_loop: bool = False
) -> Callable[[], AbstractAsyncContextManager[Engine]]:
    """Return what opens the store as it is set; `on_loop` has it write without a thread."""
    url, db = config.database_url, config.database
    return partial(
        opened, url, readers=db.readers, pool=db.pool, cache_kib=db.cache_kib,
        commit_batch=db.commit_batch, on_loop=on_loop,
    )  # fmt: skip


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
    async with (opening or store_of(config))() as engine:
        if founding:
            await migrate(engine, now=clock.now())
        figures = Figures()
        if config.metrics.enabled:
            figures.watch_backlog(lambda: engine.backlog)
            engine = TimedEngine(engine, figures.unit)
        async with held_slot(engine, clock.now) as slot:
            sender = sender or _asking(config)
            house = await _built(config, bus, clock, random, engine, slot, sender)
            house = replace(house, figures=figures)
            figures.watch_streams(house.hub)
            try:
                yield house
            finally:
                await house.hub.close()
                await house.expander.close()
                await house.alive.close()
                await house.proxy.close()
                await house.client.close()
                await sender.close()


async def _built(
    config: Config,
    bus: Bus,
    clock: Clock,
    random: Random,
    engine: Engine,
    slot: IdSlot,
    sender: Sender,
) -> House:
    urls = Urls(config.server.origin, config.handle_domain)
    performer = _performer(config, urls, bus, clock, random, engine, slot)
    client = _client(config.federation, sender, clock, urls)
    expander = WorkerExpander()
    words = PlainWords(expander, clock.now)
    fetcher = Fetcher(client, clock.now, await application_key(engine, clock.now()), words.of)
    keys = KeyRing(engine, fetcher, clock.now)
    domains = Domains(engine, clock.now, config.federation)
    resolver = HouseResolver(performer, fetcher, domains)
    alive = Alive(engine, bus, clock.now)
    return House(
        config=config,
        slot=slot,
        urls=urls,
        clock=clock,
        random=random,
        bus=bus,
        engine=engine,
        performer=performer,
        sender=sender,
        client=client,
        fetcher=fetcher,
        expander=expander,
        keys=keys,
        resolver=resolver,
        domains=domains,
        alive=alive,
        door=HouseDoor(performer, keys, domains, bus, config=config, alive=alive),
        desk=HouseDesk(performer, resolver, fetcher, domains, bus, words),
        reads=HouseReads(engine),
        callers=Callers(engine, clock),
        push=_push(config, engine, sender, clock, urls),
        hub=Hub(engine, bus, clock, random),
        media=Attachments(performer, config),
        proxy=_proxy(config, sender, clock, urls, await sealing_key(engine), fetcher.signer()),
    )


def _performer(
    config: Config,
    urls: Urls,
    bus: Bus,
    clock: Clock,
    random: Random,
    engine: Engine,
    slot: IdSlot,
) -> Performer:
    return Performer(
        engine=engine,
        urls=urls,
        clock=clock,
        random=random,
        ids=slot.ids,
        write=activities.write,
        bus=bus,
        proofs=config.federation.proofs,
    )


def _push(
    config: Config, engine: Engine, sender: Sender, clock: Clock, urls: Urls
) -> Subscriptions:
    return Subscriptions(
        engine,
        sender,
        clock.now,
        secrets_dir=config.secrets_dir,
        subject=subject_of(config.organisation.contact, config.server.origin),
        own=urls.authority,
    )


def _client(federation: Federation, sender: Sender, clock: Clock, urls: Urls) -> Client:
    return Client(
        sender,
        clock=clock.now,
        own_hosts=frozenset({urls.authority}),
        in_flight=federation.fetches_in_flight,
        per_host=federation.fetches_per_host,
        deadline=float(federation.fetch_seconds),
        max_body=federation.max_body_bytes,
    )


def _proxy(
    config: Config, sender: Sender, clock: Clock, urls: Urls, key: bytes, sign: Signer
) -> Proxy:
    settings = config.media
    # A client of its own: pictures must not take the turns of what people wait for.
    own, most = frozenset({urls.authority}), config.federation.fetches_per_host
    client = Client(sender, clock=clock.now, own_hosts=own, in_flight=8, per_host=most)
    cache = Cache(
        config.server.data_dir / "cache" / "media", settings.cache_bytes, settings.keep_free_bytes
    )
    proxy = Proxy(client, urls, cache, key, now=clock.now, most=settings.remote_bytes)
    proxy.sign = sign
    return proxy


def client_api(house: House) -> Api:
    """Return what the resources of the client API work with."""
    config = house.config
    most = 0 if config.lab.enabled else API_LIMIT
    zone, files = ZoneInfo(config.organisation.timezone), config.media
    writing = Writing(house.performer, house.resolver, config.limits, config.cautions.watched)
    return Api(
        config=config,
        engine=house.engine,
        urls=house.urls,
        clock=house.clock,
        random=house.random,
        performer=house.performer,
        resolver=house.resolver,
        finder=Finder(house.engine, house.resolver, house.urls, zone),
        writing=writing,
        scheduling=Scheduling(writing, house.media),
        interacting=Interacting(house.performer, house.resolver, config.limits),
        profiles=Profiles(house.performer, house.resolver, config.limits),
        media=Attaching(house.media, config.limits.attachments),
        callers=house.callers,
        rates=Rates(house.clock.now, limit=most, anonymous=most),
        renderer=Renderer(
            Making(house.urls, proxied=house.proxy.proxied),
            now=house.clock.now,
            filters=Filtering(house.clock.now),
            zone=config.organisation.timezone,
        ),
        readers=Readers(house.engine),
        push=house.push,
        max_upload=max(files.image_bytes, files.video_bytes, files.file_bytes),
    )


def application(house: House) -> Dispatch:
    """Return the ASGI application: the dispatch table, and behind it the pages."""
    site = Site(
        engine=house.engine,
        urls=house.urls,
        organisation=house.config.organisation,
        clock=house.clock,
        webfinger=house.resolver.webfinger,
        signed_in=knower(house.engine, house.urls, house.clock),
        lab=house.config.lab.enabled,
    )
    pages = Pages(site)
    table = Dispatch(
        Starlette(
            routes=pages.routes(),
            exception_handlers={HTTPException: pages.error, Exception: pages.error},
        )
    )
    api = client_api(house)
    endpoints = _open_activitypub(table, house, pages, api)
    table.add("/livez", live)
    table.add("/health", healthy)
    table.add("/readyz", Ready(house.door.check_room, house.slot.renew))
    open_wellknown(
        table,
        engine=house.engine,
        urls=house.urls,
        clock=house.clock,
        name=house.config.organisation.name,
        version=VERSION,
    )
    _open_client_api(table, house, site, api)

    open_files(table, endpoints, house.media.blobs, house.engine)
    open_faces(table, house.engine)
    table.add("/proxy/{seal}/{place}", house.proxy)
    return table


def _open_activitypub(table: Dispatch, house: House, pages: Pages, api: Api) -> Endpoints:
    async def page(ask: Ask) -> Answer:
        return await pages.html(cast(Scope, ask.request))

    endpoints = Endpoints(
        reads=house.reads,
        urls=house.urls,
        negotiate=choose,
        authenticate=SignedGets(house.door, house.callers),
        page=page,
        signed_only=house.config.federation.authorized_fetch,
    )
    open_door(table, endpoints, house.door, house.figures.counting)
    limits, watched = house.config.limits, house.config.cautions.watched
    submitting = Submitting(house.performer, house.resolver, limits, watched, house.media)
    open_clients(table, submitting, house.callers, api.rates)
    return endpoints


def _open_client_api(table: Dispatch, house: House, site: Site, api: Api) -> None:
    open_api(table, api)
    open_native(table, api)
    open_streaming(table, house.hub, api)
    open_sign_in(
        table,
        reception(
            house.performer,
            house.callers,
            site,
            house.config,
            rates=api.rates,
            vapid_key=house.push.server_key,
        ),
    )
