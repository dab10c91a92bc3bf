"""Two houses alike to the last bit, in one of which something is said that isn't for everybody.

A house is founded and furnished once and copied. Chance, time and what happens otherwise are the
same in both, so whoever may not see what was said must get the same answers from both, byte for
byte: what they would get if it did not exist.
"""

import json
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from actors.grouping import Access, Grouping
from actors.membership import Role
from actors.people import Actor, ActorKind, Exposure, Key, KeyKind
from actors.posts import Visibility
from actors.relationships import Relation, RelationKind
from actors.signatures import cavage, keys
from fedi.app import House, application
from fedi.bus import LocalBus
from fedi.config import Lab
from fedi.net.dispatch import Dispatch
from fedi.net.sender import Request, Response
from fedi.oauth.tokens import new_token
from fedi.organisation import NewActor, add_actor, add_person, find_actor, find_person, let_speak
from fedi.publishing import Draft, Writing
from fedi.search.indexing import Indexer
from fedi.store.rows import TABLES
from tests.dice import Dice
from tests.fedi.asking import Answered, ask
from tests.fediverse.houses import START, Clock, Running
from tests.fediverse.network import Network, Wire
from tests.hostile.peer import rsa
from tests.people import theirs

HOST, FAR, THIRD, PHONES = "nord.test", "far.test", "third.test", "phones.example.com"
ORIGIN = f"https://{HOST}"
PEOPLE = ("kari", "lise", "ola", "per")
"""Kari says it; Lise follows her and is a member of the group; Ola is a colleague, no more."""
P256DH = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
"""Keys of the example in RFC 8291 section 5."""
SCOPES = "read write follow push"
PASSING = frozenset({"date", "x-request-id", "x-ratelimit-reset", "set-cookie"})
_FORM_TOKEN = re.compile(rb'name="form_token" value="[^"]*"')
HOUR = 3_600_000


@dataclass(frozen=True)
class Stage:
    """What was there before anything was said, the same in both houses."""

    folder: Path
    tokens: Mapping[str, str]
    ids: Mapping[str, int]
    strangers: Mapping[str, Actor]


class Elsewhere:
    """Another server: it takes what it is sent, and remembers it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, bytes]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive()).get("body", b"")
        self.got.append((scope["method"], scope["path"], body))
        status = 202 if scope["method"] == "POST" else 404
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Post(Wire):
    """Brings what is sealed, and so can't be read on the way."""

    async def send(self, request: Request) -> Response:
        return await self._network.bring(request)


@dataclass
class Twin:
    """One of the two, and everybody who asks it."""

    running: Running
    stage: Stage
    table: Dispatch
    far: Elsewhere
    third: Elsewhere
    phones: Elsewhere
    post: "Post"

    @property
    def house(self) -> House:
        return self.running.house

    async def call(
        self, who: str, method: str, target: str, data: bytes = b"", kind: str = "application/json"
    ) -> Answered:
        """Ask as somebody of ours with a token, as a stranger by signature, or as nobody."""
        headers = {"host": HOST, "accept": "application/json"}
        if data:
            headers |= {"content-type": kind, "content-length": str(len(data))}
        if who in self.stage.tokens:
            headers["authorization"] = f"Bearer {self.stage.tokens[who]}"
        elif who in self.stage.strangers:
            headers |= self._signed(who, method, target, data)
        elif who == "browser":
            headers["accept"] = "text/html"
        elif who == "reader":
            headers["accept"] = "application/activity+json"
        return await ask(self.table, target, method, headers=headers, body=data, scheme="https")

    def _signed(self, who: str, method: str, target: str, data: bytes) -> dict[str, str]:
        actor = self.stage.strangers[who]
        signed = cavage.sign(
            method, f"{ORIGIN}{target}", date_ms=self.running.clock.now(), body=data or None,
            key_id=f"{actor.uri}#main-key", private_key=rsa(0),
        )  # fmt: skip
        return {"accept": "application/activity+json", **{k.lower(): v for k, v in signed}}

    async def work(self) -> None:
        """Do all that follows: fan-out, deliveries, index."""
        for _ in range(3):
            await self.running.work()
        dice = self.running.dice
        await Indexer(
            self.house.engine, self.house.urls, self.house.clock.now, dice.fraction
        ).some()


