"""What we send, byte for byte as it was last reviewed.

FEDI_REWRITE_GOLDEN=1 writes the files anew; the difference is then read in review.
"""

import json
import os
from pathlib import Path

import pytest

from tests.outbox.shapes import every

GOLDEN = Path(__file__).parent.parent / "wire" / "ours"
SHAPES = every()


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_what_was_reviewed(name: str) -> None:
    file = GOLDEN / f"{name}.json"
    text = json.dumps(SHAPES[name], indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("FEDI_REWRITE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert json.loads(file.read_text(encoding="utf-8")) == SHAPES[name]


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*.json")} == set(SHAPES)
