"""Foreign libraries accept what we sign, and we accept what they sign, byte for byte."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from actors import verbs
from actors.posts import Note
from actors.signatures import authenticate, proofs
from actors.signatures.message import Message
from actors.vocabulary import PUBLIC
from inbox import parse
from outbox import context
from outbox.activities import create as outbox_create
from outbox.activities import follow as outbox_follow
from tests.peers import lab
from tests.peers.lab import Peer
from tests.peers.listening_post import ID, ListeningPost, now_ms

pytestmark = [pytest.mark.peers, pytest.mark.slow, pytest.mark.timeout(600)]

VERIFIES = {"fedify": ("cavage", "rfc9421"), "pubby": ("cavage",)}
numbers = count(ID + 1)


@pytest.fixture(scope="module")
def eve(certificates: lab.Certificates) -> Iterator[ListeningPost]:
    """An actor of ours that keeps what she gets."""
    post = ListeningPost(certificates)
    post.start()
    try:
        yield post
    finally:
        post.stop()


@pytest.fixture(scope="module", params=["fedify", "pubby"])
def peer(request: pytest.FixtureRequest) -> Peer:
    """Each foreign server in turn."""
    found: Peer = request.getfixturevalue(request.param)
    return found


def create(eve: ListeningPost, text: str) -> dict[str, Any]:
    """A public note by eve in its Create, as the house writes it."""
    number = next(numbers)
    note = Note(
        uri=eve.urls.post(number),
        attributed_to=eve.actor,
        content=f"<p>{text}</p>",
        content_map={"nb": f"<p>{text}</p>"},
        published=now_ms(),
        to=(PUBLIC,),
        cc=(eve.urls.actor(ID, "followers"),),
        hashtags=("Kommunestyret",),
    )
    activity = verbs.Create(uri=eve.urls.activity(number), actor=eve.actor, note=note)
    return context.document(outbox_create.write(activity, eve.urls, ()))


def inbox_of(peer: Peer) -> str:
    return str(peer.do("fetch", url=peer.actor)["inbox"])


def holds(eve: ListeningPost, message: Message) -> str:
    """The dialect of an arrival that our verifier accepts from the key in its owner's document."""
    claim = authenticate.claim(message)
    assert claim is not None
    owner = eve.fetch(claim.key_id.partition("#")[0])
    material = authenticate.owner_holds(claim.key_id, owner, now_ms=now_ms())
    assert material is not None
    ours = frozenset({eve.authority})
    authenticate.check(message, claim, material.key, now_ms=now_ms(), our_authorities=ours)
    assert owner["id"] == json.loads(message.body)["actor"]
    return claim.dialect


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421", "ed25519"])
def test_they_accept_our_signature_in_the_dialects_they_know(
    eve: ListeningPost, peer: Peer, dialect: str
) -> None:
    activity = create(eve, "Signert")
    status, said = eve.send(inbox_of(peer), activity, dialect)
    if dialect not in VERIFIES[peer.name]:
        assert status == 401  # so that the sender knocks again in another dialect
        return
    assert 200 <= status < 300, said
    seen = peer.sees("Create", id=activity["id"])["signature"]
    assert (seen["dialect"], seen["verified"]) == (dialect, True)


@pytest.mark.parametrize("dialect", ["cavage", "rfc9421", "ed25519"])
def test_they_refuse_it_when_one_letter_was_changed(
    eve: ListeningPost, peer: Peer, dialect: str
) -> None:
    activity = create(eve, "Ekte")
    forged = json.dumps(activity).replace("Ekte", "Falsk").encode()
    assert eve.send(inbox_of(peer), activity, dialect, changed=forged)[0] == 401
    assert peer.seen("Create", id=activity["id"]) == []


