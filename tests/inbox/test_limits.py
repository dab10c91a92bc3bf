"""The caps themselves; that each does what it says is tested where it is applied."""

import re
from pathlib import Path

from actors import documents, handles
from inbox import limits
from inbox.limits import LIMITS

ROOM = Path(limits.__file__).parent


def test_every_cap_says_what_it_is_of_and_what_exceeding_it_does() -> None:
    assert len(LIMITS) > 25
    for limit in LIMITS:
        assert limit.size > 0
        assert limit.what
        assert limit.unit in {"characters", "items", "posts", "pages", "actors"}
        assert limit.consequence.endswith(".")
    assert len({limit.what for limit in LIMITS}) == len(LIMITS)


def test_every_cap_is_applied_somewhere() -> None:
    source = "".join(path.read_text() for path in ROOM.rglob("*.py") if path.stem != "limits")
    names = [name for name, value in vars(limits).items() if isinstance(value, limits.Limit)]
    unused = [name for name in names if not re.search(rf"\blimits\.{name}\b", source)]
    assert unused == []


def test_caps_that_others_apply_agree_with_theirs() -> None:
    assert limits.USERNAME.size == handles.REMOTE_USERNAME_MAX
    assert limits.URI.size <= handles.URL_MAX
    assert limits.CONTENT.size < documents.MAX_BYTES
