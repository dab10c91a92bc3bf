"""What an endpoint of our own API is: a method, a path, a scope, and two typed structs.

The way in is the client API's (fedi/mastodon/asking.py): one mechanism knows callers, rates, CORS
and errors. Here a request becomes a struct (reading.py) and a struct the answer; openapi.py reads
the same endpoints. Each file of this folder has its own in `ENDPOINTS`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

import msgspec
from msgspec import Meta

from actors.errors import Forbidden
from fedi.mastodon.asking import Ask, By, Reply, Route, ok
from fedi.mastodon.paging import Page, links
from fedi.native.reading import carries_files, read
from fedi.net.answer import Header

PREFIX: Final = "/api/fedi/v1"

Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$", description="An id, as in the client API.")]
Moment = Annotated[
    str,
    Meta(description="A time in UTC, ISO 8601.", extra_json_schema={"format": "date-time"}),
]
"""A time in an answer; fedi.mastodon.entities.moment makes one."""
When = Annotated[datetime, Meta(tz=True, description="A time with its zone, RFC 3339.")]
"""A time in a question; `ms_of` reads it."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is asked, whether it came as JSON, form, multipart or query; tables in it are Bodies
    too. A name that is not known is refused, so that a slip of the pen is not passed over."""


class Nothing(Body):
    """Nothing is asked but the path."""


class Paged(Body):
    """What every list can be asked with; `page` reads it."""

    max_id: Annotated[Id, Meta(description="Only what comes before this one.")] | None = None
    since_id: Annotated[Id, Meta(description="Only what comes after this one.")] | None = None
    min_id: Annotated[Id, Meta(description="The nearest that come after this one.")] | None = None
    limit: Annotated[int, Meta(ge=1, le=10_000, description="How many at most.")] | None = None


class Answer(msgspec.Struct, kw_only=True):
    """A table in an answer: every key always there, lists never null."""


class Empty(Answer):
    """`{}`: there is nothing to say."""


B = TypeVar("B", bound=Body)
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Told(Generic[A]):
    """An answer with another status than 200, or with headers of its own."""

    value: A
    status: int = 200
    headers: tuple[Header, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint(Generic[B, A]):
    """One row of our API. `path` lies below PREFIX; `{id}` and names that end in `_id` are ids.

    `admin` is whether only those who look after the house may; `status` what success is answered
    with, for the description (a handler that answers otherwise than 200 returns Told).
    """

    method: str
    path: str
    summary: str
    handler: Callable[[Ask, B], Awaitable[A | Told[A]]]
    answer: type[A]
    body: type[B]
    scope: str = ""
    by: By = By.ACTOR
    admin: bool = False
    status: int = 200

    def route(self) -> Route:
        """Return the route that the client API's way in knows how to open."""
        return Route(
            method=self.method,
            path=PREFIX + self.path,
            handler=self._answered,
            by=self.by,
            scopes=(self.scope,) if self.scope else (),
            uploads=carries_files(self.body),
        )

    async def _answered(self, ask: Ask) -> Reply:
        if self.admin and not ask.person.admin:
            raise Forbidden("Only those who look after this server may do this.")
        told = await self.handler(ask, read(ask.params, self.body))
        if isinstance(told, Told):
            return ok(told.value, status=told.status, headers=told.headers)
        return ok(told)


Endpoints = tuple[Endpoint[Any, Any], ...]


def paged(ask: Ask, page: Page, items: list[A], cursors: Sequence[int]) -> Told[list[A]]:
    """Return a page of a list with its Link header; `cursors` are those of the rows read, newest
    first, and `page` is what `fedi.mastodon.paging.page_of` made of the request."""
    return Told(items, headers=links(ask, page, cursors))


def ms_of(when: datetime) -> int:
    """Return a time as Unix ms."""
    return round(when.astimezone(UTC).timestamp() * 1000)
