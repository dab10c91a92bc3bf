"""Frames made by hand are those that a WebSocket library makes and reads."""

import pytest
from websockets.frames import Frame, Opcode

from fedi.net.frames import frame_of


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 200_000])
def test_a_frame_is_the_librarys_own(size: int) -> None:
    text = b"x" * size
    assert frame_of(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
