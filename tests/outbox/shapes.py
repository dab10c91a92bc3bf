"""Every shape that we send, by name: the golden files and the expansion test go over them all."""

from dataclasses import replace
from typing import Any

from actors.departments import Department, fields_of
from actors.faces import with_faces
from actors.people import Profile
from actors.posts import Note, Post, Quotable, Visibility
from actors.relationships import Reaction, Relation, RelationKind
from actors.verbs import Accept, Delete, QuoteRequest, Reject
from actors.vocabulary import PUBLIC
from outbox.activities import write
from outbox.acts import Acting
from outbox.context import document
from outbox.endpoints import activity_of
from outbox.objects import collection, note, stamp
from outbox.objects.actor import write as actor_document
from outbox.objects.record import Named, Surroundings, note_of
from outbox.objects.stamp import Stamp
from outbox.objects.tombstone import tombstone
from tests.outbox.cast import (
    ALICE,
    ALLE,
    APPLICATION_PROFILE,
    KARI,
    KARI_PROFILE,
    LEDERGRUPPEN,
    LEDERGRUPPEN_PROFILE,
    NOTICE,
    NOTICE_AROUND,
    NOW,
    POLL,
    POLL_AROUND,
    URLS,
    keys_of,
    post,
)

_THEIRS = Post(
    id=401,
    uri="https://mastodon.test/users/alice/statuses/1",
    author_id=ALICE.id,
    visibility=Visibility.PUBLIC,
    published=NOW,
)
_FOLLOW = Relation(
    kind=RelationKind.FOLLOW,
    source_id=ALICE.id,
    target_id=LEDERGRUPPEN.id,
    uri="https://mastodon.test/follows/1",
)
_OURS = Relation(
    kind=RelationKind.FOLLOW,
    source_id=LEDERGRUPPEN.id,
    target_id=ALICE.id,
    uri=URLS.activity(500),
)
_LIKED = Reaction(post_id=401, actor_id=LEDERGRUPPEN.id, uri=URLS.activity(501))


def _act(id: int) -> Acting:
    return Acting(actor=LEDERGRUPPEN, urls=URLS, id=id, person=7)


_STAMP = Stamp(
    uri=URLS.stamp(600),
    author=LEDERGRUPPEN.uri,
    quoting="https://mastodon.test/users/alice/statuses/2",
    quoted=NOTICE.uri,
)


def _request(quoting: Note | None) -> QuoteRequest:
    return QuoteRequest(
        uri=URLS.activity(529),
        actor=LEDERGRUPPEN.uri,
        object=_THEIRS.uri,
        instrument=NOTICE.uri,
        note=quoting,
    )


def _answer() -> dict[str, Any]:
    return {
        "actor": LEDERGRUPPEN.uri,
        "object": "https://mastodon.test/users/alice/quote_requests/1",
        "follower": ALICE.uri,
        "quoted": NOTICE.uri,
        "instrument": _STAMP.quoting,
    }


def _department() -> Profile:
    """A department with a record, and pictures of its own."""
    record = Department(
        actor_id=LEDERGRUPPEN.id, number="012345674", verified=1, website="https://nordvik.test/l"
    )
    fields = fields_of(record, "nb", LEDERGRUPPEN.fields)
    whole = with_faces(replace(LEDERGRUPPEN, fields=fields, icon=None, image=None), "", URLS)
    return Profile(actor=whole, keys=keys_of(LEDERGRUPPEN))


