"""ActivityPub for clients, over ASGI with real tokens: what an owner hands in, and what is refused.

Whatever a client writes of ids, authors and audiences, its own actor says it, under ids of ours,
to nobody whom it may not reach; what it may not see answers as what never was.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from actors.vocabulary import PUBLIC
from fedi.app import application
from tests.fedi.asking import Answered, ask
from tests.fedi.mastodon.apps import ORIGIN, Apps, Client, tell

ACTIVITY = "application/activity+json"
EVERYONE_HERE = f"{ORIGIN}/actor/followers"


def path_of(uri: str) -> str:
    return "/" + uri.split("/", 3)[3]


def box(client: Client, part: str) -> str:
    assert client.actor is not None
    return path_of(getattr(client.actor, part))


async def hand_in(
    client: Client,
    document: Any,
    to: str = "",
    *,
    kind: str = ACTIVITY,
    bearer: str | None = None,
    key: str = "",
) -> Answered:
    token = client.bearer if bearer is None else bearer
    headers = {"content-type": kind} | ({"authorization": f"Bearer {token}"} if token else {})
    headers |= {"idempotency-key": key} if key else {}
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    path = to or box(client, "outbox")
    return await ask(client.table, path, "POST", headers=headers, body=body)


async def done(client: Client, document: Mapping[str, Any]) -> str:
    """Hand in what must be taken, and return the Location."""
    answered = await hand_in(client, document)
    assert answered.status == 201, (answered.status, answered.text)
    return answered.headers["location"]


async def refused(client: Client, document: Any, **more: Any) -> int:
    answered = await hand_in(client, document, **more)
    assert answered.status >= 400, answered.status
    assert answered.json()["error_description"]
    return answered.status


async def read(client: Client, uri: str, accept: str = ACTIVITY) -> Answered:
    headers = {"accept": accept}
    if client.bearer:
        headers["authorization"] = f"Bearer {client.bearer}"
    return await ask(client.table, path_of(uri) if "://" in uri else uri, headers=headers)


def note(text: str = "<p>Hei</p>", **more: Any) -> dict[str, Any]:
    return {"type": "Note", "content": text, "to": [PUBLIC], **more}


async def latest(client: Client, by: Client) -> Any:
    found = await client.get(f"v1/accounts/{by.id}/statuses")
    return found[0] if found else None


def test_a_bare_note_is_published_under_an_id_of_ours(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        said = note(
            '<p onclick="x()">Hei <script>alert(1)</script><b>alle</b></p>',
            id="https://evil.test/notes/1",
            published="1999-01-01T00:00:00Z",
            summary="Varsel",
            tag=[{"type": "Hashtag", "name": "#Drift"}],
        )
        where = await done(apps.it, said)
        assert where.startswith(f"{ORIGIN}/activities/")
        create = (await read(apps.nobody, where)).json()
        assert (create["type"], create["actor"]) == ("Create", apps.it.actor and apps.it.actor.uri)
        assert create["object"]["id"].startswith(f"{ORIGIN}/posts/")
        shown = await latest(apps.ola, apps.it)
        assert shown["uri"] == create["object"]["id"]
        assert shown["content"] == "<p>Hei <b>alle</b></p>"
        assert (shown["visibility"], shown["spoiler_text"]) == ("public", "Varsel")
        assert [tag["name"] for tag in shown["tags"]] == ["drift"]
        assert shown["created_at"][:4] == "2026" or shown["created_at"] > "2000"

    tell(tmp_path, story)


def test_a_source_alone_is_rendered(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        source = {"content": "Se https://nordvik.test/ <b>", "mediaType": "text/plain"}
        await done(apps.it, {"type": "Note", "source": source, "to": PUBLIC})
        shown = await latest(apps.ola, apps.it)
        assert "&lt;b&gt;" in shown["content"]
        assert 'href="https://nordvik.test/"' in shown["content"]

    tell(tmp_path, story)


def test_addressing_becomes_visibility_and_never_a_wider_one(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert apps.it.actor is not None
        assert apps.ola.actor is not None
        followers, ola = apps.it.actor.followers, apps.ola.actor.uri
        for to, cc, visibility in (
            ([PUBLIC], [followers], "public"),
            (["as:Public"], [], "public"),
            ([followers], [PUBLIC], "unlisted"),
            ([followers], [], "private"),
            ([ola], [], "direct"),
            ([], [], "direct"),
            ([EVERYONE_HERE, PUBLIC], [], "private"),
        ):
            await done(apps.it, note(f"<p>{visibility}</p>", to=to, cc=cc))
            shown = await latest(apps.it, apps.it)
            assert (shown["visibility"], shown["content"]) == (visibility, f"<p>{visibility}</p>")
        assert (await latest(apps.it, apps.it))["local_only"] is True

    tell(tmp_path, story)


def test_a_reply_to_what_is_internal_stays_internal(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inside = await apps.ola.says("Internt", visibility="local")
        await done(apps.it, note(inReplyTo=inside["uri"]))
        shown = await latest(apps.it, apps.it)
        assert (shown["in_reply_to_id"], shown["visibility"]) == (inside["id"], "private")
        assert shown["local_only"] is True
        assert (await read(apps.nobody, shown["uri"])).status == 404

    tell(tmp_path, story)


def test_a_mention_counts_by_its_address_not_by_its_words(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert apps.ola.actor is not None
        tag = {"type": "Mention", "href": apps.ola.actor.uri, "name": "@president@evil.test"}
        await done(apps.it, note("<p>Hei Ola</p>", tag=[tag], to=[apps.ola.actor.uri]))
        [told] = await apps.ola.get("v1/notifications")
        assert told["type"] == "mention"
        assert [one["username"] for one in told["status"]["mentions"]] == ["ola"]
        nowhere = {**tag, "href": f"{ORIGIN}/actors/000000000000000009"}
        assert await refused(apps.it, note(tag=[nowhere])) == 404

    tell(tmp_path, story)


def test_a_poll_is_asked_and_voted_in(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        options = [{"type": "Note", "name": one, "replies": {"totalItems": 900}} for one in "ab"]
        question = {
            "type": "Question", "content": "<p>?</p>", "to": [PUBLIC], "oneOf": options,
            "endTime": "2099-01-01T00:00:00Z", "votersCount": 900,
        }  # fmt: skip
        await done(apps.it, question)
        shown = await latest(apps.ola, apps.it)
        assert shown["poll"]["votes_count"] == 0
        vote = {"type": "Note", "name": "b", "inReplyTo": shown["uri"], "to": [shown["uri"]]}
        await done(apps.ola, {**vote, "to": []})
        assert (await latest(apps.ola, apps.it))["poll"]["own_votes"] == [1]
        assert await refused(apps.ola, {**vote, "name": "a", "to": []}) == 400
        assert await refused(apps.ola, {**vote, "name": "z", "to": []}) == 400
        assert (await latest(apps.ola, apps.it))["poll"]["votes_count"] == 1
        del question["endTime"]
        assert await refused(apps.it, question) == 400

    tell(tmp_path, story)


def test_an_edit_and_a_deletion_reach_ones_own_posts_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        mine, theirs = await apps.it.says("Mitt"), await apps.ola.says("Hans", visibility="public")
        for verb in ("Update", "Delete"):
            for uri in (theirs["uri"], "https://evil.test/1", f"{ORIGIN}/posts/000000000000000009"):
                thing = note("<p>Nytt</p>", id=uri) if verb == "Update" else uri
                assert await refused(apps.it, {"type": verb, "object": thing}) == 404
        await done(apps.it, {"type": "Update", "object": note("<p>Nytt</p>", id=mine["uri"])})
        after = await apps.ola.get(f"v1/statuses/{mine['id']}")
        assert (after["content"], after["visibility"]) == ("<p>Nytt</p>", mine["visibility"])
        assert after["edited_at"]
        await done(apps.it, {"type": "Delete", "object": mine["uri"]})
        assert await apps.ola.refused("GET", f"v1/statuses/{mine['id']}") == 404
        assert (await apps.ola.get(f"v1/statuses/{theirs['id']}"))["content"] == "<p>Hans</p>"

    tell(tmp_path, story)


def test_an_edit_widens_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inside = await apps.it.says("Internt", visibility="local")
        await done(apps.it, {"type": "Update", "object": note(id=inside["uri"]), "to": [PUBLIC]})
        assert await apps.nobody.refused("GET", f"v1/statuses/{inside['id']}") == 404

    tell(tmp_path, story)


def test_likes_boosts_and_pins_come_and_go(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says("Hei", visibility="public")
        like = await done(apps.it, {"type": "Like", "object": post["uri"]})
        boost = await done(apps.it, {"type": "Announce", "object": post["uri"], "to": [PUBLIC]})
        shown = await apps.it.get(f"v1/statuses/{post['id']}")
        assert (shown["favourited"], shown["reblogged"]) == (True, True)
        await done(apps.it, {"type": "Undo", "object": like})
        inner = {"type": "Announce", "object": post["uri"], "actor": apps.it.actor.uri}  # type: ignore[union-attr]
        await done(apps.it, {"type": "Undo", "object": inner})
        shown = await apps.it.get(f"v1/statuses/{post['id']}")
        assert (shown["favourited"], shown["reblogged"]) == (False, False)
        assert await refused(apps.it, {"type": "Undo", "object": boost}) == 404
        own = await apps.it.says("Mitt")
        await done(apps.it, {"type": "Add", "object": own["uri"]})
        assert (await apps.it.get(f"v1/statuses/{own['id']}"))["pinned"] is True
        target = apps.it.actor.featured  # type: ignore[union-attr]
        await done(apps.it, {"type": "Remove", "object": own["uri"], "target": target})
        assert (await apps.it.get(f"v1/statuses/{own['id']}"))["pinned"] is False
        other = apps.ola.actor.featured  # type: ignore[union-attr]
        assert await refused(apps.it, {"type": "Add", "object": own["uri"], "target": other}) == 403

    tell(tmp_path, story)


def test_follows_blocks_and_their_answers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert apps.it.actor is not None
        assert apps.ola.actor is not None
        ola, it = apps.ola.actor.uri, apps.it.actor.uri
        await apps.ola.ok("PATCH", "/api/v1/accounts/update_credentials", {"locked": True})
        follow = await done(apps.it, {"type": "Follow", "object": ola})
        assert (await apps.it.get("v1/accounts/relationships", id=apps.ola.id))[0]["requested"]
        assert await refused(apps.kari, {"type": "Accept", "object": follow}) == 404
        await done(apps.ola, {"type": "Accept", "object": follow})
        assert (await apps.it.get("v1/accounts/relationships", id=apps.ola.id))[0]["following"]
        named = {"type": "Follow", "actor": it, "object": ola}
        await done(apps.ola, {"type": "Reject", "object": named})
        assert not (await apps.it.get("v1/accounts/relationships", id=apps.ola.id))[0]["following"]
        block = await done(apps.it, {"type": "Block", "object": ola})
        assert (await apps.it.get("v1/accounts/relationships", id=apps.ola.id))[0]["blocking"]
        assert await refused(apps.ola, {"type": "Undo", "object": block}) == 404
        await done(apps.it, {"type": "Undo", "object": block})
        assert not (await apps.it.get("v1/accounts/relationships", id=apps.ola.id))[0]["blocking"]

    tell(tmp_path, story)


def test_a_report_and_a_new_face(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert apps.it.actor is not None
        assert apps.ola.actor is not None
        post = await apps.ola.says("Reklame", visibility="public")
        flag = {"type": "Flag", "object": [apps.ola.actor.uri, post["uri"]], "content": "Spam"}
        await done(apps.it, flag)
        look = {
            "type": "Organization", "id": apps.it.actor.uri, "name": "IT <b>og</b> drift",
            "summary": "<p>Vi <script>x</script>hjelper</p>", "manuallyApprovesFollowers": True,
        }  # fmt: skip
        await done(apps.it, {"type": "Update", "object": look})
        shown = await apps.ola.get(f"v1/accounts/{apps.it.id}")
        assert (shown["display_name"], shown["locked"]) == ("IT <b>og</b> drift", True)
        assert "script" not in shown["note"]
        other = {**look, "id": apps.ola.actor.uri}
        assert await refused(apps.it, {"type": "Update", "object": other}) == 403
        assert await refused(apps.it, {"type": "Delete", "object": apps.it.actor.uri}) == 403

    tell(tmp_path, story)


def test_nobody_speaks_in_anothers_name(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert apps.ola.actor is not None
        ola = apps.ola.actor.uri
        theirs = box(apps.ola, "outbox")
        assert await refused(apps.it, note(), to=theirs) == 403
        assert await refused(apps.it, note(), to="/actors/000000000000000009/outbox") == 403
        assert await refused(apps.it, note(), to="/actors/x/outbox") == 403
        for spoofed in (
            note(attributedTo=ola),
            note(attributedTo=[ola, apps.it.actor and apps.it.actor.uri]),
            note(actor=ola),
            note(attributedTo="not an address"),
            {"type": "Create", "actor": ola, "object": note()},
            {"type": "Create", "actor": {"id": ola}, "object": note()},
            {"type": "Create", "object": note(attributedTo=ola)},
            {"type": "Like", "actor": ola, "object": ola},
            {"type": "Undo", "object": {"type": "Follow", "actor": ola, "object": ola}},
        ):
            assert await refused(apps.it, spoofed) == 403, spoofed
        assert await latest(apps.it, apps.it) is None
        assert await latest(apps.ola, apps.ola) is None

    tell(tmp_path, story)


def test_without_the_token_and_its_scope_nothing_is_taken(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        reader = await apps.client("kari", "it", "read")
        path = box(apps.it, "outbox")
        assert await refused(apps.it, note(), bearer="") == 401
        assert await refused(apps.it, note(), bearer="nonsense") == 401
        assert await refused(reader, note()) == 403
        assert await refused(apps.it, note(), kind="application/json") == 415
        assert await refused(apps.it, b"{", to=path) == 400
        assert await refused(apps.it, b"x" * 1_000_001) in (400, 413)
        assert await latest(apps.it, apps.it) is None

    tell(tmp_path, story)


NOT_UNDERSTOOD: tuple[dict[str, Any], ...] = (
    {"type": "Arrive", "object": "https://evil.test/1"},
    {"content": "no type"},
    {"type": "Create", "object": "https://evil.test/1"},
    {"type": "Create", "object": {"type": "Tombstone"}},
    {"type": "Create", "object": note(bcc=["https://evil.test/actor"])},
    {**note(), "bto": ["https://evil.test/actor"]},
    note(""),
    note("x" * 5_001),
    note(attachment=[{"type": "Image", "url": "https://evil.test/track.png"}]),
    {"@context": {"content": "as:actor"}, **note()},
    {"type": "Update", "object": "https://evil.test/1"},
    {"type": "Like"},
)


def test_what_is_not_understood_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for document in NOT_UNDERSTOOD:
            assert await refused(apps.it, document) in (400, 404, 413, 422), document
        assert await latest(apps.it, apps.it) is None

    tell(tmp_path, story)


def test_what_one_may_not_see_is_as_what_never_was(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        hidden = (await apps.ola.says("Hemmelig", visibility="direct"))["uri"]
        absent = f"{ORIGIN}/posts/000000000000000009"
        answers = []
        for uri in (hidden, absent):
            for document in (
                {"type": "Like", "object": uri},
                {"type": "Announce", "object": uri},
                {"type": "Add", "object": uri},
                {"type": "Delete", "object": uri},
                {"type": "Flag", "object": [uri]},
                note(inReplyTo=uri),
                {"type": "Update", "object": note(id=uri)},
            ):
                answered = await hand_in(apps.it, document)
                answers.append((answered.status, answered.body))
        assert answers[:7] == answers[7:]
        assert {status for status, _ in answers} == {404}

    tell(tmp_path, story)


def test_an_inbox_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inbox = box(apps.it, "inbox")
        assert (await read(apps.nobody, inbox)).status == 401
        assert (await read(apps.ola, inbox)).status == 403
        writer = await apps.client("kari", "it", "write")
        assert (await read(writer, inbox)).status == 403
        assert (await read(apps.it, inbox, "text/plain")).status == 406
        whole = (await read(apps.it, inbox)).json()
        assert (whole["type"], whole["id"]) == ("OrderedCollection", f"{ORIGIN}{inbox}")
        assert "totalItems" not in whole
        empty = (await read(apps.it, whole["first"])).json()
        assert empty["orderedItems"] == []
        assert (await read(apps.it, f"{inbox}?page=x")).status == 400
        answered = await ask(
            apps.it.table, inbox, "HEAD", headers={"authorization": f"Bearer {apps.it.bearer}"}
        )
        assert (answered.status, answered.body) == (200, b"")
        assert answered.headers["cache-control"] == "private, no-store"

    tell(tmp_path, story)


def test_an_inbox_has_what_was_addressed_and_what_is_followed_page_by_page(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        await apps.it.post(f"v1/accounts/{apps.ola.id}/follow")
        theirs = [(await apps.ola.says(f"Nr. {n}", visibility="public"))["uri"] for n in range(23)]
        told = (await apps.kari.says("Bare til @it", visibility="direct"))["uri"]
        hidden = (await apps.kari.says("Til @ola", visibility="direct"))["uri"]
        gone = await apps.ola.says("Borte", visibility="public")
        await apps.ola.delete(f"v1/statuses/{gone['id']}")
        page = (await read(apps.it, box(apps.it, "inbox") + "?page=first")).json()
        found = list(page["orderedItems"])
        while "next" in page:
            page = (await read(apps.it, page["next"])).json()
            assert len(page["orderedItems"]) <= 20
            found += page["orderedItems"]
        assert {one["type"] for one in found} == {"Create"}
        assert [one["object"]["id"] for one in found] == [told, *reversed(theirs)]
        assert hidden not in str(found)

    tell(tmp_path, story)


def test_a_token_reads_what_its_actor_may_and_keeps_nothing_for_others(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.ola.says("Til @it", visibility="direct")
        assert (await read(apps.it, post["uri"])).status == 200
        assert (await read(apps.kari, post["uri"])).status == 404
        assert (await read(apps.nobody, post["uri"])).status == 404
        assert (await read(apps.it, post["uri"])).headers["cache-control"] == "private, no-store"

    tell(tmp_path, story)


def test_an_actor_says_where_tokens_are_had(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        actor = (await read(apps.nobody, f"/actors/{apps.it.id}")).json()
        assert actor["endpoints"]["oauthAuthorizationEndpoint"] == f"{ORIGIN}/oauth/authorize"
        assert actor["endpoints"]["oauthTokenEndpoint"] == f"{ORIGIN}/oauth/token"
        house = (await read(apps.nobody, "/actor")).json()
        assert set(house["endpoints"]) == {"sharedInbox"}

    tell(tmp_path, story)


def test_a_move_is_not_for_apps_and_says_for_whom_it_is(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        move = {"type": "Move", "target": "https://elsewhere.test/users/it"}
        answered = await hand_in(apps.it, move)
        assert answered.status == 403
        assert "fedi actor move" in answered.json()["error_description"]

    tell(tmp_path, story)


def test_pages_elsewhere_may_hand_in_and_are_told_how_often(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        config = apps.house.config
        strict = replace(apps.house, config=replace(config, lab=replace(config.lab, enabled=False)))
        it = replace(apps.it, table=application(strict))
        asked = {"access-control-request-headers": "authorization, idempotency-key"}
        told = await ask(it.table, box(it, "outbox"), "OPTIONS", headers=asked)
        assert told.headers["access-control-allow-headers"] == "authorization, idempotency-key"
        assert "POST" in told.headers["access-control-allow-methods"]
        left = 300
        for document, status in ((note(), 201), ({"type": "Xyz"}, 400)):
            answered = await hand_in(it, document)
            left -= 1
            assert answered.status == status
            assert answered.headers["x-ratelimit-remaining"] == str(left)
            assert answered.headers["access-control-allow-origin"] == "*"
            assert "Location" in answered.headers["access-control-expose-headers"]
        assert (await read(it, box(it, "inbox"))).headers["x-ratelimit-remaining"] == str(left - 1)
        for _ in range(left - 1):
            await it.call("GET", "/api/v1/preferences")
        late = await hand_in(it, note())
        assert (late.status, late.headers["x-ratelimit-remaining"]) == (429, "0")
        assert int(late.headers["retry-after"]) > 0
        assert (await read(it, box(it, "outbox"))).headers["access-control-allow-origin"] == "*"

    tell(tmp_path, story)
