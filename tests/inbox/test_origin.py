import pytest

from actors.activities.create import Create
from actors.activities.delete import Delete
from actors.activities.like import Like
from actors.activities.update import Update
from actors.effects import Need, Refusal
from actors.errors import Invalid
from inbox import parse
from inbox.origin import ours, owned_actor, owned_note, served
from tests.inbox.arrivals import (
    HOST,
    MALLORY,
    OUR_POST,
    PUBLIC,
    SECRETARIAT,
    SOLVEIG,
    URLS,
    activity,
    note,
    receiving,
)

THEIRS = "https://ond.example/posts/1"
GROUP = "https://gruppe.example/c/norge"


def code(reading: object) -> str:
    assert isinstance(reading, Refusal), reading
    return reading.code


# -- S1: what is served must be what was asked for


def test_s1_a_document_of_another_id_than_its_address_is_refused() -> None:
    assert served(note(), f"{HOST}/posts/1") is None
    assert served(note(), f"{HOST}/posts/2") is not None
    assert served({}, f"{HOST}/posts/2") is not None


def test_s1_a_fetched_object_with_another_id_is_refused() -> None:
    reading = receiving(activity("Create", f"{HOST}/posts/2"), fetched={f"{HOST}/posts/2": note()})
    assert code(reading) == "other_document"


# -- S4: who signed is who acts


@pytest.mark.parametrize("verb", ["Follow", "Like", "Announce", "Undo", "Block", "Flag", "Accept",
                                  "Reject", "Add", "Remove", "Move"])  # fmt: skip
def test_s4_what_another_signed_is_refused(verb: str) -> None:
    reading = receiving(activity(verb, SECRETARIAT, target=SOLVEIG), signer=MALLORY)
    assert code(reading) == "not_signer"


def test_s4_a_forwarded_post_is_asked_of_its_owner_and_never_taken_from_the_forwarder() -> None:
    forged = activity("Create", note(content="<p>Forfalsket</p>", to=[PUBLIC, SECRETARIAT]))
    assert receiving(forged, signer=MALLORY) == Need((f"{HOST}/posts/1",))
    found = receiving(forged, signer=MALLORY, fetched={f"{HOST}/posts/1": note()}, owner=7)
    assert isinstance(found, Create)
    assert (found.note.content, found.note.to) == ("<p>Hei</p>", (PUBLIC,))
    assert (found.fetched, found.reader) == (True, 0)
    assert found.uri == f"{HOST}/posts/1"  # the activity's id was the forwarder's word too


def test_s4_a_forwarded_delete_counts_only_when_the_owner_says_gone() -> None:
    forwarded = activity("Delete", f"{HOST}/posts/1")
    uri = f"{HOST}/posts/1"
    assert receiving(forwarded, signer=MALLORY) == Need((uri,), fresh=True)
    assert code(receiving(forwarded, signer=MALLORY, fetched={uri: note()})) == "still_there"
    assert isinstance(receiving(forwarded, signer=MALLORY, fetched={uri: None}), Delete)
    tombstone = {"id": uri, "type": "Tombstone"}
    assert isinstance(receiving(forwarded, signer=MALLORY, fetched={uri: tombstone}), Delete)


def test_s4_a_forwarded_delete_of_an_actor_is_asked_as_well() -> None:
    forwarded = activity("Delete", SOLVEIG)
    assert receiving(forwarded, signer=MALLORY) == Need((SOLVEIG,), fresh=True)


# -- S8, S9: what is embedded belongs to its owner


def test_s9_an_object_of_another_host_is_replaced_by_what_its_owner_serves() -> None:
    planted = activity("Create", note(id=THEIRS, content="<p>løgn</p>"))
    assert receiving(planted) == Need((THEIRS,))
    real = note(id=THEIRS, attributedTo=MALLORY, content="<p>sant</p>")
    found = receiving(planted, fetched={THEIRS: real})
    assert isinstance(found, Create)
    assert (found.actor, found.note.content, found.fetched) == (MALLORY, "<p>sant</p>", True)


