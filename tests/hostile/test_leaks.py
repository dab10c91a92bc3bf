"""What a stranger may not know: hidden actors and posts leave no trace in any answer (S18, S19)."""

import asyncio
from pathlib import Path
from typing import Any

from actors.people import Profile
from actors.posts import Visibility
from actors.relationships import Reaction, Relation, RelationKind, RelationState
from actors.verbs import Delete, Update
from fedi.publishing import Draft, Writing
from fedi.store import chores, profiles
from fedi.store.rows import TABLES
from fedi.wanted import WantedWorker
from outbox.synchronize import digest
from tests.hostile.peer import EVIL, Town, activity, town


def run(folder: Path, story: Any, **federation: Any) -> None:
    async def main() -> None:
        async with town(folder, **federation) as here:
            await story(here)

    asyncio.run(main())


async def put(here: Town, *rows: Any) -> None:
    async def unit(tx: Any) -> None:
        for row in rows:
            await tx.run(TABLES[type(row)].replace, TABLES[type(row)].encode(row))

    await here.house.engine.write(unit)


def path(here: Town, uri: str) -> str:
    return uri.removeprefix(here.origin)


def without_date(said: bytes) -> bytes:
    return b"\r\n".join(
        line
        for line in said.split(b"\r\n")
        if not line.lower().startswith((b"date:", b"x-request-id:"))
    )


