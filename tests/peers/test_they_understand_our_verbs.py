"""Each verb as our outbox writes it, sent with our signature and proof: foreign servers get it.

Asserted is what the other server then believes: who follows, what a post says, who liked it.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from actors import verbs
from actors.people import Profile
from actors.posts import Mention, Note, Option, Question
from actors.vocabulary import PUBLIC
from inbox import parse
from outbox import context
from outbox.activities import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    like,
    reject,
    remove,
    undo,
    update,
)
from tests.peers import lab
from tests.peers.lab import Peer
from tests.peers.listening_post import ID, ListeningPost, now_ms

pytestmark = [pytest.mark.peers, pytest.mark.slow, pytest.mark.timeout(600)]

numbers = count(ID + 1)


class Eve:
    """eve towards one server: what she does there, in the dialect that it verifies."""

    def __init__(self, post: ListeningPost, peer: Peer) -> None:
        self.post, self.peer = post, peer
        self.me = post.actor
        self.inbox = peer.do("fetch", url=peer.actor)["inbox"]
        self.dialect = {"fedify": "rfc9421", "pubby": "cavage"}[peer.name]

    def uri(self) -> str:
        """A new activity id."""
        return self.post.urls.activity(next(numbers))

    def says(self, module: Any, verb: Any, named: tuple[str, ...] = ()) -> Any:
        """Send a verb as the outbox writes it; what the server recorded of it, verified."""
        document = context.document(module.write(verb, self.post.urls, named))
        if PUBLIC in document["to"]:
            document = self.post.proven(document)
        status, said = self.post.send(self.inbox, document, self.dialect)
        assert 200 <= status < 300, f"{document['type']}: {status} {said}"
        seen = self.peer.sees(document["type"], id=verb.uri)
        assert seen["signature"]["verified"]
        if "proof" in document and self.peer.name == "fedify":
            assert seen["proof"]["verified"]
        return seen

    def note(self, text: str, **more: Any) -> Note:
        """A public note, in the shape that the house gives its own."""
        html = f"<p>{text}</p>"
        uri = self.post.urls.post(next(numbers))
        written = {"content": html, "content_map": {"nb": html}, "to": (PUBLIC,)} | more
        return Note(uri=uri, attributed_to=self.me, published=now_ms(), **written)

    def publishes(self, note: Note) -> str:
        """Send the Create; the note's id."""
        self.says(create, verbs.Create(uri=self.uri(), actor=self.me, note=note))
        return note.uri

    def knows(self, post: str) -> Any:
        """The other server's idea of a post."""
        return self.peer.state()["posts"][post]


@pytest.fixture(scope="module")
def post(certificates: lab.Certificates) -> Iterator[ListeningPost]:
    listening = ListeningPost(certificates)
    listening.start()
    try:
        yield listening
    finally:
        listening.stop()


@pytest.fixture(scope="module", params=["fedify", "pubby"])
def eve(request: pytest.FixtureRequest, post: ListeningPost) -> Eve:
    return Eve(post, request.getfixturevalue(request.param))


def test_accept_and_reject_answer_their_follow(eve: Eve) -> None:
    for module, verb, state in (
        (accept, verbs.Accept, "accepted"),
        (reject, verbs.Reject, "rejected"),
    ):
        asked = eve.peer.do("follow", who=eve.post.handle)["activity"]
        answer = verb(uri=eve.uri(), actor=eve.me, object=asked, follower=eve.peer.actor)
        eve.says(module, answer)
        assert eve.peer.state()["following"][eve.me]["state"] == state


def test_follow_asks_and_undo_takes_it_back(eve: Eve) -> None:
    asked = verbs.Follow(uri=eve.uri(), actor=eve.me, object=eve.peer.actor)
    eve.says(follow, asked)
    assert eve.peer.state()["followers"][eve.me]["state"] == "pending"
    taken = verbs.Undo(
        uri=eve.uri(), actor=eve.me, object=asked.uri, kind="Follow", target=eve.peer.actor
    )
    eve.says(undo, taken)
    assert eve.me not in eve.peer.state()["followers"]


