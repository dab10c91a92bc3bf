"""Canonical JSON is the same whichever way it is written."""

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from actors.signatures.canonical import canonical

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53) + 1, (1 << 53) - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


@given(DOCUMENTS)
def test_every_document_has_one_canonical_form(document: object) -> None:
    assert canonical(document) == rfc8785.dumps(document)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["\U0001f600", "\ufb33", "€", "æ", "~", "\x7f", '"', "\\", "/"])
def test_names_are_in_the_order_of_the_standard(name: str) -> None:
    document = {name: 1, "\uffff": 2, "z": 3, "Z": 4, "": 5, "@id": 6}
    assert canonical(document) == rfc8785.dumps(document)


def test_every_character_is_written_as_the_standard_says() -> None:
    text = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x10000), 0x1F600]))
    assert canonical(text) == rfc8785.dumps(text)


@pytest.mark.parametrize("value", [float("nan"), 1 << 53, b"bytes", {1: 2}, {"a": {3}}, "\ud800"])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical(value)
    with pytest.raises((ValueError, TypeError)):
        canonical({"in": [value]})
