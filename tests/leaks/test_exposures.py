"""Exposure on every way out: who learns of an actor that is for the inside, or for some servers.

Three departments, open to the web, for allow-listed servers and internal, do all that an actor can
do. far.test is on the allow-list, third.test is not. Then everything that may be read is read by
everybody outside, and what each server was sent is looked at.
"""

import asyncio
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from actors.membership import Role
from actors.people import Actor, ActorKind, Exposure
from actors.relationships import Relation, RelationKind
from fedi.oauth.tokens import new_token
from fedi.organisation import NewActor, add_actor, find_actor, find_person, let_speak
from fedi.publishing import Changes, Profiles
from fedi.store import domain_rules
from fedi.store.rows import TABLES
from tests.leaks import places
from tests.leaks.stories import say, upload
from tests.leaks.twins import ORIGIN, SCOPES, Stage, Twin, furnished, twin

NOBODY = ("nobody", "browser", "reader")
READERS = (*NOBODY, "far", "third")
EXPOSURES = {"apen": Exposure.OPEN, "delt": Exposure.ALLOWED, "lukket": Exposure.INTERNAL}
MAY_KNOW = {"apen": set(READERS), "delt": {"far"}, "lukket": set[str]()}
SENT_TO = {"apen": {"far", "third"}, "delt": {"far"}, "lukket": set[str]()}
NEVER_MIND = ("/api/v1/streaming", "/metrics")


@dataclass(frozen=True)
class Department:
    """One that acts, and by what it would be known."""

    actor: Actor
    names: dict[str, str]

    @property
    def marks(self) -> tuple[bytes, ...]:
        """Return what nobody can write who doesn't know of the actor or what it did."""
        name = self.actor.username
        ids = (f"{self.actor.id:018d}", *self.names.values())
        words = (f"Navn{name}", f"Sagt{name}", f"emne{name}", *ids)
        return tuple(word.encode() for word in words)