def shown(answered: Answered) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Return what somebody gets to know by an answer: all of it but the moment."""
    headers = sorted((k, v) for k, v in answered.headers.items() if k not in PASSING)
    return answered.status, tuple(headers), _FORM_TOKEN.sub(b"", answered.body)


async def furnished(folder: Path) -> Stage:
    """Furnish a founded house in `folder`: people, tokens, strangers, some talk; and close it."""
    network = Network(0)
    network.apps |= {FAR: Elsewhere(), THIRD: Elsewhere()}
    running = Running(HOST, folder, network, Clock(START - HOUR), Dice(7))
    await running.open()
    try:
        return await _furnish(running, folder)
    finally:
        await running.close()


async def _talk(running: Running) -> None:
    """Some open talk, which also goes to those who follow from elsewhere."""
    writing = Writing(running.house.performer, running.house.resolver)
    for name in ("kari", "anne"):
        author = await running.actor(name)
        await writing.publish(author, Draft(text="Åpent #drift", visibility=Visibility.PUBLIC))
    await running.work()


async def _phone(running: Running, name: str, token: str) -> None:
    """Have somebody's phone told of everything."""
    endpoint = f"https://{PHONES}/{name}"
    alerts = dict.fromkeys(("mention", "status", "reblog", "favourite", "poll"), True)
    asked = {
        "subscription": {"endpoint": endpoint, "keys": {"p256dh": P256DH, "auth": AUTH}},
        "data": {"alerts": alerts},
    }
    headers = {
        "host": HOST, "authorization": f"Bearer {token}", "content-type": "application/json",
    }  # fmt: skip
    answered = await ask(
        application(running.house), "/api/v1/push/subscription", "POST", headers=headers,
        body=json.dumps(asked).encode(),
    )  # fmt: skip
    assert answered.status == 200, answered.text


async def _furnish(running: Running, folder: Path) -> Stage:
    performer = running.house.performer
    for name in PEOPLE:
        await add_person(performer, name, name.title())
    await add_actor(
        performer,
        NewActor(kind=ActorKind.ORGANIZATION, username="skjult", name="Skjult",
                 exposure=Exposure.INTERNAL),
    )  # fmt: skip
    klubb, gjengen = [
        await add_actor(
            performer,
            NewActor(kind=ActorKind.GROUP, username=name, name=name.title(), locked=True),
        )
        for name in ("klubb", "gjengen")
    ]
    gjengen = replace(gjengen, secret=True)
    ids, tokens = {"klubb": klubb.id, "gjengen": gjengen.id}, {}
    for name in PEOPLE:
        person, actor = await find_person(performer, name), await find_actor(performer, name)
        ids[name] = actor.id
        tokens[name] = await new_token(performer, person, actor, SCOPES)
    for name in ("skjult", "anne", "bo"):
        ids[name] = (await find_actor(performer, name)).id
    for name, who, role in (
        ("skjult", "lise", Role.MANAGER),
        ("anne", "ola", Role.MANAGER),
        ("bo", "per", Role.CONTRIBUTOR),
    ):
        person, actor = await find_person(performer, who), await find_actor(performer, name)
        await let_speak(performer, person, actor, role)
        tokens[name] = await new_token(performer, person, actor, SCOPES)
    strangers = {
        name: theirs(performer.new_id(), name, f"{name}.test") for name in ("far", "third")
    }
    rows: list[Any] = [*strangers.values(), gjengen]
    for id, access in ((klubb.id, Access.CLOSED), (gjengen.id, Access.SECRET)):
        rows.append(Grouping(actor_id=id, access=access))
        for name in ("kari", "lise"):
            rows.append(Relation(kind=RelationKind.FOLLOW, source_id=ids[name], target_id=id))
    for one in strangers.values():
        key = Key(uri=f"{one.uri}#main-key", actor_id=one.id, kind=KeyKind.RSA,
                  public=keys.public_pem(rsa(0)))  # fmt: skip
        rows.append(key)
    for source, target in (
        ("lise", "kari"), ("kari", "lise"), ("far", "kari"),
        ("far", "skjult"), ("lise", "skjult"), ("ola", "anne"),
    ):  # fmt: skip
        source_id = strangers[source].id if source in strangers else ids[source]
        rows.append(Relation(kind=RelationKind.FOLLOW, source_id=source_id, target_id=ids[target]))

    async def put(tx: Any) -> None:
        for row in rows:
            await tx.run(TABLES[type(row)].replace, TABLES[type(row)].encode(row))

    await running.house.engine.write(put)
    for name in tokens:
        await _phone(running, name, tokens[name])
    await _talk(running)
    await running.house.push.keys()  # made when first needed, and by chance
    return Stage(folder, tokens, ids, strangers)


@asynccontextmanager
async def twin(stage: Stage, folder: Path) -> AsyncIterator[Twin]:
    """Open a copy of the furnished house."""
    shutil.copytree(stage.folder, folder)
    network, far, third, phones = Network(0), Elsewhere(), Elsewhere(), Elsewhere()
    network.apps |= {FAR: far, THIRD: third, PHONES: phones}
    running = Running(HOST, folder, network, Clock(START), Dice(11), bus=LocalBus())
    await running.open()
    try:
        # In lab mode nobody counts the requests, of which there will be many.
        config = replace(running.house.config, lab=Lab(enabled=True))
        table = application(replace(running.house, config=config))
        yield Twin(running, stage, table, far, third, phones, Post(network, HOST))
    finally:
        await running.close()
