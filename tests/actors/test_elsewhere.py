"""Groups of other servers: which are closed, what they say, where a post for them goes."""

from dataclasses import replace

from actors.effects import Send
from actors.elsewhere import hosts_of, in_outbox, is_closed, is_elsewhere, listed, sent, to_groups
from actors.people import ActorKind
from actors.posts import Post, Visibility
from actors.verbs import Delete
from tests.people import ALLE, KARI, NOW, URLS, theirs

THERE = replace(
    theirs(50, "klubb", "sor.test", shares_groups=True, locked=True),
    kind=ActorKind.GROUP,
    outbox="https://sor.test/users/klubb/outbox",
)


def test_a_closed_group_is_one_of_a_server_that_says_so_and_lets_people_in() -> None:
    assert is_elsewhere(THERE)
    assert not is_elsewhere(ALLE)
    assert is_closed(THERE)
    assert not is_closed(replace(THERE, shares_groups=False))
    assert not is_closed(replace(THERE, locked=False))


def test_only_a_group_like_ours_speaks_of_its_own_lists() -> None:
    assert listed(THERE, hosts_of(THERE.uri))
    assert in_outbox(THERE, THERE.outbox)
    for target in ("", "https://evil.test/users/klubb/hosts"):
        assert not listed(THERE, target)
        assert not in_outbox(THERE, target)
    assert not listed(replace(THERE, shares_groups=False), hosts_of(THERE.uri))


def test_a_post_for_a_closed_group_elsewhere_is_sent_to_the_group_alone() -> None:
    group = Visibility.GROUP
    post = Post(id=5, uri=URLS.post(5), author_id=KARI.id, visibility=group, published=NOW)
    said = Delete(uri=URLS.activity(6), actor=KARI.uri, object=post.uri)
    (send,) = sent((THERE, ALLE), said, KARI, post)
    assert isinstance(send, Send)
    assert (send.recipients.actors, send.recipients.followers_of) == ((THERE.id,), None)
    assert sent((ALLE,), said, KARI, post) == ()


def test_a_group_is_addressed_and_not_only_told() -> None:
    assert to_groups(("a",), ("b", "g"), ("g",)) == (("a", "g"), ("b",))
    assert to_groups(("g",), (), ("g",)) == (("g",), ())
