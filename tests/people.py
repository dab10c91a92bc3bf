"""A cast of named people and departments, and the house of Nordvik they live in, for rules to run.

Ours: Ledergruppen and IKT (departments), Beredskapsrådet (internal), Samarbeidsrådet (allow-listed
servers only), Kari and Ola (people), Alle (a group). Others': Alice and Bob of mastodon.test, Carla
of gotosocial.test, Mallory of evil.test. Rows are put as they are, so that nothing waits for keys.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from actors.audience import addressing
from actors.effects import Activity, Done, Need, Recipients, Refusal
from actors.handles import local_key
from actors.ids import Ids
from actors.membership import Membership, Role
from actors.people import Actor, ActorKind, Exposure, HandleRow, Key, KeyKind, Person
from actors.posts import Mention, Note, Poll, Post, Question, Visibility
from actors.relationships import Marker, Notification, Reaction, Relation, RelationKind
from actors.signatures import keys
from actors.urls import Urls
from actors.verbs import Create
from actors.vocabulary import PUBLIC
from fedi.perform import Performer
from fedi.store import fanout
from fedi.store.engine import Engine, Tx
from fedi.store.rows import HANDLE, TABLES
from outbox import activities
from tests.databases import Template
from tests.dice import Dice
from tests.running import run

NOW = 1_764_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
URLS = Urls("https://nordvik.test", "nordvik.test")


def ours(id: int, username: str, name: str, kind: ActorKind, **rest: Any) -> Actor:
    """An actor of Nordvik."""
    made = Actor(
        id=id,
        kind=kind,
        uri=URLS.actor(id),
        local=True,
        username=username,
        host=URLS.authority,
        name=name,
        url=URLS.profile(username),
        inbox=URLS.actor(id, "inbox"),
        shared_inbox=URLS.shared_inbox(),
        outbox=URLS.actor(id, "outbox"),
        followers=URLS.actor(id, "followers"),
        following=URLS.actor(id, "following"),
        featured=URLS.actor(id, "featured"),
        created=NOW - DAY,
    )
    return replace(made, **rest)


def theirs(id: int, username: str, host: str, **rest: Any) -> Actor:
    """A person of another server, as we know them."""
    uri = f"https://{host}/users/{username}"
    made = Actor(
        id=id,
        kind=ActorKind.PERSON,
        uri=uri,
        username=username,
        domain=host,
        host=host,
        name=username.title(),
        inbox=f"{uri}/inbox",
        shared_inbox=f"https://{host}/inbox",
        followers=f"{uri}/followers",
        featured=f"{uri}/featured",
        fetched=NOW,
    )
    return replace(made, **rest)


HOUSE = replace(
    ours(1, "nordvik.test", "Nordvik", ActorKind.APPLICATION, locked=True), uri=URLS.application()
)
LEDERGRUPPEN = ours(10, "ledergruppen", "Ledergruppen", ActorKind.ORGANIZATION)
IKT = ours(11, "ikt", "IKT-teamet", ActorKind.ORGANIZATION, locked=True)
BEREDSKAP = ours(
    12, "beredskap", "Beredskapsrådet", ActorKind.ORGANIZATION, exposure=Exposure.INTERNAL
)
SAMARBEID = ours(
    13, "samarbeid", "Samarbeidsrådet", ActorKind.ORGANIZATION, exposure=Exposure.ALLOWED
)
KARI = ours(20, "kari", "Kari Nordmann", ActorKind.PERSON, default_audience="internal")
OLA = ours(21, "ola", "Ola Hansen", ActorKind.PERSON, default_audience="internal")
ALLE = ours(25, "alle", "Alle", ActorKind.GROUP)
ALICE = theirs(30, "alice", "mastodon.test")
BOB = theirs(31, "bob", "mastodon.test")
CARLA = theirs(32, "carla", "gotosocial.test")
MALLORY = theirs(33, "mallory", "evil.test")

EVERYONE = (
    HOUSE, LEDERGRUPPEN, IKT, BEREDSKAP, SAMARBEID, KARI, OLA, ALLE, ALICE, BOB, CARLA, MALLORY,
)  # fmt: skip
PERSON_KARI = Person(id=120, username="kari", name="Kari Nordmann", actor_id=KARI.id)
PERSON_OLA = Person(id=121, username="ola", name="Ola Hansen", actor_id=OLA.id)
ROLES = (
    Membership(person_id=PERSON_KARI.id, actor_id=KARI.id, role=Role.MANAGER),
    Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR),
    Membership(person_id=PERSON_OLA.id, actor_id=OLA.id, role=Role.MANAGER),
    Membership(person_id=PERSON_OLA.id, actor_id=LEDERGRUPPEN.id, role=Role.READER),
)


@cache
def _ed25519() -> Ed25519PrivateKey:
    return keys.generate_ed25519()


def key_of(actor: Actor) -> Key:
    """A key for proofs; all of ours share the material, which no test looks at."""
    private = _ed25519()
    return Key(
        uri=URLS.key(actor.uri, "ed25519-key-1"),
        actor_id=actor.id,
        kind=KeyKind.ED25519,
        public=keys.to_multibase(private),
        private=keys.private_bytes(private),
        created=NOW - DAY,
    )


def note(
    author: Actor,
    uri: str,
    visibility: Visibility = Visibility.PUBLIC,
    *named: Actor,
    content: str = "<p>Hei</p>",
    reply_to: str = "",
    published: int = NOW - MINUTE,
    **rest: Any,
) -> Note:
    """A note of somebody else's server, naming actors; `rest` are fields of Note."""
    uris = tuple(actor.uri for actor in named)
    to, cc = addressing(visibility, author.followers, uris)
    values = {"to": to, "cc": cc, "mentions": tuple(Mention(uri) for uri in uris), **rest}
    return Note(
        uri=uri,
        attributed_to=author.uri,
        content=content,
        published=published,
        in_reply_to=reply_to,
        **values,
    )