def test_s8_a_create_that_names_anothers_post_brings_no_audience_of_its_own() -> None:
    planted = activity("Create", THEIRS, to=[PUBLIC], cc=[SECRETARIAT])
    real = note(id=THEIRS, attributedTo=MALLORY, to=[f"{MALLORY}/followers"], cc=[])
    found = receiving(planted, fetched={THEIRS: real}, owner=7)
    assert isinstance(found, Create)
    assert (found.note.to, found.note.cc, found.reader) == ((f"{MALLORY}/followers",), (), 0)


def test_s9_an_author_on_another_host_than_the_post_is_refused() -> None:
    assert code(receiving(activity("Create", note(attributedTo=MALLORY)))) == "not_owner"
    foreign = note(id=THEIRS, attributedTo=SOLVEIG)
    planted = activity("Create", THEIRS)
    assert code(receiving(planted, fetched={THEIRS: foreign})) == "other_author"


@pytest.mark.parametrize("verb", ["Create", "Update"])
def test_a_post_that_names_no_author_is_who_sends_it_and_on_no_other_host(verb: str) -> None:
    unsigned = note(attributedTo=None)
    found = receiving(activity(verb, unsigned))
    assert isinstance(found, Create | Update)
    assert found.note is not None
    assert found.note.attributed_to == SOLVEIG
    assert receiving(activity(verb, {**unsigned, "id": THEIRS})) == Need(
        (THEIRS,), verb == "Update"
    )
    passed_on = {**unsigned, "id": THEIRS}
    assert code(receiving(activity(verb, THEIRS), fetched={THEIRS: passed_on})) == "other_author"


def test_s9_an_update_by_somebody_else_on_the_same_host_is_refused() -> None:
    theirs = note(attributedTo=f"{HOST}/users/annen")
    assert code(receiving(activity("Update", theirs))) == "not_owner"


def test_s9_an_actor_can_only_update_itself() -> None:
    other = {"id": f"{HOST}/users/annen", "type": "Person", "preferredUsername": "annen",
             "inbox": f"{HOST}/users/annen/inbox"}  # fmt: skip
    assert code(receiving(activity("Update", other))) == "not_owner"
    itself = {**other, "id": SOLVEIG}
    assert isinstance(receiving(activity("Update", itself)), Update)


def test_s9_an_update_of_another_hosts_actor_is_asked_of_that_host() -> None:
    theirs = {"id": MALLORY, "type": "Person", "preferredUsername": "m", "inbox": f"{MALLORY}/in"}
    assert receiving(activity("Update", theirs)) == Need((MALLORY,), fresh=True)
    found = receiving(activity("Update", theirs), fetched={MALLORY: theirs})
    assert isinstance(found, Update)
    assert found.actor == MALLORY


def test_a_create_by_id_alone_is_fetched() -> None:
    wanted = activity("Create", f"{HOST}/posts/1")
    assert receiving(wanted) == Need((f"{HOST}/posts/1",))
    assert isinstance(receiving(wanted, fetched={f"{HOST}/posts/1": note()}), Create)


def test_what_its_owner_no_longer_has_is_not_created() -> None:
    uri = f"{HOST}/posts/1"
    assert code(receiving(activity("Create", uri), fetched={uri: None})) == "gone"


def test_an_object_without_id_is_refused() -> None:
    assert code(receiving(activity("Create", note(id=None)))) == "no_object"
    assert code(receiving(activity("Create", None))) == "no_object"


# -- S10, S36: ids and hosts


@pytest.mark.parametrize("id", ["https://annen.example/a/1", "https://sub.avis.example/a/1",
                                "https://avis.example:8443/a/1", "http://avis.example.ond.example/",
                                "https://avis.example.:443/a/1"])  # fmt: skip
def test_s36_an_activity_id_on_another_host_than_the_actor_is_refused(id: str) -> None:
    assert code(receiving(activity("Like", OUR_POST, id=id))) == "other_host"