def test_create_update_and_delete_carry_a_post(eve: Eve) -> None:
    note = eve.note("Møtet er <strong>kl. 10</strong>.")
    uri = eve.publishes(note)
    assert eve.knows(uri)["content"] == note.content
    edited = replace(note, content="<p>kl. 11</p>", updated=now_ms(), content_map={})
    eve.says(update, verbs.Update(uri=eve.uri(), actor=eve.me, note=edited))
    assert eve.knows(uri)["content"] == "<p>kl. 11</p>"
    assert eve.knows(uri)["edits"] == 1
    eve.says(delete, verbs.Delete(uri=eve.uri(), actor=eve.me, object=uri))
    assert eve.knows(uri)["deleted"]


def test_a_reply_with_mention_hashtag_and_warning_keeps_them(eve: Eve) -> None:
    theirs = eve.peer.do("mention", who=eve.post.handle, content="<p>Hei?</p>")["object"]
    uri = eve.publishes(
        eve.note(
            "Hei!",
            in_reply_to=theirs,
            summary="Hilsen",
            cc=(eve.peer.actor,),
            mentions=(Mention(href=eve.peer.actor, name=eve.peer.handle),),
            hashtags=("Kommunestyret",),
        )
    )
    known = eve.knows(uri)
    assert (known["inReplyTo"], known["summary"]) == (theirs, "Hilsen")
    assert eve.peer.actor in str(known["mentions"])


def test_a_poll_arrives_as_a_post(eve: Eve) -> None:
    options = tuple(Option(title=title) for title in ("Ja", "Nei"))
    question = Question(options=options, ends=now_ms() + 3_600_000)
    assert "Åpent?" in eve.knows(eve.publishes(eve.note("Åpent?", question=question)))["content"]


@pytest.mark.parametrize("kind", ["Like", "Announce"])
def test_like_and_boost_are_counted_and_taken_back(eve: Eve, kind: str) -> None:
    theirs = eve.peer.do("post", content="<p>Lik og del</p>")["object"]
    table, named = {"Like": "likes", "Announce": "shares"}[kind], (eve.peer.actor,)
    deed = eve.uri()
    if kind == "Like":
        eve.says(like, verbs.Like(uri=deed, actor=eve.me, object=theirs), named)
    else:
        eve.says(
            announce,
            verbs.Announce(
                uri=deed, actor=eve.me, object=theirs, published=now_ms(), to=(PUBLIC,), cc=named
            ),
        )
    assert eve.peer.state()[table][theirs] == [eve.me]
    taken = verbs.Undo(uri=eve.uri(), actor=eve.me, object=deed, kind=kind, target=theirs)
    eve.says(undo, taken, named)
    assert eve.peer.state()[table][theirs] == []


def test_what_they_have_no_use_for_is_still_accepted(eve: Eve) -> None:
    pinned = eve.publishes(eve.note("Festet"))
    featured = eve.post.urls.actor(ID, "featured")
    them = eve.peer.actor
    for module, verb in ((add, verbs.Add), (remove, verbs.Remove)):
        eve.says(module, verb(uri=eve.uri(), actor=eve.me, object=pinned, target=featured))
    eve.says(flag, verbs.Flag(uri=eve.uri(), actor=eve.me, objects=(them,), content="Prøve"))
    eve.says(block, verbs.Block(uri=eve.uri(), actor=eve.me, object=them))


def test_an_update_of_the_actor_itself_is_accepted(eve: Eve) -> None:
    profile: Profile = parse.profile(eve.post.document())
    eve.says(update, verbs.Update(uri=eve.uri(), actor=eve.me, profile=profile))


def test_the_end_of_the_actor_is_accepted(eve: Eve) -> None:
    eve.says(delete, verbs.Delete(uri=eve.uri(), actor=eve.me, object=eve.me))
