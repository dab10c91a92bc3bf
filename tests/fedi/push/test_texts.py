"""Base64 as apps write it: either alphabet, padded or not, and nothing else."""

import pytest

from fedi.push.texts import from_base64, to_base64


@pytest.mark.parametrize("data", [b"", b"\xff", b"\xfb\xff", b"\x00\x01\x02", bytes(range(65))])
def test_what_is_written_is_read_again(data: bytes) -> None:
    assert from_base64(to_base64(data)) == data


@pytest.mark.parametrize("text", ["-_8", "-_8=", "+/8=", " +/8 "])
def test_either_alphabet_is_read_with_padding_or_without(text: str) -> None:
    assert from_base64(text) == b"\xfb\xff"


@pytest.mark.parametrize("text", ["a", "abc!", "ab c", "æøå", "ab=c", "abcde"])
def test_anything_else_is_nothing(text: str) -> None:
    assert from_base64(text) is None