@pytest.mark.parametrize("id", ["https://avis.example@ond.example/a", "https://avis.example\\a",
                                "https://avis.example /a", "https://", "//avis.example/a", "a1",
                                "javascript:alert(1)", "https://avis.example\u0009/a",
                                "https://[fe80::1%25eth0]/a", "https://0x7f.1/a"])  # fmt: skip
def test_s10_an_id_that_readers_understand_differently_is_none(id: str) -> None:
    assert code(receiving(activity("Like", OUR_POST, id=id))) == "no_id"


# -- S37: ids of ours


@pytest.mark.parametrize("spelling", ["https://by.example/posts/1", "https://BY.example/posts/1",
                                      "https://by.example:443/posts/1", "https://by.example./x",
                                      "http://by.example/x", "https://ｂｙ.example/x",
                                      "https://by%2Eexample/x", "https://by.example"])  # fmt: skip
def test_s37_every_spelling_of_our_host_is_ours(spelling: str) -> None:
    assert ours(spelling, URLS)


@pytest.mark.parametrize("other", ["https://by.example.ond.example/", "https://xby.example/", "",
                                   "https://by.example:8443/", "acct:kari@by.example"])  # fmt: skip
def test_s37_other_hosts_are_not_ours(other: str) -> None:
    assert not ours(other, URLS)


@pytest.mark.parametrize("verb", ["Create", "Update"])
@pytest.mark.parametrize("author", [SOLVEIG, SECRETARIAT])
def test_s37_a_post_of_ours_from_outside_is_never_taken(verb: str, author: str) -> None:
    planted = note(id=OUR_POST, attributedTo=author)
    assert code(receiving(activity(verb, planted))) == "local_id"
    assert code(receiving(activity(verb, OUR_POST))) == "local_id"


def test_s37_an_activity_with_an_id_or_actor_of_ours_is_refused() -> None:
    assert code(receiving(activity("Like", OUR_POST, id=URLS.activity(5)))) == "local_id"
    mine = activity("Like", OUR_POST, actor=SECRETARIAT)
    assert code(receiving(mine, signer=SECRETARIAT)) == "local_id"


def test_s37_a_document_fetched_elsewhere_cannot_claim_an_id_of_ours() -> None:
    read = parse.note(note(id=OUR_POST, attributedTo=SECRETARIAT), URLS)
    assert owned_note(read, URLS) is not None
    document = {"id": SOLVEIG, "type": "Person", "preferredUsername": "s", "inbox": f"{SOLVEIG}/in"}
    assert owned_actor(parse.profile(document).actor, URLS) is None
    ours_as_inbox = {**document, "inbox": URLS.shared_inbox()}
    with pytest.raises(Invalid) as refused:
        parse.profile(ours_as_inbox)
    assert refused.value.code == "foreign_inbox"
    ours_entirely = parse.profile({**ours_as_inbox, "id": URLS.actor(1)}).actor
    assert owned_actor(ours_entirely, URLS) is not None


# -- trial 33


def test_trial_33_a_delete_of_anothers_post_is_refused() -> None:
    assert code(receiving(activity("Delete", THEIRS))) == "not_owner"
    assert code(receiving(activity("Delete", OUR_POST))) == "not_owner"


def test_trial_33_a_forged_copy_in_an_announce_is_not_looked_at() -> None:
    forged = note(id=THEIRS, attributedTo=MALLORY, content="<p>aldri sagt</p>")
    found = receiving(activity("Announce", forged))
    assert getattr(found, "object", None) == THEIRS
    assert "aldri" not in repr(found)


# -- FEP-1b12: activities inside an Announce


def wrapped(inner: dict[str, object]) -> dict[str, object]:
    return activity("Announce", inner, id=f"{GROUP}/announce/1", actor=GROUP)


def test_a_wrapped_create_from_the_groups_own_host_is_believed() -> None:
    author, uri = "https://gruppe.example/u/tore", "https://gruppe.example/post/1"
    inner = activity("Create", note(id=uri, attributedTo=author), id=f"{uri}/create", actor=author)
    found = receiving(wrapped(inner), signer=GROUP)
    assert isinstance(found, Create)
    assert (found.actor, found.note.uri, found.fetched) == (author, uri, False)