def test_they_serve_us_what_we_ask_for_signed(eve: ListeningPost, peer: Peer) -> None:
    post = peer.do("direct", who=eve.handle, content="<p>Til deg</p>")["object"]
    assert eve.fetch(post)["content"] == "<p>Til deg</p>"
    with pytest.raises(AssertionError, match=r"40[134]"):
        peer.do("fetch", url=post, signed=False)


def test_fedify_finds_our_proof_valid_and_a_changed_document_not(
    eve: ListeningPost, fedify: Peer
) -> None:
    proven = eve.proven(create(eve, "Bevist ✓"))
    assert eve.send(inbox_of(fedify), proven, "cavage")[0] == 202
    arrived = fedify.sees("Create", id=proven["id"])
    assert arrived["proof"] == {"present": True, "verified": True}

    bent = json.loads(json.dumps(eve.proven(create(eve, "Ekte"))).replace("Ekte", "Falsk"))
    assert eve.send(inbox_of(fedify), bent, "cavage")[0] == 202  # the HTTP signature is ours
    assert fedify.sees("Create", id=bent["id"])["proof"]["verified"] is False


def test_we_accept_their_signature_in_every_dialect_they_have(
    eve: ListeningPost, peer: Peer
) -> None:
    peer.do("mention", who=eve.handle, content="<p>En</p>")
    first = "rfc9421" if peer.name == "fedify" else "cavage"
    assert holds(eve, eve.arrived[-1]) == first
    if peer.name == "fedify":
        eve.answers.append(401)  # so that it knocks again in the older dialect
        peer.do("mention", who=eve.handle, content="<p>To</p>")
        assert [holds(eve, message) for message in eve.arrived[-2:]] == ["rfc9421", "cavage"]


def test_we_find_fedifys_proof_valid(eve: ListeningPost, fedify: Peer) -> None:
    fedify.do("mention", who=eve.handle, content="<p>Bevist «æøå»</p>")
    document = json.loads(eve.arrived[-1].body)
    method = proofs.proof_method(document)
    assert method is not None
    material = authenticate.owner_holds(method, eve.fetch(fedify.actor), now_ms=now_ms())
    assert material is not None
    proofs.verify_proof(document, material.key, now_ms=now_ms())


def test_we_can_read_everything_they_send(eve: ListeningPost, peer: Peer) -> None:
    asked = verbs.Follow(uri=eve.urls.activity(next(numbers)), actor=eve.actor, object=peer.actor)
    follow = context.document(outbox_follow.write(asked, eve.urls, ()))
    before = len(eve.arrived)
    assert 200 <= eve.send(inbox_of(peer), follow, "cavage")[0] < 300
    peer.do("accept", who=eve.actor)
    post = peer.do("mention", who=eve.handle, content="<p>Les dette</p>")["object"]
    peer.do("edit", post=post, content="<p>Les dette igjen</p>")
    peer.do("boost", post=post)
    peer.do("undo_boost", post=post)
    peer.do("delete", post=post)
    peer.do("follow", who=eve.handle)
    peer.do("unfollow", who=eve.handle)

    read = [parse.activity(json.loads(m.body), now=now_ms()) for m in eve.arrived[before:]]
    assert [activity.type for activity in read] == [
        "Accept", "Create", "Update", "Announce", "Undo", "Delete", "Follow", "Undo",
    ]  # fmt: skip
    assert all(activity.actor == peer.actor for activity in read)
    assert [read[1].object_uri, read[2].object_uri, read[5].object_uri] == [post] * 3
    assert (read[0].object_uri, read[3].object_uri) == (follow["id"], post)


def test_we_can_read_who_they_are(eve: ListeningPost, peer: Peer) -> None:
    profile = parse.profile(eve.fetch(peer.actor))
    assert (profile.actor.uri, profile.actor.username) == (peer.actor, peer.user)
    assert profile.actor.inbox == inbox_of(peer)
    assert profile.actor.shared_inbox.startswith(peer.origin)
    assert f"{peer.actor}#main-key" in [key.uri for key in profile.keys]