def test_s19_a_hidden_actors_inbox_answers_like_one_that_never_was(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        inbox = path(here, here.hidden.inbox)
        nowhere = inbox.replace(inbox.split("/")[2], "112233445566778899")
        answers = []
        for where in (inbox, nowhere):
            follow = activity("Follow", alice, here.hidden.uri)
            answers.append(await here.post(alice, follow, where))
        assert [status for status, _ in answers] == [403, 403]
        assert len({without_date(said) for _, said in answers}) == 1
        assert await here.number("SELECT count(*) FROM arrival") == 0

    run(tmp_path, story)


def test_s19_no_list_names_a_hidden_actor(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        it, hidden = here.department, here.hidden
        post = await Writing(here.house.performer, here.house.resolver).publish(
            it, Draft(text="Hei", visibility=Visibility.PUBLIC)
        )
        await put(
            here,
            Relation(kind=RelationKind.FOLLOW, source_id=hidden.id, target_id=it.id),
            Relation(kind=RelationKind.FOLLOW, source_id=it.id, target_id=hidden.id),
            Reaction(post_id=post.id, actor_id=hidden.id, uri=f"{here.origin}/activities/1"),
        )
        for uri in (it.followers, it.following, f"{post.uri}/likes"):
            status, said = await here.get(path(here, uri))
            assert status == 200, said
            assert b'"totalItems":0' in said, said
            status, said = await here.get(path(here, uri) + "?page=1")
            assert status == 200, said
            assert hidden.uri.encode() not in said
            assert b"/activities/1" not in said

    run(tmp_path, story)


def test_s19_a_conversation_does_not_tell_which_hidden_posts_are_in_it(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        writing = Writing(here.house.performer, here.house.resolver)
        root = await writing.publish(
            here.department, Draft(text="Hei", visibility=Visibility.PUBLIC)
        )
        inside = await writing.publish(
            here.department,
            Draft(text="Mellom oss", visibility=Visibility.INTERNAL, reply_to=root.uri),
        )
        assert inside.visibility is Visibility.INTERNAL
        status, said = await here.get(path(here, root.context))
        assert status == 200, said
        status, said = await here.get(path(here, inside.uri).replace("posts", "contexts"))
        assert status == 404, said
        for where in (inside.uri, f"{inside.uri}/replies", f"{inside.uri}/likes"):
            status, said = await here.get(path(here, where))
            other = path(here, where).replace(inside.uri[-18:], "112233445566778899")
            absent = await here.get(other)
            assert (status, without_date(said)) == (404, without_date(absent[1]))

    run(tmp_path, story)


def test_s19_a_hidden_actor_sends_nothing_of_itself_and_there_is_nothing_to_read(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        alice, performer = here.hostile.stranger(), here.house.performer
        id = performer.new_id()
        uri = performer.urls.activity(id)
        profile = await here.house.engine.read(
            lambda tx: profiles.actor_by_handle(tx, here.hidden.username)
        )
        assert profile is not None
        update = Update(uri=uri, actor=here.hidden.uri, profile=Profile(actor=here.hidden, keys=()))
        await performer.once(update)
        assert await here.number("SELECT count(*) FROM activity WHERE id = ?", id) == 0
        for by in (None, alice):
            status, said = await here.get(path(here, uri), by)
            assert status == 404, said

    run(tmp_path, story)


def test_s19_a_followers_digest_does_not_tell_whether_a_hidden_actor_exists(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        mallory = here.hostile.stranger("mallory", EVIL, 1)
        await here.house.resolver.actor(mallory.uri)
        listed = [here.hidden.uri, here.department.uri]
        url = f"{mallory.uri}/sync"
        here.hostile.table["evil.test/users/mallory/sync"] = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": url,
            "type": "OrderedCollection",
            "orderedItems": listed,
        }
        reference = "\n".join((mallory.uri, url, digest(listed)))
        await here.house.engine.write(lambda tx: chores.want(tx, reference, "synchronise", 0, 1))
        await WantedWorker(here.house).some()
        sent = await here.sql("SELECT a.uri FROM activity v JOIN actor a ON a.id = v.actor_id")
        assert sent == [(here.department.uri,)]

    run(tmp_path, story)


def test_s18_what_is_not_for_all_is_kept_by_nobody_and_apart_from_who_asked(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        writing = Writing(here.house.performer, here.house.resolver)
        actor = await here.house.resolver.actor(alice.uri)
        await put(
            here,
            Relation(
                kind=RelationKind.FOLLOW,
                source_id=actor.id,
                target_id=here.department.id,
                state=RelationState.ACCEPTED,
            ),
        )
        post = await writing.publish(
            here.department, Draft(text="Hei", visibility=Visibility.FOLLOWERS)
        )
        where = path(here, post.uri)
        for _ in range(2):
            status, said = await here.get(where, alice)
            assert status == 200, said
            head = said.lower().partition(b"\r\n\r\n")[0]
            assert b"cache-control: private, no-store" in head
            assert b"vary: accept, signature, signature-input" in head
            absent = await here.get(where.replace(post.uri[-18:], "112233445566778899"))
            for by in (None, mallory):
                status, said = await here.get(where, by)
                assert (status, without_date(said)) == (404, without_date(absent[1]))

    run(tmp_path, story)


def test_s18_with_authorized_fetch_nothing_shown_to_one_is_kept_for_another(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        post = await Writing(here.house.performer, here.house.resolver).publish(
            here.department, Draft(text="Hei", visibility=Visibility.PUBLIC)
        )
        for uri in (here.department.uri, post.uri, f"{here.department.uri}/outbox"):
            where = path(here, uri)
            for by, expected in ((None, 401), (alice, 200), (None, 401), (alice, 200)):
                status, said = await here.get(where, by)
                assert status == expected, said
                head = said.lower().partition(b"\r\n\r\n")[0]
                assert b"cache-control: public" not in head
        assert (await here.get("/actor"))[0] == 200  # or no signature could ever be checked

    run(tmp_path, story, authorized_fetch=True)


def test_s19_a_deleted_post_is_gone_for_who_could_see_it_and_never_was_for_others(
    tmp_path: Path,
) -> None:
    async def story(here: Town) -> None:
        alice, mallory = here.hostile.stranger(), here.hostile.stranger("mallory", EVIL, 1)
        writing = Writing(here.house.performer, here.house.resolver)
        actor = await here.house.resolver.actor(alice.uri)
        follows = Relation(
            kind=RelationKind.FOLLOW, source_id=actor.id, target_id=here.department.id
        )
        await put(here, follows)
        absent = await here.get("/posts/112233445566778899")
        for visibility, nobody, follower, other in (
            (Visibility.PUBLIC, 410, 410, 410),
            (Visibility.FOLLOWERS, 404, 410, 404),
            (Visibility.INTERNAL, 404, 404, 404),
        ):
            draft = Draft(text="Hei", visibility=visibility)
            post = await writing.publish(here.department, draft)
            delete = Delete(
                uri=here.house.urls.activity(here.house.performer.new_id()),
                actor=here.department.uri,
                object=post.uri,
            )
            await here.house.performer.once(delete)
            for by, expected in ((None, nobody), (alice, follower), (mallory, other)):
                status, said = await here.get(path(here, post.uri), by)
                assert status == expected, (visibility, said)
                assert b"Hei" not in said
                if status == 404:
                    assert without_date(said) == without_date(absent[1])

    run(tmp_path, story)


def test_one_stranger_with_many_reactions_is_one_like(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        alice = here.hostile.stranger()
        post = await Writing(here.house.performer, here.house.resolver).publish(
            here.department, Draft(text="Hei", visibility=Visibility.PUBLIC)
        )
        for emoji in "🎉👍🐟🌊":
            react = activity("EmojiReact", alice, post.uri, content=emoji)
            assert (await here.post(alice, react))[0] == 202
        await here.work()
        assert await here.number("SELECT count(*) FROM reaction") == 4
        status, said = await here.get(path(here, post.uri) + "/likes")
        assert status == 200
        assert b'"totalItems":1' in said, said

    run(tmp_path, story)
