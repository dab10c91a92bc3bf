"""What a newer activity does to rows that still wait: only what nobody can have seen goes."""

import json
from typing import Any

import pytest

from actors.people import Key, KeyKind
from actors.posts import Visibility
from actors.signatures import keys, proofs
from fedi.store.engine import Engine
from tests.outbox.post_office import NOW, URLS, Office, remote_actor
from tests.running import run

POST = URLS.post(77)


@pytest.fixture
def office(engine: Engine) -> Office:
    office = run(Office(engine).open())
    run(office.followed_by(remote_actor(10, "a.test"), remote_actor(11, "b.test")))
    return office


def note(text: str) -> dict[str, Any]:
    return {"id": POST, "type": "Note", "content": text}


def sent(office: Office, kind: str, **more: Any) -> str:
    uri = run(office.send(kind, of_post=kind in ("Update", "Delete"), **more))
    run(office.expand())
    return uri


def waiting(office: Office) -> list[tuple[str, str]]:
    return sorted(run(office.queued("d.host, a.kind")))


def body_of(office: Office, uri: str) -> Any:
    ((body,),) = run(office.ask("SELECT body FROM activity WHERE uri = ?", uri))
    return json.loads(bytes(body))


def tried(office: Office, host: str, uncertain: int = 1) -> None:
    run(
        office.engine.write(
            lambda tx: tx.run(
                "UPDATE delivery SET tries = 1, uncertain = ? WHERE host = ?", (uncertain, host)
            )
        )
    )


def in_hand(office: Office, host: str) -> None:
    run(
        office.engine.write(
            lambda tx: tx.run(
                "UPDATE host SET taken = (SELECT max(id) FROM delivery) WHERE name = ?", (host,)
            )
        )
    )


def test_an_update_over_a_create_never_tried_is_a_create_with_the_new_words(
    office: Office,
) -> None:
    create = sent(office, "Create", obj=note("old"))
    sent(office, "Update", obj=note("new"))
    assert waiting(office) == [("a.test", "Create"), ("b.test", "Create")]
    body = body_of(office, create)
    assert (body["id"], body["type"], body["object"]["content"]) == (create, "Create", "new")


def test_where_the_create_may_have_been_taken_the_update_follows_it(office: Office) -> None:
    create = sent(office, "Create", obj=note("old"))
    tried(office, "a.test")
    sent(office, "Update", obj=note("new"))
    assert waiting(office) == [("a.test", "Create"), ("a.test", "Update"), ("b.test", "Create")]
    assert body_of(office, create)["object"]["content"] == "new"


def test_a_try_that_certainly_never_arrived_counts_as_none(office: Office) -> None:
    sent(office, "Create")
    tried(office, "a.test", uncertain=0)
    sent(office, "Delete")
    assert waiting(office) == []


def test_a_delete_over_a_create_never_tried_leaves_nothing_to_send(office: Office) -> None:
    sent(office, "Create")
    sent(office, "Delete")
    assert waiting(office) == []
    assert run(office.ask("SELECT sum(total) FROM activity")) == [(0,)]


def test_after_a_try_of_unknown_outcome_the_delete_is_sent_and_the_text_is_not(
    office: Office,
) -> None:
    sent(office, "Create")
    tried(office, "a.test")
    sent(office, "Delete")
    assert waiting(office) == [("a.test", "Delete")]


def test_what_a_worker_has_in_hand_is_left_alone(office: Office) -> None:
    sent(office, "Create")
    in_hand(office, "a.test")
    sent(office, "Delete")
    assert waiting(office) == [("a.test", "Create"), ("a.test", "Delete")]


def test_a_newer_update_takes_the_place_of_the_older(office: Office) -> None:
    sent(office, "Create")
    run(office.engine.write(lambda tx: tx.run("DELETE FROM delivery")))  # delivered
    sent(office, "Update", obj=note("one"))
    newest = sent(office, "Update", obj=note("two"))
    assert run(office.queued("a.uri")) == [newest, newest]


def test_another_posts_rows_are_not_touched(office: Office) -> None:
    sent(office, "Create", about=URLS.post(78), post_id=78)
    sent(office, "Create")
    sent(office, "Delete")
    assert waiting(office) == [("a.test", "Create"), ("b.test", "Create")]


def test_an_undo_over_what_nobody_had_leaves_nothing(office: Office) -> None:
    named: dict[str, Any] = {
        "followers": False,
        "actors": (10,),
        "post_id": None,
        "visible": Visibility.DIRECT,
    }
    like = run(office.send("Like", about="http://a.test/posts/1", obj="x", **named))
    run(office.expand())
    run(office.send("Undo", about="elsewhere", obj={"id": like, "type": "Like"}, **named))
    run(office.expand())
    assert waiting(office) == []


def test_an_undo_waits_for_what_it_takes_back_whatever_each_is_about(office: Office) -> None:
    boost = sent(office, "Announce", about="the announce", obj="x")
    in_hand(office, "a.test")
    tried(office, "b.test")
    run(office.send("Undo", about="the post", obj={"id": boost}))
    run(office.expand())
    assert waiting(office) == [("a.test", "Announce"), ("a.test", "Undo"), ("b.test", "Undo")]
    assert len({*run(office.queued("d.about"))}) == 1


def test_an_undo_of_anothers_activity_takes_nothing_back(office: Office) -> None:
    sent(office, "Create")
    run(
        office.engine.write(
            lambda tx: tx.run("UPDATE activity SET actor_id = 2, uri = 'http://x.test/1'")
        )
    )
    run(office.send("Undo", obj={"id": "http://x.test/1"}, about="other"))
    run(office.expand())
    assert waiting(office) == [
        ("a.test", "Create"),
        ("a.test", "Undo"),
        ("b.test", "Create"),
        ("b.test", "Undo"),
    ]


def test_a_create_with_new_words_is_proven_anew(office: Office) -> None:
    private = keys.generate_ed25519()
    key = Key(
        uri=f"{office.author.uri}#ed25519",
        actor_id=1,
        kind=KeyKind.ED25519,
        public=keys.to_multibase(private),
        private=keys.private_bytes(private),
        created=NOW,
    )
    run(office.put(key))
    create = sent(office, "Create", obj=note("old"))
    old: Any = proofs.add_proof(body_of(office, create), private, key.uri, NOW)
    run(
        office.engine.write(
            lambda tx: tx.run(
                "UPDATE activity SET body = ? WHERE uri = ?", (json.dumps(old).encode(), create)
            )
        )
    )
    sent(office, "Update", obj=note("new"))
    new: Any = body_of(office, create)
    assert new["object"]["content"] == "new"
    assert new["proof"]["proofValue"] != old["proof"]["proofValue"]
    proofs.verify_proof(new, private.public_key())
