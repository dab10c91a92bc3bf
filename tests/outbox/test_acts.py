"""Everything ours do besides posting, as records with ids of their own."""

from dataclasses import replace

from actors.posts import Visibility
from actors.relationships import Reaction, Relation, RelationKind
from actors.verbs import Undo
from actors.vocabulary import PUBLIC
from outbox.acts import Acting
from tests.outbox.cast import ALICE, LEDERGRUPPEN, LEDERGRUPPEN_PROFILE, NOTICE, NOW, URLS, post

ME = Acting(actor=LEDERGRUPPEN, urls=URLS, id=700, person=7)
FOLLOW = Relation(
    kind=RelationKind.FOLLOW, source_id=1, target_id=2, uri="https://mastodon.test/follows/1"
)


def test_each_act_has_the_id_it_was_given_and_says_who_acted() -> None:
    acts = [
        ME.like(NOTICE),
        ME.follow(ALICE),
        ME.block(ALICE),
        ME.pin(NOTICE),
        ME.unpin(NOTICE),
        ME.close(),
        ME.remove(NOTICE),
        ME.accept(FOLLOW, ALICE),
        ME.reject(FOLLOW, ALICE),
        ME.unfollow(FOLLOW, ALICE),
        ME.unblock(FOLLOW, ALICE),
        ME.boost(NOTICE, LEDERGRUPPEN, NOW),
        ME.vote(NOTICE, "Ja"),
        ME.change(LEDERGRUPPEN_PROFILE),
    ]
    assert {act.uri for act in acts} == {URLS.activity(700)}
    assert {act.actor for act in acts} == {LEDERGRUPPEN.uri}
    assert {act.person for act in acts} == {7}


def test_a_boost_reaches_the_followers_and_the_author() -> None:
    boost = ME.boost(NOTICE, ALICE, NOW)
    assert (boost.to, boost.cc) == ((PUBLIC,), (LEDERGRUPPEN.followers, ALICE.uri))
    narrow = ME.boost(NOTICE, LEDERGRUPPEN, NOW, Visibility.FOLLOWERS)
    assert PUBLIC not in (*narrow.to, *narrow.cc)


def test_what_is_taken_back_is_named_by_its_own_uri() -> None:
    boost = replace(post(5, LEDERGRUPPEN), uri=URLS.activity(5), boost_of=1)
    liked = Reaction(post_id=1, actor_id=2, content="🎉", uri=URLS.activity(6))
    assert ME.unboost(boost, "https://a.test/1") == Undo(
        uri=ME.uri,
        actor=LEDERGRUPPEN.uri,
        object=URLS.activity(5),
        kind="Announce",
        target="https://a.test/1",
        person=7,
    )
    assert ME.unlike(liked, "https://a.test/1").content == "🎉"
    assert ME.unfollow(FOLLOW, ALICE).object == FOLLOW.uri


def test_an_answer_names_the_follow_and_who_asked() -> None:
    for answer in (ME.accept(FOLLOW, ALICE), ME.reject(FOLLOW, ALICE)):
        assert (answer.object, answer.follower) == (FOLLOW.uri, ALICE.uri)


def test_a_ballot_has_a_uri_of_its_own() -> None:
    vote = ME.vote(NOTICE, "Ja")
    assert vote.note != vote.uri
    assert vote.note.startswith(URLS.origin)


def test_a_report_names_the_actor_first() -> None:
    assert ME.report(ALICE, (NOTICE,), "Sjikane").objects == (ALICE.uri, NOTICE.uri)


def test_pins_go_into_the_actor_s_own_collection() -> None:
    assert ME.pin(NOTICE).target == ME.unpin(NOTICE).target == LEDERGRUPPEN.featured


def test_who_ends_or_moves_does_it_to_itself() -> None:
    assert ME.close().object == LEDERGRUPPEN.uri
    assert (ME.move(ALICE).object, ME.move(ALICE).target) == (LEDERGRUPPEN.uri, ALICE.uri)
