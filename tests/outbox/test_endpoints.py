"""Every ActivityPub GET: what is answered to whom, and that the unseen looks like the absent."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from actors.audience import LocalActor, Nobody, RemoteActor, RemoteServer, Viewer
from actors.errors import FediError, Invalid, NotAcceptable, NotFound, Unauthorized
from actors.people import Exposure, Profile
from actors.posts import Visibility
from actors.vocabulary import ACTIVITY_JSON
from fedi.net.answer import answer_to
from fedi.net.negotiate import ACTIVITY_ONLY, PAGE_FIRST, Form, negotiate
from outbox.answers import Answer
from outbox.endpoints import Ask, Endpoints
from outbox.objects.record import Named, Surroundings
from outbox.reads import Reads
from tests.outbox.cast import (
    ALICE,
    ANNE,
    APPLICATION,
    APPLICATION_PROFILE,
    BRIT,
    KARI,
    KARI_PROFILE,
    LEDERGRUPPEN,
    LEDERGRUPPEN_PROFILE,
    NOTICE,
    NOTICE_AROUND,
    NOW,
    URLS,
    post,
)
from tests.outbox.shelf import Shelf

MASTODON = RemoteServer("mastodon.test")
STRANGER = RemoteServer("stranger.test")
AP = Ask(accept=ACTIVITY_JSON)
BY = Surroundings(author=LEDERGRUPPEN)
FOLLOWERS_ONLY = post(310, LEDERGRUPPEN, Visibility.FOLLOWERS)
INTERNAL = post(311, LEDERGRUPPEN, Visibility.INTERNAL)
PAGE = Answer(200, ((b"content-type", b"text/html; charset=utf-8"),), b"<!doctype html>")


def shelf() -> Shelf:
    found = Shelf(
        profiles={LEDERGRUPPEN.id: LEDERGRUPPEN_PROFILE, KARI.id: KARI_PROFILE},
        followers_of={LEDERGRUPPEN.id: (ANNE, ALICE, BRIT)},
    )
    found.put(NOTICE, NOTICE_AROUND)
    found.put(FOLLOWERS_ONLY, BY)
    found.put(INTERNAL, BY)
    return found


def house(reads: Reads, signer: Viewer | None = None, *, signed_only: bool = False) -> Endpoints:
    async def authenticate(ask: Ask) -> Viewer:
        if signer is None:
            raise Unauthorized("The signature does not hold.")
        return signer

    async def page(ask: Ask) -> Answer:
        return PAGE

    def negotiated(accept: str | None, has_page: bool) -> str:
        form = negotiate(accept, PAGE_FIRST if has_page else ACTIVITY_ONLY)
        return form.value if form else ""

    return Endpoints(reads, URLS, negotiated, authenticate, page, signed_only)


def get(answer: Awaitable[Answer]) -> Answer:
    """Run one GET; an error becomes the answer that the house makes of it."""

    async def body() -> Answer:
        try:
            return await answer
        except FediError as error:
            made = answer_to(error)
            return Answer(made.status, made.headers, made.body)

    return asyncio.run(body())


def document(answer: Answer) -> dict[str, Any]:
    assert answer.status in (200, 410)
    assert answer.header(b"content-length") == b"%d" % len(answer.body)
    read: dict[str, Any] = json.loads(answer.body)
    assert read["@context"][0] == "https://www.w3.org/ns/activitystreams"
    return read


SIGNED = replace(AP, signed=True)


# -- negotiation and caching


def test_an_actor_is_a_document_for_servers_and_a_page_for_people() -> None:
    ends = house(shelf())
    answer = get(ends.actor(AP, LEDERGRUPPEN.id))
    assert document(answer)["id"] == LEDERGRUPPEN.uri
    assert answer.header(b"content-type").decode() == ACTIVITY_JSON
    assert get(ends.actor(Ask(accept="text/html"), LEDERGRUPPEN.id)) is PAGE
    assert get(ends.actor(Ask(), LEDERGRUPPEN.id)) is PAGE
    assert get(ends.post(Ask(accept="text/html"), NOTICE.id)) is PAGE


def test_json_ld_with_the_profile_is_answered_as_such() -> None:
    answer = get(house(shelf()).post(Ask(accept=Form.LD.value), NOTICE.id))
    assert answer.header(b"content-type").decode() == Form.LD.value


def test_a_collection_is_a_document_for_whoever_does_not_care() -> None:
    ends = house(shelf())
    for accept in (None, "*/*", ACTIVITY_JSON):
        answer = get(ends.actor_collection(Ask(accept=accept), LEDERGRUPPEN.id, "followers"))
        assert document(answer)["type"] == "OrderedCollection"


def test_what_we_do_not_have_is_not_acceptable() -> None:
    with pytest.raises(NotAcceptable):
        asyncio.run(house(shelf()).actor(Ask(accept="image/png"), LEDERGRUPPEN.id))
    assert get(house(shelf()).post(Ask(accept="text/turtle"), NOTICE.id)).status == 406


def test_what_all_may_see_may_be_kept_for_minutes_and_varies_by_who_asks() -> None:
    answer = get(house(shelf()).post(AP, NOTICE.id))
    assert answer.header(b"cache-control") == b"public, max-age=180"
    assert answer.header(b"vary") == b"Accept, Signature, Signature-Input"


def test_s18_what_only_some_may_see_is_kept_by_no_cache() -> None:
    answer = get(house(shelf(), MASTODON).post(SIGNED, FOLLOWERS_ONLY.id))
    assert document(answer)["id"] == FOLLOWERS_ONLY.uri
    assert answer.header(b"cache-control") == b"private, no-store"
    assert answer.header(b"vary") == b"Accept, Signature, Signature-Input"


def test_who_holds_the_answer_already_is_told_so() -> None:
    ends = house(shelf())
    for ask in (ends.post, ends.actor):
        id = NOTICE.id if ask == ends.post else LEDERGRUPPEN.id
        etag = get(ask(AP, id)).header(b"etag").decode()
        for held in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            again = get(ask(replace(AP, if_none_match=held), id))
            assert (again.status, again.body) == (304, b"")
            assert again.header(b"etag").decode() == etag
            assert again.header(b"vary")
            assert again.header(b"cache-control") == b"public, max-age=180"
        assert get(ask(replace(AP, if_none_match='"other"'), id)).status == 200


def test_an_actor_that_changed_has_another_etag() -> None:
    there = shelf()
    ends = house(there)
    before = get(ends.actor(AP, LEDERGRUPPEN.id))
    assert get(ends.actor(AP, LEDERGRUPPEN.id)) is before
    changed = replace(LEDERGRUPPEN, name="Toppledelsen", updated=NOW + 1)
    there.profiles[LEDERGRUPPEN.id] = replace(LEDERGRUPPEN_PROFILE, actor=changed)
    after = get(ends.actor(AP, LEDERGRUPPEN.id))
    assert document(after)["name"] == "Toppledelsen"
    assert after.header(b"etag") != before.header(b"etag")


def test_an_actor_with_a_new_key_is_written_anew() -> None:
    there = shelf()
    ends = house(there)
    get(ends.actor(AP, KARI.id))
    rsa, ed25519 = KARI_PROFILE.keys
    newer = replace(rsa, uri=f"{KARI.uri}#key-2", created=NOW, active_from=NOW + 172_800_000)
    there.profiles[KARI.id] = Profile(actor=KARI, keys=(rsa, ed25519, newer))
    shown = document(get(ends.actor(AP, KARI.id)))
    assert shown["publicKey"]["id"] == newer.uri


# -- who may see what


def test_a_public_document_is_served_without_looking_at_the_signature() -> None:
    there = shelf()
    answer = get(house(there, signer=None).actor(SIGNED, LEDERGRUPPEN.id))
    assert answer.status == 200
    assert there.asked == [Nobody()]


def test_a_followers_only_post_is_for_servers_that_have_followers() -> None:
    there = shelf()
    assert get(house(there, MASTODON).post(SIGNED, FOLLOWERS_ONLY.id)).status == 200
    assert get(house(there, STRANGER).post(SIGNED, FOLLOWERS_ONLY.id)).status == 404
    assert get(house(there).post(AP, FOLLOWERS_ONLY.id)).status == 404
    alice = RemoteActor(ALICE.id, ALICE.host)
    assert get(house(there, alice).post(SIGNED, FOLLOWERS_ONLY.id)).status == 200


def test_a_direct_post_is_for_the_server_it_is_addressed_to() -> None:
    there = shelf()
    direct = post(312, KARI, Visibility.DIRECT)
    there.put(direct, Surroundings(author=KARI, addressees=(Named(actor=BRIT),)))
    brits = RemoteServer(BRIT.host)
    assert document(get(house(there, brits).post(SIGNED, direct.id)))["to"] == [BRIT.uri]
    assert get(house(there, MASTODON).post(SIGNED, direct.id)).status == 404


def test_an_internal_post_is_for_no_server_at_all() -> None:
    for signer in (MASTODON, STRANGER, RemoteActor(ALICE.id, ALICE.host), LocalActor(KARI.id)):
        ends = house(shelf(), signer)
        assert get(ends.post(SIGNED, INTERNAL.id)).status == 404
        for part in ("replies", "likes", "shares"):
            assert get(ends.post_collection(SIGNED, INTERNAL.id, part)).status == 404
        assert (
            b"000311"
            not in get(
                ends.actor_collection(
                    replace(SIGNED, query={"page": "first"}), LEDERGRUPPEN.id, "outbox"
                )
            ).body
        )


def test_a_broken_signature_on_what_is_not_public_is_unauthorized() -> None:
    absent = get(house(shelf()).post(SIGNED, 999))
    unseen = get(house(shelf()).post(SIGNED, FOLLOWERS_ONLY.id))
    assert absent.status == 401
    assert absent == unseen


@pytest.mark.parametrize("signer", [None, STRANGER], ids=["unsigned", "signed by a stranger"])
@pytest.mark.parametrize("which", ["unseen", "internal", "deleted"])
def test_s19_the_unseen_is_answered_as_the_absent_is(signer: Viewer | None, which: str) -> None:
    there = shelf()
    there.delete(FOLLOWERS_ONLY.id, NOW)
    unseen = post(313, LEDERGRUPPEN, Visibility.DIRECT)
    there.put(unseen, BY)
    there.sent[313] = (b"{}", 313)
    id = {"unseen": 313, "internal": INTERNAL.id, "deleted": FOLLOWERS_ONLY.id}[which]
    ends = house(there, signer)
    ask = SIGNED if signer else AP
    gets: list[Callable[[int], Awaitable[Answer]]] = [
        lambda id: ends.post(ask, id),
        lambda id: ends.post_collection(ask, id, "replies"),
        lambda id: ends.post_collection(ask, id, "likes"),
        lambda id: ends.activity(ask, id),
        lambda id: ends.context(ask, id),
    ]
    for one in gets:
        absent = get(one(999))
        there.asked.clear()
        assert get(one(id)) == absent
        looks = len(there.asked)
        there.asked.clear()
        get(one(999))
        assert len(there.asked) == looks
        assert absent.status == 404


def test_who_could_have_seen_a_deleted_post_gets_its_tombstone() -> None:
    there = shelf()
    there.delete(NOTICE.id, NOW)
    there.delete(FOLLOWERS_ONLY.id, NOW)
    answer = get(house(there).post(AP, NOTICE.id))
    assert answer.status == 410
    assert document(answer)["type"] == "Tombstone"
    assert document(answer)["deleted"] == "2025-11-24T16:00:00Z"
    assert "content" not in document(answer)
    closed = get(house(there, MASTODON).post(SIGNED, FOLLOWERS_ONLY.id))
    assert closed.status == 410
    assert closed.header(b"cache-control") == b"private, no-store"
    assert get(house(there).post_collection(AP, NOTICE.id, "replies")).status == 404


def test_an_actor_that_ended_is_gone_and_a_suspended_one_is_not_there() -> None:
    there = shelf()
    there.profiles[1] = Profile(actor=replace(KARI, id=1, deleted=NOW))
    there.profiles[2] = Profile(actor=replace(KARI, id=2, suspended=NOW))
    ends = house(there)
    assert get(ends.actor(AP, 1)).status == 410
    assert get(ends.actor_collection(AP, 1, "followers")).status == 404
    assert get(ends.actor(AP, 2)) == get(ends.actor(AP, 999))


def test_an_actor_for_allowed_servers_is_not_there_for_others() -> None:
    there = shelf()
    allowed = replace(LEDERGRUPPEN, exposure=Exposure.ALLOWED)
    there.profiles[LEDERGRUPPEN.id] = replace(LEDERGRUPPEN_PROFILE, actor=allowed)
    there.allowed = frozenset({"mastodon.test"})
    answer = get(house(there, MASTODON).actor(SIGNED, LEDERGRUPPEN.id))
    assert answer.header(b"cache-control") == b"private, no-store"
    assert get(house(there, STRANGER).actor(SIGNED, LEDERGRUPPEN.id)).status == 404
    assert get(house(there).actor(AP, LEDERGRUPPEN.id)).status == 404


def test_an_internal_actor_is_not_there_for_anybody_outside() -> None:
    there = shelf()
    internal = replace(KARI, exposure=Exposure.INTERNAL)
    there.profiles[KARI.id] = Profile(actor=internal)
    ends = house(there, MASTODON)
    assert get(ends.actor(SIGNED, KARI.id)) == get(ends.actor(SIGNED, 999))
    outbox = get(ends.actor_collection(SIGNED, KARI.id, "outbox"))
    assert outbox == get(ends.actor_collection(SIGNED, 999, "outbox"))


def test_a_house_that_answers_signed_requests_only_still_shows_its_application() -> None:
    ends = house(shelf(), MASTODON, signed_only=True)
    assert get(ends.actor(AP, LEDERGRUPPEN.id)).status == 401
    signed = get(ends.actor(SIGNED, LEDERGRUPPEN.id))
    assert signed.header(b"cache-control") == b"private, no-store"
    assert document(get(ends.application(AP)))["id"] == APPLICATION.uri


def test_the_application_is_fetched_without_any_signature_being_checked() -> None:
    ends = house(shelf(), signer=None)
    assert document(get(ends.application(SIGNED)))["type"] == "Application"
    for part in ("outbox", "followers", "following"):
        shown = document(get(ends.application_collection(AP, part)))
        assert (shown["id"], shown["totalItems"]) == (f"{APPLICATION.uri}/{part}", 0)
    assert get(ends.application_collection(AP, "featured")).status == 404


def test_the_application_has_one_address_and_no_other() -> None:
    there = shelf()
    there.profiles[APPLICATION.id] = APPLICATION_PROFILE
    assert get(house(there).actor(AP, APPLICATION.id)) == get(house(there).actor(AP, 999))


# -- collections


def page(ends: Endpoints, part: str, token: str, ask: Ask = AP) -> dict[str, Any]:
    query = replace(ask, query={"page": token})
    return document(get(ends.actor_collection(query, LEDERGRUPPEN.id, part)))


def test_followers_are_paged_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outbox.endpoints.PAGE_SIZE", 2)
    ends = house(shelf())
    whole = document(get(ends.actor_collection(AP, LEDERGRUPPEN.id, "followers")))
    assert whole["totalItems"] == 3
    assert whole["first"] == f"{LEDERGRUPPEN.followers}?page=first"
    first = page(ends, "followers", "first")
    assert first["orderedItems"] == [BRIT.uri, ANNE.uri]
    assert first["partOf"] == LEDERGRUPPEN.followers
    last = page(ends, "followers", first["next"].rpartition("=")[2])
    assert last["orderedItems"] == [ALICE.uri]
    assert last["id"] == first["next"]
    assert "next" not in last


def test_a_page_that_is_none_is_refused() -> None:
    ends = house(shelf())
    for token in ("", "-1", "x", "9" * 30):
        ask = replace(AP, query={"page": token})
        with pytest.raises(Invalid):
            asyncio.run(ends.actor_collection(ask, LEDERGRUPPEN.id, "followers"))


def test_who_hides_totals_hides_who_follows_too() -> None:
    there = shelf()
    hidden = replace(LEDERGRUPPEN, hides_totals=True)
    there.profiles[LEDERGRUPPEN.id] = replace(LEDERGRUPPEN_PROFILE, actor=hidden)
    ends = house(there)
    for part in ("followers", "following"):
        whole = document(get(ends.actor_collection(AP, LEDERGRUPPEN.id, part)))
        assert "totalItems" not in whole
        assert "first" not in whole
        ask = replace(AP, query={"page": "first"})
        assert get(ends.actor_collection(ask, LEDERGRUPPEN.id, part)).status == 404
    outbox = document(get(ends.actor_collection(AP, LEDERGRUPPEN.id, "outbox")))
    assert "totalItems" not in outbox
    assert "first" in outbox


def test_the_outbox_lists_activities_that_the_asker_may_see() -> None:
    there = shelf()
    boost = replace(post(320, LEDERGRUPPEN), boost_of=1, uri=URLS.activity(320))
    there.put(boost, Surroundings(author=LEDERGRUPPEN, boosted="https://mastodon.test/1"))
    public = page(house(there), "outbox", "first")
    assert [one["type"] for one in public["orderedItems"]] == ["Announce", "Create"]
    assert public["orderedItems"][0]["id"] == URLS.activity(320)
    assert public["orderedItems"][1]["id"] == URLS.activity(NOTICE.id)
    assert public["orderedItems"][1]["object"]["id"] == NOTICE.uri
    assert all("@context" not in one for one in public["orderedItems"])
    closer = page(house(there, MASTODON), "outbox", "first", SIGNED)
    shown = [one["object"]["id"] for one in closer["orderedItems"] if one["type"] == "Create"]
    assert shown == [FOLLOWERS_ONLY.uri, NOTICE.uri]


def test_pins_and_featured_tags_are_listed_whole() -> None:
    there = shelf()
    there.pins = (FOLLOWERS_ONLY.id, NOTICE.id)
    there.featured_tags = ("Møter",)
    ends = house(there)
    featured = document(get(ends.actor_collection(AP, LEDERGRUPPEN.id, "featured")))
    assert featured["orderedItems"] == [NOTICE.uri]
    (tag,) = document(get(ends.actor_collection(AP, LEDERGRUPPEN.id, "tags")))["orderedItems"]
    assert (tag["type"], tag["name"]) == ("Hashtag", "#Møter")


def test_a_server_may_ask_for_its_own_followers_and_for_no_others() -> None:
    there = shelf()
    ask = get(house(there, MASTODON).actor_collection(SIGNED, LEDERGRUPPEN.id, "synchronization"))
    assert document(ask)["orderedItems"] == sorted([ALICE.uri, ANNE.uri])
    assert ask.header(b"cache-control") == b"private, no-store"
    none = get(house(there, STRANGER).actor_collection(SIGNED, LEDERGRUPPEN.id, "synchronization"))
    assert document(none)["orderedItems"] == []
    unsigned = house(there).actor_collection(AP, LEDERGRUPPEN.id, "synchronization")
    assert get(unsigned).status == 401
    app = house(there, LocalActor(KARI.id))
    of_an_app = app.actor_collection(SIGNED, LEDERGRUPPEN.id, "synchronization")
    assert get(of_an_app).status == 401


def test_a_post_has_replies_likes_and_shares() -> None:
    there = shelf()
    open_reply = replace(post(330, KARI), in_reply_to=NOTICE.id)
    closed_reply = replace(post(331, KARI, Visibility.DIRECT), in_reply_to=NOTICE.id)
    there.put(open_reply, Surroundings(author=KARI))
    there.put(closed_reply, Surroundings(author=KARI, addressees=(Named(actor=ALICE),)))
    there.reactions[NOTICE.id] = ("https://mastodon.test/likes/1",)
    first = replace(AP, query={"page": "first"})
    ends = house(there)
    replies = document(get(ends.post_collection(first, NOTICE.id, "replies")))
    assert replies["orderedItems"] == [open_reply.uri]
    signed = replace(first, signed=True)
    closer = get(house(there, MASTODON).post_collection(signed, NOTICE.id, "replies"))
    assert document(closer)["orderedItems"] == [closed_reply.uri, open_reply.uri]
    assert closer.header(b"cache-control") == b"private, no-store"
    likes = document(get(ends.post_collection(AP, NOTICE.id, "likes")))
    assert (likes["totalItems"], likes["id"]) == (1, URLS.post(NOTICE.id, "likes"))
    listed = document(get(ends.post_collection(first, NOTICE.id, "likes")))
    assert listed["orderedItems"] == ["https://mastodon.test/likes/1"]
    assert document(get(ends.post_collection(AP, NOTICE.id, "shares")))["type"]
    assert get(ends.post_collection(AP, NOTICE.id, "bookmarks")).status == 404


def test_a_conversation_lists_the_posts_that_the_asker_may_see() -> None:
    ends = house(shelf())
    whole = document(get(ends.context(AP, NOTICE.id)))
    assert whole["id"] == URLS.context(NOTICE.id) == NOTICE.context
    first = get(ends.context(replace(AP, query={"page": "first"}), NOTICE.id))
    assert document(first)["orderedItems"] == [NOTICE.uri]
    assert get(ends.context(AP, FOLLOWERS_ONLY.id)).status == 404
    assert get(house(shelf(), MASTODON).context(SIGNED, FOLLOWERS_ONLY.id)).status == 200


def test_an_activity_is_served_in_the_bytes_in_which_it_was_sent() -> None:
    there = shelf()
    sent = b'{"@context":["https://www.w3.org/ns/activitystreams"],"type":"Update"}'
    there.sent = {801: (sent, NOTICE.id), 802: (sent, FOLLOWERS_ONLY.id)}
    ends = house(there, MASTODON)
    answer = get(ends.activity(AP, 801))
    assert answer.body == sent
    assert answer.header(b"cache-control") == b"public, max-age=180"
    closed = get(ends.activity(SIGNED, 802))
    assert closed.header(b"cache-control") == b"private, no-store"
    there.delete(NOTICE.id, NOW)
    assert get(ends.activity(AP, 801)) == get(ends.activity(AP, 999))


def test_the_create_of_an_edited_post_tells_the_new_text_alone() -> None:
    there = shelf()
    there.sent = {NOTICE.id: (b'{"type":"Create","object":"old"}', NOTICE.id)}
    create = document(get(house(there).activity(AP, NOTICE.id)))
    assert (create["type"], create["id"]) == ("Create", URLS.activity(NOTICE.id))
    assert create["object"]["content"] == NOTICE.content
    there.delete(NOTICE.id, NOW)
    assert get(house(there).activity(AP, NOTICE.id)).status == 404


def test_an_unknown_collection_of_an_actor_is_not_there() -> None:
    with pytest.raises(NotFound):
        asyncio.run(house(shelf()).actor_collection(AP, LEDERGRUPPEN.id, "inbox"))