def objects() -> dict[str, dict[str, Any]]:
    """Things: actors, posts, collections, tombstones."""
    group = Profile(actor=ALLE, keys=keys_of(ALLE))
    moved = replace(
        KARI_PROFILE,
        actor=replace(KARI, moved_to=ALICE.uri, also_known_as=(ALICE.uri, "https://x.test/kari")),
    )
    direct = replace(post(303, KARI, Visibility.DIRECT), content_map={}, language="")
    direct_around = Surroundings(author=KARI, addressees=(Named(actor=ALICE),))
    followers = LEDERGRUPPEN.followers
    shapes = {
        "actor-organization": actor_document(LEDERGRUPPEN_PROFILE, URLS),
        "actor-department": actor_document(_department(), URLS),
        "actor-person-moved": actor_document(moved, URLS),
        "actor-group": actor_document(group, URLS),
        "actor-application": actor_document(APPLICATION_PROFILE, URLS),
        "note-full": note.write(note_of(NOTICE, NOTICE_AROUND, URLS), URLS),
        "note-direct": note.write(note_of(direct, direct_around, URLS), URLS),
        "question": note.write(note_of(POLL, POLL_AROUND, URLS), URLS),
        "note-quoting": note.write(
            replace(
                note_of(NOTICE, NOTICE_AROUND, URLS),
                stamp="https://mastodon.test/users/alice/quote_authorizations/7",
                can_quote=Quotable(automatic=(PUBLIC,), manual=(LEDERGRUPPEN.followers,)),
            ),
            URLS,
        ),
        "stamp": stamp.write(_STAMP),
        "tombstone": tombstone(URLS.post(304), NOW),
        "collection": collection.whole(followers, 2),
        "collection-hidden": collection.whole(followers, None, paged=False),
        "collection-page": collection.page(followers, [ALICE.uri, KARI.uri], 900, 800),
        "collection-tags": collection.listed(
            URLS.actor(LEDERGRUPPEN.id, "tags"), [note.hashtag("Møter", URLS)]
        ),
    }
    return {name: document(shape) for name, shape in shapes.items()}


def verbs() -> dict[str, dict[str, Any]]:
    """Activities: one of each verb, and of each form of those that have several."""
    by_alice = (ALICE.uri,)
    boost = replace(post(305, LEDERGRUPPEN), boost_of=401, uri=URLS.activity(305))
    boost_around = Surroundings(
        author=LEDERGRUPPEN, addressees=(Named(actor=ALICE, silent=True),), boosted=_THEIRS.uri
    )
    return {
        "create-note": write(activity_of(NOTICE, NOTICE_AROUND, URLS), URLS),
        "create-question": write(activity_of(POLL, POLL_AROUND, URLS), URLS),
        "update-note": write(
            replace(_act(510).change(LEDERGRUPPEN_PROFILE), profile=None, note=_edited()), URLS
        ),
        "update-actor": write(_act(511).change(LEDERGRUPPEN_PROFILE), URLS),
        "delete-note": write(_act(512).remove(NOTICE), URLS),
        "delete-actor": write(_act(513).close(), URLS),
        "announce": write(activity_of(boost, boost_around, URLS), URLS),
        "like": write(_act(514).like(_THEIRS), URLS, by_alice),
        "like-emoji": write(_act(515).like(_THEIRS, "🎉"), URLS, by_alice),
        "follow": write(_act(516).follow(ALICE), URLS),
        "accept": write(_act(517).accept(_FOLLOW, ALICE), URLS),
        "reject": write(_act(518).reject(_FOLLOW, ALICE), URLS),
        "block": write(_act(519).block(ALICE), URLS),
        "undo-follow": write(_act(520).unfollow(_OURS, ALICE), URLS),
        "undo-like": write(_act(521).unlike(_LIKED, _THEIRS.uri), URLS, by_alice),
        "undo-announce": write(_act(522).unboost(boost, _THEIRS.uri), URLS, by_alice),
        "undo-block": write(_act(523).unblock(_OURS, ALICE), URLS),
        "flag": write(_act(524).report(ALICE, (_THEIRS,), "Trakassering"), URLS),
        "add": write(_act(525).pin(NOTICE), URLS),
        "remove": write(_act(526).unpin(NOTICE), URLS),
        "move": write(_act(527).move(ALICE), URLS),
        "quoterequest": write(_request(None), URLS, by_alice),
        "quoterequest-with-post": write(_request(note_of(NOTICE, NOTICE_AROUND, URLS)), URLS),
        "accept-quote": write(Accept(uri=URLS.activity(530), stamp=_STAMP.uri, **_answer()), URLS),
        "reject-quote": write(Reject(uri=URLS.activity(531), **_answer()), URLS),
        "delete-stamp": write(
            Delete(uri=URLS.activity(532), actor=LEDERGRUPPEN.uri, object=_STAMP.uri), URLS
        ),
        "vote": write(_act(528).vote(_THEIRS, "Tirsdag"), URLS, by_alice),
    }


def every() -> dict[str, dict[str, Any]]:
    """All of them."""
    return {**objects(), **verbs()}


def _edited() -> Any:
    return replace(note_of(NOTICE, NOTICE_AROUND, URLS), to=(PUBLIC,))
