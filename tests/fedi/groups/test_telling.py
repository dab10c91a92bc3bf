"""What a group says to somebody, in the language they read."""

import pytest

from fedi.groups.telling import words

LANGUAGES = ("nb", "nn", "se", "en")


@pytest.mark.parametrize("what", ["invited", "removed"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_whom_it_is_said_to_and_the_group(language: str, what: str) -> None:
    text, spoken = words(language, what, to="ola", by="Kari", group="Turgruppa", handle="turgruppa")
    assert spoken == language
    assert text.startswith("@ola ")
    assert "Turgruppa" in text
    assert ("@turgruppa" in text) is (what == "invited")


def test_each_language_has_words_of_its_own_and_others_have_bokmal() -> None:
    said = {words(one, "removed", to="o", group="G", handle="g")[0] for one in LANGUAGES}
    assert len(said) == len(LANGUAGES)
    assert words("fr", "removed", to="o", group="G", handle="g")[1] == "nb"