def test_a_wrapped_create_from_elsewhere_is_fetched_from_there() -> None:
    inner = activity("Create", note(content="<p>lagt i munnen</p>"))
    assert receiving(wrapped(inner), signer=GROUP) == Need((f"{HOST}/posts/1",))
    found = receiving(wrapped(inner), signer=GROUP, fetched={f"{HOST}/posts/1": note()})
    assert isinstance(found, Create)
    assert (found.actor, found.note.content) == (SOLVEIG, "<p>Hei</p>")


def test_a_wrapped_like_from_elsewhere_is_fetched_from_there() -> None:
    inner = activity("Like", OUR_POST)
    assert receiving(wrapped(inner), signer=GROUP) == Need((f"{HOST}/activities/1",))
    uri = f"{HOST}/activities/1"
    found = receiving(wrapped(inner), signer=GROUP, fetched={uri: inner})
    assert isinstance(found, Like)
    for other in ({**inner, "actor": f"{HOST}/users/annen"}, {**inner, "id": f"{uri}0"}):
        refused = receiving(wrapped(inner), signer=GROUP, fetched={uri: other})
        assert code(refused) == "other_document"
    assert code(receiving(wrapped(inner), signer=GROUP, fetched={uri: None})) == "gone"


@pytest.mark.parametrize("verb", ["Update", "Delete"])
def test_what_a_group_says_overwrites_or_removes_is_asked_of_the_owner(verb: str) -> None:
    author, uri = "https://gruppe.example/u/tore", "https://gruppe.example/post/1"
    inner = activity(verb, note(id=uri, attributedTo=author), id=f"{uri}/{verb}", actor=author)
    assert receiving(wrapped(inner), signer=GROUP) == Need((uri,), fresh=True)


def test_s9_what_a_wrapped_undo_takes_back_is_what_its_owner_says() -> None:
    uri = f"{HOST}/activities/1"
    said = activity("Undo", {"id": f"{HOST}/likes/1", "type": "Like"}, id=uri)
    real = activity("Undo", {"id": f"{HOST}/follows/1", "type": "Follow"}, id=uri)
    assert code(receiving(wrapped(said), signer=GROUP, fetched={uri: real})) == "wrapped_kind"


@pytest.mark.parametrize("inner", [
    activity("Follow", SECRETARIAT),
    activity("Block", SECRETARIAT),
    activity("Move", SOLVEIG, target=MALLORY),
    activity("Announce", OUR_POST),
    activity("Undo", activity("Follow", SECRETARIAT)),
    activity("Undo", f"{HOST}/activities/2"),
    activity("Lock", OUR_POST),
])  # fmt: skip
def test_whom_others_follow_or_block_is_not_a_groups_to_tell(inner: dict[str, object]) -> None:
    assert code(receiving(wrapped(inner), signer=GROUP)) == "wrapped_kind"


def test_a_wrapped_activity_needs_an_id_on_its_own_actors_host() -> None:
    inner = activity("Like", OUR_POST, actor=MALLORY)
    assert code(receiving(wrapped(inner), signer=GROUP)) == "other_host"


def test_a_wrapped_activity_of_ours_is_not_taken_back_in() -> None:
    inner = activity("Create", note(id=OUR_POST), id=URLS.activity(3), actor=SECRETARIAT)
    assert code(receiving(wrapped(inner), signer=GROUP)) == "local_id"


# -- forwarded, without anything to ask for


def test_what_is_forwarded_without_an_id_to_ask_for_is_refused() -> None:
    assert code(receiving(activity("Create", None), signer=MALLORY)) == "no_object"
    assert code(receiving(activity("Create", OUR_POST), signer=MALLORY)) == "local_id"
    assert code(receiving(activity("Delete", THEIRS), signer=MALLORY)) == "not_owner"


def test_a_host_without_a_canonical_form_is_nobodys() -> None:
    assert not ours("https://1.2.3/posts/1", URLS)
