"""Expanded JSON-LD in plain words. tests/wire/jsonld-1.1 has whole documents of it."""

from typing import Any

import pytest

from actors.errors import Invalid
from inbox.expanded import in_plain_words, under_usual_terms

AS = "https://www.w3.org/ns/activitystreams#"


def plain(**words: Any) -> dict[str, Any]:
    return in_plain_words([{f"{AS}{word}": values for word, values in words.items()}])


@pytest.mark.parametrize(
    "expanded", [[], [{}, {}], [{"@value": 1}], [{"@id": "https://a.test"}], [7]]
)
def test_what_is_not_one_object_is_refused(expanded: list[Any]) -> None:
    with pytest.raises(Invalid):
        in_plain_words(expanded)


def test_words_of_nobody_are_left_out() -> None:
    assert in_plain_words([{"https://x.test/ns#actor": [{"@id": "https://a.test"}]}]) == {}


def test_words_of_the_fediverse_keep_their_names() -> None:
    toot, misskey = "http://joinmastodon.org/ns#", "https://misskey-hub.net/ns#"
    found = in_plain_words(
        [{f"{toot}votersCount": [{"@value": 3}], f"{misskey}_misskey_reaction": [{"@value": "x"}]}]
    )
    assert found == {"votersCount": 3, "_misskey_reaction": "x"}


def test_a_word_that_another_vocabulary_has_too_is_not_ours() -> None:
    assert in_plain_words([{"http://schema.org/name": [{"@value": "Annet"}]}]) == {}


def test_text_in_languages_becomes_a_map_beside_the_text_without() -> None:
    tagged = [{"@value": "Hei", "@language": "nb"}, {"@value": "Hello"}]
    assert plain(content=tagged) == {"content": "Hello", "contentMap": {"nb": "Hei"}}
    assert plain(name=tagged[:1]) == {"name": "Hei", "nameMap": {"nb": "Hei"}}


def test_a_list_keeps_its_order_and_its_name() -> None:
    two = [{"@list": [{"@id": "https://a.test/2"}, {"@id": "https://a.test/1"}]}]
    assert plain(items=two) == {"orderedItems": ["https://a.test/2", "https://a.test/1"]}
    assert plain(items=[{"@id": "https://a.test/2"}]) == {"items": "https://a.test/2"}


def test_the_usual_contexts_stand_before_the_document_s_own() -> None:
    own = {"tekst": "as:content"}
    for given in (own, [own]):
        assert under_usual_terms({"@context": given})["@context"][-1] == own
    assert len(under_usual_terms({})["@context"]) == 3