@dataclass
class Clock:
    """Stands still until told."""

    time: int = NOW

    def now(self) -> int:
        return self.time


class Quiet:
    """A bus that nobody listens to."""

    def wake(self, topic: str) -> None:
        pass


@dataclass
class Nordvik:
    """The house: its store with the cast in it, and rules to run on it."""

    engine: Engine
    clock: Clock = field(default_factory=Clock)
    urls: Urls = URLS
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.performer = Performer(
            engine=self.engine,
            urls=self.urls,
            clock=self.clock,
            random=Dice(7),
            ids=Ids(1),
            write=activities.write,
            bus=Quiet(),
        )

    def settle(self) -> "Nordvik":
        """Let the cast move in; all of ours have read their home timelines of late."""
        people = [actor for actor in EVERYONE if actor.local]
        self.put(*EVERYONE, PERSON_KARI, PERSON_OLA, *ROLES, *map(key_of, people))
        self.reads(*people)
        return self

    def reads(self, *readers: Actor) -> None:
        """Note that actors have read their home timelines just now, so that they are kept."""
        rows = [(actor.id, self.clock.now(), 0) for actor in readers]
        run(self.engine.write(lambda tx: tx.many("INSERT INTO reader VALUES (?, ?, ?)", rows)))

    # -- doing

    def uri(self, actor: Actor) -> str:
        """Return a fresh activity uri of an actor."""
        if actor.local:
            return self.urls.activity(self.performer.new_id())
        return f"https://{actor.host}/activities/{next(self._numbers)}"

    def post_uri(self, actor: Actor) -> str:
        if actor.local:
            return self.urls.post(self.performer.new_id())
        return f"https://{actor.host}/notes/{next(self._numbers)}"

    def do(self, activity: Activity) -> Done | Need | Refusal:
        """Run one unit, as for an activity that arrived or that one of ours did."""
        return run(self.performer.once(activity))

    def done(self, activity: Activity) -> None:
        """Run one unit that must go through."""
        outcome = self.do(activity)
        assert isinstance(outcome, Done), outcome

    def refused(self, activity: Activity) -> str:
        """Run one unit that must be refused, and return the code."""
        outcome = self.do(activity)
        assert isinstance(outcome, Refusal), outcome
        return outcome.code

    def create(
        self, note: Note, *, reader: Actor | None = None, uri: str = "", **rest: Any
    ) -> Create:
        """The Create of a note."""
        uri = uri or f"{note.uri}/activity"
        return Create(
            uri=uri, actor=note.attributed_to, note=note, reader=reader.id if reader else 0, **rest
        )

    def says(
        self,
        author: Actor,
        visibility: Visibility = Visibility.PUBLIC,
        *named: Actor,
        reply_to: str = "",
        **rest: Any,
    ) -> Post:
        """Have an actor write, ours or another's that someone here knows; return the post."""
        made = note(author, self.post_uri(author), visibility, *named, reply_to=reply_to, **rest)
        if author.local:
            id = self.urls.parse(made.uri)
            create = Create(
                uri=self.urls.activity(id.id if id else 0),
                actor=author.uri,
                note=made,
                visibility=visibility,
            )
        else:
            create = self.create(made, fetched=True)
        self.done(create)
        return self.post(made.uri)

    def follows(self, who: Actor, whom: Actor, **rest: Any) -> Relation:
        """Put an accepted follow."""
        row = Relation(
            kind=RelationKind.FOLLOW,
            source_id=who.id,
            target_id=whom.id,
            uri=self.uri(who),
            created=NOW,
            number=self.performer.new_id(),
        )
        self.put(replace(row, **rest))
        return row

    def blocks(self, who: Actor, whom: Actor) -> None:
        self.put(
            Relation(
                kind=RelationKind.BLOCK, source_id=who.id, target_id=whom.id, uri=self.uri(who)
            )
        )

    def put(self, *rows: Any) -> None:
        """Store rows as they are."""

        async def unit(tx: Tx) -> None:
            for row in rows:
                table = TABLES[type(row)]
                await tx.run(table.replace, table.encode(row))
                if isinstance(row, Actor) and row.local and row.kind is not ActorKind.APPLICATION:
                    handle = HandleRow(
                        username=local_key(row.username), actor_id=row.id, current=True, since=NOW
                    )
                    await tx.run(HANDLE.insert, HANDLE.encode(handle))

        run(self.engine.write(unit))

    # -- looking

    def ask(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in run(self.engine.read(lambda tx: tx.rows(sql, params)))]

    def all(self, record: type[Any]) -> list[Any]:
        """Return every row of a record's table, in the order of its key."""
        table = TABLES[record]
        found = self.ask(f"{table.select} ORDER BY {', '.join(table.key)}")
        return [table.decode(row) for row in found]

    def find_post(self, uri: str) -> Post | None:
        return run(self.engine.read(lambda tx: self.performer.open(tx).post(uri)))

    def post(self, uri: str) -> Post:
        found = self.find_post(uri)
        assert found is not None, f"no post {uri}"
        return found

    def actor(self, uri: str) -> Actor:
        found = run(self.engine.read(lambda tx: self.performer.open(tx).actor(uri)))
        assert found is not None, f"no actor {uri}"
        return found

    def follow_of(self, who: Actor, whom: Actor) -> Relation | None:
        return run(
            self.engine.read(
                lambda tx: self.performer.open(tx).relation(RelationKind.FOLLOW, who.id, whom.id)
            )
        )

    def state(self, who: Actor, whom: Actor) -> str:
        """Return how a follow stands: accepted, pending or "" where there is none."""
        relation = self.follow_of(who, whom)
        return relation.state.value if relation is not None else ""

    def sees(self, viewer: Actor, post: Post) -> bool:
        """Return whether an actor may see a post, as it is now."""
        return run(self.engine.read(lambda tx: self.performer.open(tx).may_see(post, viewer)))

    def told(self, whom: Actor) -> list[tuple[str, int, int]]:
        """Return what an actor was notified of: (kind, by, post)."""
        rows = [n for n in self.all(Notification) if n.recipient_id == whom.id]
        return sorted((n.kind.value, n.by_id, n.post_id) for n in rows)

    def home(self, reader: Actor) -> list[int]:
        """Return the ids of the posts on a reader's home page."""
        found = self.ask("SELECT post_id FROM home WHERE reader_id = ? ORDER BY 1", reader.id)
        return [row[0] for row in found]

    def readers(self, post: Post) -> list[int]:
        """Return whom a post names or is sent to."""
        return [row[0] for row in self.ask(
            "SELECT actor_id FROM addressee WHERE post_id = ? ORDER BY 1", post.id
        )]  # fmt: skip

    def sent(self) -> list[tuple[str, Recipients]]:
        """Return what was given to fan-out since the beginning: (type, recipients)."""
        found = self.ask(
            "SELECT a.kind, f.recipients FROM fanout f JOIN activity a ON a.id = f.activity_id"
            " ORDER BY f.id"
        )
        return [(row[0], msgspec.json.decode(row[1], type=Recipients)) for row in found]

    def bodies(self) -> list[dict[str, Any]]:
        """Return the documents of ours, oldest first."""
        return [msgspec.json.decode(row[0]) for row in self.ask(
            "SELECT body FROM activity ORDER BY id"
        )]  # fmt: skip

    def delivered(self) -> list[tuple[str, str]]:
        """Expand what waits and return every delivery there is: (type, inbox)."""

        async def expand() -> None:
            while await fanout.expand(self.engine, self.clock.now, fanout.Rules()):
                pass

        run(expand())
        return self.ask(
            "SELECT a.kind, d.inbox FROM delivery d JOIN activity a ON a.id = d.activity_id"
            " ORDER BY d.id"
        )

    def counts(self, *records: type[Any]) -> dict[str, int]:
        """Return how many rows each table has; all that rules write to unless named."""
        names = [TABLES[record].name for record in records] or [
            "post", "addressee", "hashtag", "poll", "vote", "revision", "pin", "relation",
            "reaction", "marker", "notification", "report", "home", "activity", "fanout", "wanted",
            "spread",
        ]  # fmt: skip
        return {name: self.ask(f"SELECT count(*) FROM {name}")[0][0] for name in names}


SETTLED = Template("nordvik", lambda engine: Nordvik(engine).settle())
"""The house of Nordvik when everybody has moved in."""


def ids_of(actors: Iterable[Actor]) -> list[int]:
    return sorted(actor.id for actor in actors)


def poll_note(author: Actor, uri: str, choices: Sequence[str], **question: Any) -> Note:
    """A Question for everybody."""
    from actors.posts import Option

    asked = Question(options=tuple(Option(choice) for choice in choices), **question)
    return note(author, uri, kind="Question", question=asked)


__all__ = [
    "ALICE", "ALLE", "BEREDSKAP", "BOB", "CARLA", "DAY", "HOUR", "HOUSE", "IKT", "KARI",
    "LEDERGRUPPEN", "MALLORY", "MINUTE", "NOW", "OLA", "PERSON_KARI", "PERSON_OLA", "PUBLIC",
    "SAMARBEID", "URLS", "Clock", "Marker", "Nordvik", "Poll", "Reaction", "ids_of", "note",
    "poll_note",
]  # fmt: skip