@pytest.fixture(scope="module")
def stage(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("furnished") / "house"
    shutil.copytree(founded, folder)
    return asyncio.run(furnished(folder))


async def settled(one: Twin) -> dict[str, Department]:
    """Let the departments move in and do everything that an actor can do."""
    performer = one.house.performer

    async def rules(tx: Any) -> None:
        await domain_rules.put_rule(tx, "far.test", "allow", "", 0)

    await one.house.engine.write(rules)
    person = await find_person(performer, "lise")
    tokens = dict(one.stage.tokens)
    for name, exposure in EXPOSURES.items():
        new = NewActor(
            kind=ActorKind.ORGANIZATION, username=name, name=f"Navn{name}", exposure=exposure,
            discoverable=True,
        )  # fmt: skip
        actor = await add_actor(performer, new)
        await let_speak(performer, person, actor, Role.MANAGER)
        tokens[name] = await new_token(performer, person, actor, SCOPES)
        await followed(one, actor)
    one.stage = replace(one.stage, tokens=tokens)
    open_talk = (await say(one, "anne", "v1/statuses", status="Se #drift", visibility="public"))[
        "id"
    ]
    found = {}
    for name in EXPOSURES:
        names = await acted(one, name, open_talk)
        found[name] = Department(await find_actor(performer, name), names)
    await one.work()
    return found


async def followed(one: Twin, actor: Actor) -> None:
    """Both servers follow it, as if from when they could know of it."""
    rows = [
        Relation(kind=RelationKind.FOLLOW, source_id=stranger.id, target_id=actor.id)
        for stranger in one.stage.strangers.values()
    ]

    async def put(tx: Any) -> None:
        for row in rows:
            await tx.run(TABLES[Relation].replace, TABLES[Relation].encode(row))

    await one.house.engine.write(put)


async def acted(one: Twin, name: str, open_talk: str) -> dict[str, str]:
    """Post, answer, boost, like, follow, pin, quote, edit, delete, block, change the profile;
    return what came of it by name."""
    text, names = f"Sagt{name} #drift #emne{name}", {}
    file = await upload(one, name)
    for visibility in ("public", "unlisted", "private"):
        made = await say(
            one, name, "v1/statuses", status=text, visibility=visibility, local_only=False,
            **({"media_ids": [file]} if visibility == "public" else {}),
        )  # fmt: skip
        names[visibility] = made["id"]
    post = names["public"]
    poll = {"options": ["ja", "nei"], "expires_in": 86_400}
    asking = await say(
        one, name, "v1/statuses", status=f"Sagt{name}?", visibility="public", poll=poll
    )
    answer = {"status": f"Sagt{name} svar", "in_reply_to_id": open_talk, "visibility": "public"}
    names |= {
        "asking": asking["id"],
        "answer": (await say(one, name, "v1/statuses", **answer))["id"],
        "shared": (await say(one, name, f"v1/statuses/{open_talk}/reblog"))["id"],
    }
    quoting = {"status": f"Sagt{name} sitat", "quoted_status_id": open_talk, "visibility": "public"}
    names["quote"] = (await say(one, name, "v1/statuses", **quoting))["id"]
    await say(one, name, f"v1/statuses/{open_talk}/favourite")
    if EXPOSURES[name] is not Exposure.INTERNAL:  # which has nothing public to pin
        await say(one, name, f"v1/statuses/{post}/pin")
    await say(one, name, "v1/featured_tags", name=f"emne{name}")
    for stranger in one.stage.strangers.values():
        id = f"{stranger.id:018d}"
        named = {
            "status": f"Sagt{name} @{stranger.username}@{stranger.host}",
            "visibility": "direct",
        }
        await say(one, name, f"v1/accounts/{id}/follow")
        await say(one, name, "v1/statuses", **named)
    await one.work()
    await changed(one, name, post, f"{text} rettet")
    return names


async def changed(one: Twin, name: str, post: str, text: str) -> None:
    """Edit a post and the profile, take another post back, let one follower go."""
    mistake = await say(one, name, "v1/statuses", status=f"Sagt{name} feil", visibility="public")
    await one.work()
    for method, path, body in (
        ("PUT", f"statuses/{post}", {"status": text}),
        ("DELETE", f"statuses/{mistake['id']}", {}),
        ("PATCH", "accounts/update_credentials", {"note": f"Sagt{name} om oss"}),
    ):
        told = await one.call(name, method, f"/api/v1/{path}", json.dumps(body).encode())
        assert told.status == 200, (name, method, path, told.text)
    await one.work()


def targets(one: Twin, departments: dict[str, Department]) -> list[str]:
    """Return every address to read: all places by every name of all three, and searches."""
    known: list[str] = []
    asked: list[str] = []
    for name, department in departments.items():
        id, post = f"{department.actor.id:018d}", department.names["public"]
        known += [id, name, f"emne{name}", *department.names.values()]
        addresses = (department.actor.uri, f"{ORIGIN}/posts/{post}", f"{ORIGIN}/@{name}/{post}")
        asked += [
            f"/.well-known/webfinger?resource=acct:{name}@nord.test",
            f"/actors/{id}/outbox?page=1", f"/actors/{id}/followers?page=1",
            f"/@{name}", f"/@{name}?page=1", f"/@{name}/feed.atom", f"/@{name}/{post}",
            f"/api/v1/accounts/lookup?acct={name}", f"/api/v1/accounts/search?q={name}",
            f"/api/v2/search?q=Sagt{name}", f"/api/v2/search?q=%23emne{name}",
            f"/api/v1/accounts/{id}/statuses?pinned=true",
        ]  # fmt: skip
        for address in addresses:
            given = quote(address, safe="")
            asked += [
                f"/.well-known/webfinger?resource={given}", f"/api/oembed?url={given}",
                f"/api/v2/search?q={given}&resolve=true",
            ]  # fmt: skip
    asked += ["/api/v1/directory?local=true", "/api/v2/search?q=drift", "/tags/drift"]
    paths = [
        path
        for path in places.readable(one)
        if not ("/" + "/".join(path)).startswith(NEVER_MIND) and path.count("{}") <= 1
    ]
    return [*places.filled(paths, known), *asked]


def tells(answered: Any, target: str, marks: tuple[bytes, ...]) -> list[bytes]:
    """Return the marks that an answer holds and the question did not."""
    told = answered.body + repr(sorted(answered.headers.items())).encode()
    return [mark for mark in marks if mark in told and mark not in target.encode()]


@pytest.mark.slow
def test_nobody_reads_of_an_actor_that_they_may_not_know(stage: Stage, tmp_path: Path) -> None:
    async def main() -> None:
        async with twin(stage, tmp_path / "house") as one:
            departments = await settled(one)
            every = targets(one, departments)
            leaks: list[str] = []
            found = dict.fromkeys(((who, name) for who in READERS for name in EXPOSURES), 0)
            for who in READERS:
                for target in every:
                    answered = await one.call(who, "GET", target)
                    assert answered.status < 500, (who, target, answered.text)
                    for name, department in departments.items():
                        told = tells(answered, target, department.marks)
                        found[who, name] += bool(told)
                        if target == f"/.well-known/webfinger?resource=acct:{name}@nord.test":
                            # Which nobody signs; those on the list have to find the id by it.
                            told = [one for one in told if name != "delt" or one != told[0]]
                        if told and who not in MAY_KNOW[name]:
                            leaks.append(f"{who} GET {target}: {told[:3]}")
            assert not leaks, f"{len(leaks)} leak:\n" + "\n".join(leaks[:40])
            # Whoever may know finds it: else the test would see nothing in nothing.
            for name, who in ((n, w) for n, some in MAY_KNOW.items() for w in some):
                assert found[who, name] > 4, (who, name, found)

    asyncio.run(main())


@pytest.mark.slow
def test_no_server_is_sent_anything_of_an_actor_that_it_may_not_know(
    stage: Stage, tmp_path: Path
) -> None:
    async def main() -> None:
        async with twin(stage, tmp_path / "house") as one:
            departments = await settled(one)
            for name, department in departments.items():
                for host in ("far", "third"):
                    got = getattr(one, host).got
                    told = [
                        body for _, _, body in got if any(mark in body for mark in department.marks)
                    ]
                    if host not in SENT_TO[name]:
                        assert not told, (name, host, told[:1])
                        continue
                    kinds = {json.loads(body)["type"] for body in told}
                    assert kinds >= {
                        "Create", "Update", "Delete", "Announce", "Follow",
                    }, (name, host, kinds)  # fmt: skip

    asyncio.run(main())


@pytest.mark.slow
def test_who_is_left_out_by_a_narrower_exposure_is_told_and_sent_nothing_more(
    stage: Stage, tmp_path: Path
) -> None:
    async def main() -> None:
        async with twin(stage, tmp_path / "house") as one:
            departments = await settled(one)
            actor, post = departments["apen"].actor, departments["apen"].names["public"]
            await say(one, "apen", "v1/statuses", status="Sagtapen ennå", visibility="public")
            seen = {host: len(getattr(one, host).got) for host in ("far", "third")}
            profiles = Profiles(one.house.performer, one.house.resolver)
            await profiles.edit(actor, Changes(exposure=Exposure.ALLOWED))
            await one.work()
            later = {host: getattr(one, host).got[count:] for host, count in seen.items()}
            kinds = {
                host: sorted(kind_of(body) for _, _, body in got) for host, got in later.items()
            }
            # What waited for the one on the list still comes; the other's follow has ended.
            assert kinds == {"far": ["Create", "Update"], "third": ["Reject"]}
            told = await one.call("apen", "DELETE", f"/api/v1/statuses/{post}")
            assert told.status == 200
            await one.work()
            assert kind_of(one.third.got[-1][2]) == "Delete"  # for it has the post
            assert (await one.call("third", "GET", f"/actors/{actor.id:018d}")).status == 404

    asyncio.run(main())


def kind_of(body: bytes) -> str:
    return str(json.loads(body)["type"])


@pytest.mark.slow
def test_only_who_may_know_of_an_actor_may_follow_it_and_all_are_answered_alike(
    stage: Stage, tmp_path: Path
) -> None:
    async def main() -> None:
        async with twin(stage, tmp_path / "house") as one:
            departments = await settled(one)

            async def unfollowed(tx: Any) -> None:
                await tx.run("DELETE FROM relation WHERE kind = 'follow'")

            await one.house.engine.write(unfollowed)
            seen = {host: len(getattr(one, host).got) for host in ("far", "third")}
            absent = f"{ORIGIN}/actors/000000000000000007"
            for who in ("far", "third"):
                wanted = {name: one.actor.uri for name, one in departments.items()}
                for name, uri in {**wanted, "absent": absent}.items():
                    # At the shared inbox: an actor's own is not there for who may not know of it.
                    answered = await one.call(
                        who, "POST", "/inbox", follow(one, who, uri, name), ACTIVITY
                    )
                    assert answered.status == 202, (who, name, answered.text)
            await one.work()
            for who, count in seen.items():
                got = [json.loads(body) for _, _, body in getattr(one, who).got[count:]]
                told = {(one["type"], one["actor"]) for one in got}
                assert told == {
                    ("Accept", departments[name].actor.uri)
                    for name in EXPOSURES
                    if who in SENT_TO[name]
                }

    asyncio.run(main())


ACTIVITY = "application/activity+json"


def follow(one: Twin, who: str, uri: str, name: str) -> bytes:
    by = one.stage.strangers[who].uri
    document = {"id": f"{by}#follow-{name}", "type": "Follow", "actor": by, "object": uri}
    return json.dumps({"@context": "https://www.w3.org/ns/activitystreams", **document}).encode()
