"""What a draft looks like in our own API."""

import msgspec
import pytest

from fedi.native.drafting import ChangedDraft, NewDraft, colleague
from tests.people import PERSON_KARI


def test_a_change_says_of_which_version_it_is() -> None:
    with pytest.raises(msgspec.ValidationError, match="version"):
        msgspec.convert({"text": "Hei"}, ChangedDraft)
    assert msgspec.convert({"text": "Hei", "version": 2}, ChangedDraft).version == 2


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="visibility"):
        msgspec.convert({"text": "Hei", "visibility": "public"}, NewDraft)
    with pytest.raises(msgspec.ValidationError, match="audience"):
        msgspec.convert({"text": "Hei", "audience": "group"}, NewDraft)


def test_a_colleague_is_told_by_name() -> None:
    told = colleague(PERSON_KARI)
    assert (told.id, told.username) == (f"{PERSON_KARI.id:018d}", "kari")
