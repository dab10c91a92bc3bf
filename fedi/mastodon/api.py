"""What the resources of the client API work with: the parts of one process, put together by app."""

from dataclasses import dataclass

from actors.ports import Clock, Random
from actors.urls import Urls
from fedi.config import Config
from fedi.mastodon.attaching import Attaching
from fedi.mastodon.rendering import Renderer
from fedi.oauth.callers import Callers
from fedi.oauth.rates import Rates
from fedi.perform import Performer
from fedi.publishing import Interacting, Profiles, Writing
from fedi.publishing.scheduling import Scheduling
from fedi.push.subscriptions import Subscriptions
from fedi.resolve import HouseResolver
from fedi.search.asking import Finder
from fedi.store.engine import Engine
from fedi.store.home import Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Everything a handler may need. `max_upload` in bytes."""

    config: Config
    engine: Engine
    urls: Urls
    clock: Clock
    random: Random
    performer: Performer
    resolver: HouseResolver
    finder: Finder
    writing: Writing
    interacting: Interacting
    profiles: Profiles
    media: Attaching
    scheduling: Scheduling
    callers: Callers
    rates: Rates
    renderer: Renderer
    readers: Readers
    push: Subscriptions
    max_upload: int
