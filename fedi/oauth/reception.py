"""What signing in is done with: the ports, made once for a house and handed to every view."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from actors.ports import Clock
from actors.urls import Urls
from fedi.config import Config, Limits, SignIn
from fedi.net.answer import Header, Scope
from fedi.oauth.callers import Callers
from fedi.oauth.passwords import Passwords
from fedi.oauth.rates import Rates, counted
from fedi.oauth.throttling import Throttle
from fedi.oauth.tokens import Revoking
from fedi.oauth.welcoming import Welcoming
from fedi.pages.site import Site
from fedi.perform import Performer
from fedi.store.engine import Engine


async def _no_key() -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """The parts. `open_to_all` is lab mode: whoever asks may register, as often as they like.
    `vapid_key` gives the key of web push that apps are told (fedi/push); `rates` counts what apps
    ask, here and in fedi/mastodon together."""

    performer: Performer
    callers: Callers
    revoking: Revoking
    passwords: Passwords
    throttle: Throttle
    site: Site
    settings: SignIn
    limits: Limits
    rates: Rates
    welcoming: Welcoming
    open_to_all: bool = False
    vapid_key: Callable[[], Awaitable[str]] = field(default=_no_key)

    @property
    def engine(self) -> Engine:
        return self.performer.engine

    @property
    def clock(self) -> Clock:
        return self.performer.clock

    @property
    def urls(self) -> Urls:
        return self.performer.urls

    def now(self) -> int:
        return self.performer.clock.now()

    def new_id(self) -> int:
        return self.performer.new_id()

    async def counted(self, scope: Scope) -> tuple[Header, ...]:
        """Count one request of an app's; OverLimit where there were too many. Return the headers
        that tell it."""
        return await counted(self.rates, self.callers, scope)


def reception(
    performer: Performer,
    callers: Callers,
    site: Site,
    config: Config,
    *,
    rates: Rates,
    vapid_key: Callable[[], Awaitable[str]] = _no_key,
) -> Reception:
    """Put the parts together."""
    return Reception(
        performer=performer,
        callers=callers,
        revoking=Revoking(performer, callers),
        passwords=Passwords(config.sign_in),
        throttle=Throttle(performer.engine, performer.clock),
        site=site,
        settings=config.sign_in,
        limits=config.limits,
        rates=rates,
        welcoming=Welcoming(performer, config.welcome),
        open_to_all=config.lab.enabled,
        vapid_key=vapid_key,
    )
