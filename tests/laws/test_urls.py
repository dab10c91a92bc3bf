"""Law: what a URL of ours was made from is what it is read as, and nothing else is ours."""

from hypothesis import given
from hypothesis import strategies as st

from actors.urls import ACTOR_PARTS, POST_PARTS, Local, Urls

URLS = Urls("https://sosial.nordvik.test", "nordvik.test")
ids = st.integers(0, (1 << 63) - 1)
names = st.text(min_size=1, max_size=30).filter(lambda name: "/" not in name)


@given(ids, st.sampled_from(["", *sorted(ACTOR_PARTS)]))
def test_an_actor_and_its_parts(id: int, part: str) -> None:
    assert URLS.parse(URLS.actor(id, part)) == Local("actor", id=id, part=part)


@given(ids, st.sampled_from(["", *sorted(POST_PARTS)]))
def test_a_post_and_its_parts(id: int, part: str) -> None:
    assert URLS.parse(URLS.post(id, part)) == Local("post", id=id, part=part)


@given(ids)
def test_an_activity_and_a_conversation(id: int) -> None:
    assert URLS.parse(URLS.activity(id)) == Local("activity", id=id)
    assert URLS.parse(URLS.context(id)) == Local("context", id=id)
    assert URLS.parse(URLS.collection(id)) == Local("collection", id=id)
    assert URLS.parse(URLS.stamp(id)) == Local("stamp", id=id)


@given(ids, st.from_regex(r"[a-z0-9-]{1,20}", fullmatch=True))
def test_a_key_of_an_actor(id: int, name: str) -> None:
    key = URLS.key(URLS.actor(id), name)
    assert URLS.parse(key) == Local("actor", id=id, part=name)


@given(names)
def test_what_has_a_name(name: str) -> None:
    assert URLS.parse(URLS.profile(name)) == Local("profile", name=name)
    assert URLS.parse(URLS.tag(name)) == Local("tag", name=name)
    assert URLS.parse(URLS.media(name)) == Local("media", name=name)


@given(st.text(max_size=60))
def test_anything_else_is_read_as_nothing_or_as_itself(text: str) -> None:
    for url in (text, f"{URLS.origin}{text}", f"{URLS.origin}.evil.test/{text}"):
        found = URLS.parse(url)
        if found is not None:
            assert URLS.is_local(url)


@given(st.sampled_from(["https://nordvik.test", "http://sosial.nordvik.test"]), ids)
def test_another_origin_is_another_house(origin: str, id: int) -> None:
    other = Urls(origin, "nordvik.test")
    assert URLS.parse(other.actor(id)) is None
    assert not URLS.is_local(other.actor(id))
