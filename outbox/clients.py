"""ActivityPub for clients: POST to one's own outbox, GET of one's own inbox (sections 6 and 5.2).

The caller is known by a bearer token of the same kind that apps use; whose outbox or inbox it is
must be the token's own actor. What was handed in is carried out by the house, which answers with
the id of the activity it became. Beside endpoints.py, which is for everyone else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from actors import ids
from actors.documents import is_activity_type, read_document
from actors.errors import Forbidden, Invalid, NotAcceptable, WrongType
from actors.people import Actor
from actors.posts import Post
from actors.urls import Urls
from actors.verbs import Announce, Create
from outbox import activities
from outbox.answers import Answer, answered, written
from outbox.context import document
from outbox.objects import collection, note
from outbox.objects.record import Surroundings, addressing_of, note_of
from outbox.reads import Posts

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 32
PAGE_SIZE: Final = 20


@dataclass(frozen=True, slots=True)
class Author:
    """Who holds the token: an actor of ours, and the person who acts for it. `key` is (token, what
    stands for its Idempotency-Key), None without one."""

    actor: Actor
    person: int
    key: tuple[int, str] | None = None


Known = Callable[[object, str], Awaitable[Author]]
"""(the house's request, scope) -> who asks; Unauthorized without a token that holds, Forbidden
without the scope."""
CarryOut = Callable[[Author, Mapping[str, Any]], Awaitable[str]]
"""Does what a document says, and returns the id of the activity it became."""
Received = Callable[[Actor, int | None, int], Awaitable[Posts]]
"""(owner, cursor, limit) -> posts and boosts that reached the owner, newest first."""
Read = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Clients:
    """Both addresses of one house."""

    urls: Urls
    known: Known
    carry_out: CarryOut
    received: Received
    negotiate: Callable[[str | None, bool], str]

    async def submit(
        self, request: object, id: int | None, content_type: str, body: Read
    ) -> Answer:
        """Take one POST to the outbox of actor `id`: 201, with the activity's id as Location."""
        author = await self.known(request, "write")
        self._own(author, id)
        if not is_activity_type(content_type):
            raise WrongType("Send activities as application/activity+json.")
        said = read_document(await body(), max_bytes=MAX_BYTES, max_depth=MAX_DEPTH)
        uri = await self.carry_out(author, said)
        headers = (
            (b"location", uri.encode()),
            (b"content-length", b"0"),
            (b"cache-control", b"private, no-store"),
        )
        return Answer(201, headers)

    async def inbox(
        self, request: object, id: int | None, accept: str | None, page: str | None
    ) -> Answer:
        """Answer the inbox of actor `id`, to its owner alone; `page` as in its links."""
        author = await self.known(request, "read")
        self._own(author, id)
        kind = self.negotiate(accept, False)
        if not kind:
            raise NotAcceptable("We have this as ActivityPub.")
        uri = author.actor.inbox
        if page is None:
            shape = collection.whole(uri, None)
        else:
            cursor = None if page == collection.FIRST else ids.parse(page)
            if cursor is None and page != collection.FIRST:
                raise Invalid("There is no such page.")
            found = await self.received(author.actor, cursor, PAGE_SIZE)
            items = [self._shape(*one) for one in found.posts]
            shape = collection.page(uri, items, cursor, found.following)
        return answered(kind, written(document(shape)), public=False)

    @staticmethod
    def _own(author: Author, id: int | None) -> None:
        if author.actor.id != id:
            raise Forbidden("Only its owner may use this address so.")

    def _shape(self, post: Post, around: Surroundings) -> dict[str, Any]:
        """Return the activity by which a post or boost came; a Create of another server is told
        without its id, which isn't kept."""
        if post.boost_of is not None:
            to, cc = addressing_of(post, around)
            return activities.shape(
                Announce(
                    uri=post.uri,
                    actor=around.author.uri,
                    object=around.boosted,
                    published=post.published,
                    to=to,
                    cc=cc,
                ),
                self.urls,
            )
        said = note_of(post, around, self.urls)
        if post.local:
            uri = self.urls.activity(post.id)
            create = Create(uri=uri, actor=around.author.uri, note=said)
            return activities.shape(create, self.urls)
        return {
            "type": "Create",
            "actor": around.author.uri,
            "to": list(said.to),
            "cc": list(said.cc),
            "object": note.write(said, self.urls),
        }
