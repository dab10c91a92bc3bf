"""Doing things in others' names, to others' things: nothing of it happens (S8, S9, S21-S24, S34,
S36, S37, trials 30, 33)."""

import asyncio
from pathlib import Path
from typing import Any

from actors.posts import Visibility
from fedi.publishing import Draft, Writing
from tests.hostile.peer import (
    AS2,
    EVIL,
    GOOD,
    PUBLIC,
    THIRD,
    Stranger,
    Town,
    activity,
    answer,
    create,
    note,
    redirect,
    town,
)


def run(folder: Path, story: Any, **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


def inbox(here: Town) -> str:
    return here.department.inbox.removeprefix(here.origin)


async def sent(here: Town, by: Stranger, what: Any, where: str = "") -> None:
    status, said = await here.post(by, what, where or inbox(here))
    assert status == 202, said
    await here.work()


async def contents(here: Town) -> list[str]:
    return [row[0] for row in await here.sql("SELECT content FROM post ORDER BY uri")]


def pair(here: Town) -> tuple[Stranger, Stranger]:
    return here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)


def test_s9_s36_s37_nothing_lives_on_anothers_host(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        own = create(note(mallory, "1"), mallory)
        for id in (
            f"http://{GOOD}/notes/1/create",
            f"http://{GOOD}@{EVIL}/1",
            f"http://{EVIL}\\@{GOOD}/1",
            f"http://{EVIL}./1",
            f"http://{EVIL}:80/1",
            f"{here.origin}/activities/1",
            f"{here.origin.replace('http', 'HTTP')}/activities/1",
            "tag:evil,1",
            "",
        ):
            status, said = await here.post(mallory, {**own, "id": id}, inbox(here))
            assert status in (400, 403), (id, said)
        for id in (
            f"http://{GOOD}/notes/1",
            f"http://{EVIL}:80/notes/1",
            f"http://{EVIL}./notes/1",
            f"http://{EVIL}@{GOOD}/notes/1",
            f"{here.origin}/posts/000000000000000001",
            f"{here.origin.replace('127.0.0.1', '127.0.0.1.')}/posts/000000000000000001",
        ):
            forged = create({**note(mallory, "1"), "id": id}, mallory)
            await sent(here, mallory, {**forged, "id": f"{mallory.uri}/create/{len(id)}-{id[-9:]}"})
        stolen = create({**note(mallory, "2"), "attributedTo": alice.uri}, mallory)
        await sent(here, mallory, stolen)
        both = create({**note(mallory, "3"), "attributedTo": [alice.uri, mallory.uri]}, mallory)
        await sent(here, mallory, both)
        rows = await here.sql("SELECT p.uri, a.uri FROM post p JOIN actor a ON a.id = p.author_id")
        assert rows in ([], [(f"http://{EVIL}/notes/3", mallory.uri)])

    run(tmp_path, story)


def test_trial_33_another_can_neither_change_delete_nor_undo(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        post = await Writing(here.house.performer, here.house.resolver).publish(
            here.department, Draft(text="Hei", visibility=Visibility.PUBLIC)
        )
        follow, like = (
            activity("Follow", alice, here.department.uri),
            activity("Like", alice, post.uri),
        )
        for one in (follow, like, create(note(alice, "1"), alice)):
            await sent(here, alice, one)
        before = [
            await here.number(f"SELECT count(*) FROM {table}")
            for table in ("relation", "reaction", "post")
        ]
        assert before == [1, 1, 2]
        theirs = note(alice, "1", content="<p>Stjålet</p>", updated="2026-11-25T09:00:00Z")
        here.hostile.table[f"{GOOD}/notes/1"] = note(alice, "1")
        for kind, what in (
            ("Update", theirs),
            ("Update", {**theirs, "attributedTo": mallory.uri}),
            ("Update", alice.document),
            ("Update", {**alice.document, "id": mallory.uri, "publicKey": []}),
            ("Delete", theirs["id"]),
            ("Delete", {"id": theirs["id"], "type": "Tombstone"}),
            ("Delete", post.uri),
            ("Delete", alice.uri),
            ("Undo", follow),
            ("Undo", {**follow, "actor": mallory.uri}),
            ("Undo", follow["id"]),
            ("Undo", like),
            ("Undo", {**like, "actor": mallory.uri}),
            ("Undo", {"type": "Like", "id": f"{mallory.uri}/x", "object": post.uri}),
            ("Accept", follow),
            ("Reject", follow),
            ("Reject", follow["id"]),
            ("Add", theirs["id"]),
            ("Remove", theirs["id"]),
            ("Block", alice.uri),
        ):
            await sent(here, mallory, activity(kind, mallory, what, target=alice.uri + "/featured"))
        after = [
            await here.number(f"SELECT count(*) FROM {table}")
            for table in ("relation", "reaction", "post")
        ]
        assert after == before
        assert sorted(await contents(here)) == ["<p>Hei</p>", "<p>Hei</p>"]
        assert await here.number("SELECT count(*) FROM actor WHERE deleted IS NOT NULL") == 0

    run(tmp_path, story)


def test_s8_naming_anothers_post_shows_it_to_nobody(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        secret = note(alice, "1", to=[here.department.uri], cc=[])
        await sent(here, alice, {**create(secret, alice), "to": [here.department.uri]})
        addressed = await here.sql("SELECT * FROM addressee ORDER BY actor_id")
        kari = (await here.sql("SELECT inbox FROM actor WHERE username = 'kari'"))[0][0]
        here.hostile.table[f"{GOOD}/notes/1"] = secret
        where = kari.removeprefix(here.origin)
        for kind in ("Create", "Update", "Announce"):
            for what in (secret, secret["id"], {**secret, "to": [PUBLIC]}):
                forged = activity(kind, mallory, what, to=[PUBLIC], cc=[here.hidden.uri])
                await sent(here, mallory, forged, where)
        assert await here.sql("SELECT * FROM addressee ORDER BY actor_id") == addressed
        assert await here.sql("SELECT visibility FROM post") == [("direct",)]
        assert await here.number("SELECT count(*) FROM home") == 0

    run(tmp_path, story)


def test_s22_votes_are_ones_own_one_and_in_time(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        draft = Draft(
            text="Møte?",
            visibility=Visibility.PUBLIC,
            choices=("Ja", "Nei"),
            poll_ends=here.clock.now() + 600_000,
        )
        post = await Writing(here.house.performer, here.house.resolver).publish(
            here.department, draft
        )

        def vote(by: Stranger, choice: str, n: int, **more: Any) -> dict[str, Any]:
            ballot = {
                "id": f"{by.uri}/votes/{n}",
                "type": "Note",
                "name": choice,
                "attributedTo": by.uri,
                "inReplyTo": post.uri,
                "to": [here.department.uri],
                **more,
            }
            ballot_in = create(ballot, by)
            return {**ballot_in, "id": f"{by.uri}/create/{n}", "to": [here.department.uri]}

        await sent(here, alice, vote(alice, "Ja", 1))
        await sent(here, alice, vote(alice, "Nei", 2))
        await sent(here, alice, vote(alice, "Kanskje", 3))
        await sent(here, mallory, vote(mallory, "Nei", 4, attributedTo=alice.uri))
        await sent(here, mallory, vote(mallory, "Nei", 5, attributedTo=[mallory.uri, alice.uri]))
        await sent(here, mallory, vote(mallory, "Nei", 6, id=f"{alice.uri}/votes/6"))
        here.clock.ahead = 601_000
        await sent(here, mallory, vote(mallory, "Nei", 7))
        rows = await here.sql(
            "SELECT a.uri, v.choice FROM vote v JOIN actor a ON a.id = v.actor_id"
        )
        assert rows == [(alice.uri, 0)]

    run(tmp_path, story)


def test_s23_nobody_moves_anothers_followers(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        await here.house.resolver.actor(alice.uri)
        mallory.document["alsoKnownAs"] = [alice.uri]
        for by, what, target in (
            (mallory, alice.uri, mallory.uri),
            (mallory, mallory.uri, alice.uri),
            (alice, alice.uri, mallory.uri),  # alice's own document does not say so
            (alice, alice.uri, here.department.uri),
        ):
            await sent(here, by, activity("Move", by, what, target=target))
        assert await here.number("SELECT count(*) FROM spread") == 0
        assert await here.number("SELECT count(*) FROM actor WHERE moved_at IS NOT NULL") == 0

    run(tmp_path, story)


def test_s24_s34_trial_30_the_same_again_has_one_effect_and_another_inbox_none(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        await here.house.resolver.actor(alice.uri)
        follow = activity("Follow", alice, here.department.uri)
        answers = await asyncio.gather(*(here.post(alice, follow) for _ in range(50)))
        assert {status for status, _ in answers} == {202}
        await here.work()
        assert await here.number("SELECT count(*) FROM relation") == 1
        assert await here.number("SELECT count(*) FROM notification") == 1
        # Another's use of her ids takes nothing from her.
        like = activity("Follow", alice, here.department.uri, id=f"{alice.uri}/later")
        status, _ = await here.post(mallory, {**like, "actor": mallory.uri})
        assert status == 403
        status, _ = await here.post(mallory, like)
        assert status == 401
        await sent(here, alice, like, "/inbox")
        rows = await here.sql("SELECT uri FROM relation")
        assert rows == [(f"{alice.uri}/later",)]
        # A signature for one inbox opens no other.
        body = b'{"id":"%s/x","type":"Follow","actor":"%s","object":"%s"}' % tuple(
            part.encode() for part in (alice.uri, alice.uri, here.department.uri)
        )
        kind = ("Content-Type", "application/activity+json")
        signed = here.signed("POST", "/inbox", body, alice)
        status, _ = await here.raw("POST", inbox(here), (*signed, kind), body)
        assert status == 401
        status, _ = await here.raw("PUT", "/inbox", (*signed, kind), body)
        assert status == 405
        status, _ = await here.raw("POST", "/inbox?x=1", (*signed, kind), body)
        assert status in (202, 401)

    run(tmp_path, story)


def test_s1_s2_s3_what_is_served_must_be_what_was_asked_for(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        table = here.hostile.table
        forged = {**note(alice, "1"), "content": "<p>Falsk</p>"}
        table[f"{EVIL}/forged"] = forged
        table[f"{EVIL}/away"] = redirect(f"http://{GOOD}/notes/2")
        table[f"{GOOD}/open?to=evil"] = redirect(f"http://{EVIL}/forged")
        table[f"{GOOD}/upload.json"] = answer(
            {**forged, "id": f"http://{GOOD}/upload.json"}, kind="application/json"
        )
        table[f"{GOOD}/upload.txt"] = answer(
            {**forged, "id": f"http://{GOOD}/upload.txt"}, kind="text/plain"
        )
        table[f"{GOOD}/upload.ld"] = answer(
            {**forged, "id": f"http://{GOOD}/upload.ld"}, kind="application/ld+json"
        )
        table[f"{GOOD}/circle"] = redirect(f"http://{GOOD}/circle")
        table[f"{THIRD}/note"] = {
            **forged, "id": f"http://{THIRD}/note", "attributedTo": alice.uri
        }  # fmt: skip
        for where in (
            f"{EVIL}/forged",
            f"{GOOD}/open?to=evil",
            f"{GOOD}/upload.json",
            f"{GOOD}/upload.txt",
            f"{GOOD}/upload.ld",
            f"{GOOD}/circle",
            f"{THIRD}/note",
        ):
            await sent(here, mallory, activity("Announce", mallory, f"http://{where}", to=[PUBLIC]))
        assert await contents(here) == []

    run(tmp_path, story)


def test_s11_a_handle_is_anothers_only_if_both_ends_say_so(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        del alice
        mallory.document["preferredUsername"] = "alice"
        mallory.document["webfinger"] = f"alice@{GOOD}"
        finger = "/.well-known/webfinger?resource=acct:alice@"

        def jrd(host: str, actor: str) -> bytes:
            link = {"rel": "self", "type": "application/activity+json", "href": actor}
            document = {"subject": f"acct:alice@{host}", "links": [link]}
            return answer(document, kind="application/jrd+json")

        here.hostile.table[f"{EVIL}{finger}{EVIL}"] = jrd(GOOD, mallory.uri)
        here.hostile.table[f"{GOOD}{finger}{GOOD}"] = jrd(GOOD, f"http://{GOOD}/users/alice")
        actor = await here.house.resolver.actor(mallory.uri)
        assert actor.domain == EVIL
        found = await here.house.resolver.handle(f"alice@{GOOD}")
        assert found.uri == f"http://{GOOD}/users/alice"

    run(tmp_path, story)


def test_s6_s7_a_context_that_turns_words_around_changes_no_meaning(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        del alice
        twists: tuple[dict[str, Any], ...] = (
            {"@context": [AS2, {"actor": f"{AS2}#object", "object": f"{AS2}#actor"}]},
            {"@context": [AS2, {"x": "@graph"}]},
            {"@graph": [{"id": "x"}]},
            {"object": {**note(mallory, "1"), "@included": []}},
            {"object": {**note(mallory, "1"), "tag": [{"@reverse": {}}]}},
            {"object": {**note(mallory, "1"), "@context": {"content": f"{AS2}#name"}}},
            {"@context": [AS2, {"@vocab": f"{AS2}#", "Note": "https://x.example/y"}]},
        )
        for number, twist in enumerate(twists):
            forged = {**create(note(mallory, "1"), mallory), **twist}
            await sent(here, mallory, {**forged, "id": f"{mallory.uri}/{number}"})
        assert await contents(here) == [""], "where its text is its name, there is no text"
        assert here.hostile.count("x.example") == 0

    run(tmp_path, story)


def test_what_is_told_by_id_is_read_as_it_is_now_though_it_was_read_just_before(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        alice, mallory = pair(here)
        first = note(
            alice, "1", inReplyTo=f"{here.origin}/posts/1", to=[PUBLIC, here.department.uri]
        )
        first["tag"] = [{"type": "Mention", "href": here.department.uri}]
        where = f"{GOOD}/notes/1"
        here.hostile.table[where] = first
        forwarded = {**create(first, alice), "object": first["id"]}
        await sent(here, alice, forwarded)
        assert await contents(here) == ["<p>Hei</p>"]
        here.hostile.table[where] = {**first, "content": "<p>Hallo</p>"}
        await sent(here, alice, activity("Update", alice, first["id"]))
        assert await contents(here) == ["<p>Hallo</p>"]
        here.hostile.table[where] = answer({}, status=410)
        wrapped = activity("Announce", mallory, activity("Delete", alice, first["id"]))
        await sent(here, mallory, wrapped)
        assert await contents(here) == [""]
        assert await here.refusals() == []

    run(tmp_path, story)
