"""Every shape we send says in JSON-LD what it is meant to say, with the published contexts."""

from typing import Any

import pytest

from actors.vocabulary import PUBLIC
from fedi.jsonld import expand_here
from tests.outbox.cast import ALICE, LEDERGRUPPEN, MULTIKEY, NOTICE, RSA_PEM, URLS
from tests.outbox.shapes import every

AS = "https://www.w3.org/ns/activitystreams#"
SEC = "https://w3id.org/security#"
TOOT = "http://joinmastodon.org/ns#"
SHAPES = every()


def expanded(name: str) -> dict[str, Any]:
    (node,) = expand_here(SHAPES[name])
    return node


def ids(node: dict[str, Any], term: str) -> list[str]:
    return [value["@id"] for value in node.get(term, [])]


def value(node: dict[str, Any], term: str) -> Any:
    (found,) = node[term]
    return found["@value"]


def said(shape: Any) -> int:
    """How many properties a shape has, its parts included; a text and its map are one."""
    if isinstance(shape, list):
        return sum(said(item) for item in shape)
    if not isinstance(shape, dict):
        return 0
    names = {key.removesuffix("Map") for key in shape if key != "@context"}
    return len(names) + sum(said(shape[name]) for name in names if name in shape)


def understood(node: Any) -> int:
    """How many properties an expanded node has, its parts included; a bare reference has none."""
    if isinstance(node, list):
        return sum(understood(item) for item in node)
    if not isinstance(node, dict) or "@value" in node or set(node) == {"@id"}:
        return 0
    if "@list" in node:
        return understood(node["@list"])
    return len(node) + sum(understood(inner) for inner in node.values())


@pytest.mark.parametrize("name", SHAPES)
def test_no_term_is_without_a_meaning(name: str) -> None:
    assert understood(expanded(name)) == said(SHAPES[name])


@pytest.mark.parametrize("name", SHAPES)
def test_nothing_is_left_relative(name: str) -> None:
    def check(node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                check(item)
        elif isinstance(node, dict):
            for key, inner in node.items():
                assert key.startswith("@") or ":" in key
                if key == "@id":
                    assert inner.startswith(("https://", "urn:uuid:"))
                check(inner)

    check(expanded(name))


def test_an_actor_shows_its_keys_in_both_ways() -> None:
    actor = expanded("actor-organization")
    assert actor["@type"] == [f"{AS}Organization"]
    (rsa,) = actor[f"{SEC}publicKey"]
    assert rsa["@id"] == f"{LEDERGRUPPEN.uri}#main-key"
    assert ids(rsa, f"{SEC}owner") == [LEDERGRUPPEN.uri]
    assert value(rsa, f"{SEC}publicKeyPem") == RSA_PEM
    (multikey,) = actor[f"{SEC}assertionMethod"]
    assert multikey["@type"] == [f"{SEC}Multikey"]
    assert ids(multikey, f"{SEC}controller") == [LEDERGRUPPEN.uri]
    (public,) = multikey[f"{SEC}publicKeyMultibase"]
    assert public == {"@type": f"{SEC}multibase", "@value": MULTIKEY}


def test_an_actor_shows_its_addresses() -> None:
    actor = expanded("actor-organization")
    assert ids(actor, "http://www.w3.org/ns/ldp#inbox") == [LEDERGRUPPEN.inbox]
    assert ids(actor, f"{AS}outbox") == [LEDERGRUPPEN.outbox]
    assert ids(actor, f"{AS}followers") == [LEDERGRUPPEN.followers]
    assert ids(actor, f"{TOOT}featured") == [LEDERGRUPPEN.featured]
    assert ids(actor, f"{TOOT}featuredTags") == [URLS.actor(LEDERGRUPPEN.id, "tags")]
    (endpoints,) = actor[f"{AS}endpoints"]
    assert ids(endpoints, f"{AS}sharedInbox") == [URLS.shared_inbox()]
    webfinger = "https://purl.archive.org/socialweb/webfinger#webfinger"
    assert value(actor, webfinger) == "ledergruppen@nordvik.test"
    assert value(actor, f"{TOOT}discoverable") is True
    assert {"@language": "en", "@value": "The management group"} in actor[f"{AS}name"]


def test_an_actor_that_moved_says_where_to() -> None:
    actor = expanded("actor-person-moved")
    assert ids(actor, f"{AS}movedTo") == [ALICE.uri]
    assert ids(actor, f"{AS}alsoKnownAs") == [ALICE.uri, "https://x.test/kari"]
    assert value(actor, f"{AS}manuallyApprovesFollowers") is True


def test_the_application_says_what_it_implements() -> None:
    actor = expanded("actor-application")
    implements = actor["https://w3id.org/fep/844e#implements"]
    assert "https://datatracker.ietf.org/doc/html/rfc9421" in [
        ids(link, f"{AS}href")[0] for link in implements
    ]


def test_a_note_says_for_whom_it_is() -> None:
    note = expanded("note-full")
    assert ids(note, f"{AS}to") == [PUBLIC]
    assert ids(note, f"{AS}cc")[:2] == [LEDERGRUPPEN.followers, ALICE.uri]
    assert ids(note, f"{AS}attributedTo") == [LEDERGRUPPEN.uri]
    assert ids(note, f"{AS}context") == [NOTICE.context]
    assert value(note, "http://ostatus.org#conversation") == NOTICE.context
    assert value(note, f"{AS}sensitive") is True
    assert {tag["@type"][0] for tag in note[f"{AS}tag"]} == {f"{AS}Mention", f"{AS}Hashtag"}
    quoted = "https://mastodon.test/users/alice/statuses/1"
    assert ids(note, "https://w3id.org/fep/044f#quote") == [quoted]
    assert value(note, "https://misskey-hub.net/ns#_misskey_quote") == quoted
    picture = note[f"{AS}attachment"][0]
    (focus,) = picture[f"{TOOT}focalPoint"]
    assert [number["@value"] for number in focus["@list"]] == [0.0, -0.5]


def test_a_question_counts_its_voters() -> None:
    question = expanded("question")
    assert question["@type"] == [f"{AS}Question"]
    assert value(question, f"{TOOT}votersCount") == 3
    assert [value(option, f"{AS}name") for option in question[f"{AS}anyOf"]] == [
        "Tirsdag",
        "Onsdag",
    ]


def test_an_activity_names_its_actor_and_object() -> None:
    follow = expanded("follow")
    assert follow["@type"] == [f"{AS}Follow"]
    assert ids(follow, f"{AS}actor") == [LEDERGRUPPEN.uri]
    assert ids(follow, f"{AS}object") == [ALICE.uri]
    (inner,) = expanded("accept")[f"{AS}object"]
    assert inner["@type"] == [f"{AS}Follow"]
    assert ids(inner, f"{AS}actor") == [ALICE.uri]
    assert ids(inner, f"{AS}object") == [LEDERGRUPPEN.uri]
