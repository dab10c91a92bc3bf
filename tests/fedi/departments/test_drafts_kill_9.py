"""An approval cut off by kill -9 has published nothing or all, and can be done again."""

import signal
import subprocess
import sys

import pytest

from actors.drafts import DraftState
from fedi.departments.drafts import Drafts
from tests.fedi.departments.test_drafts import count, desk, handed_in  # noqa: F401
from tests.people import PERSON_KARI, Nordvik
from tests.running import run

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_approval_that_is_killed_is_whole_or_none(
    database: str,
    nordvik: Nordvik,
    desk: Drafts,  # noqa: F811
    when: str,
) -> None:
    made, before = handed_in(desk), count(nordvik, "post")
    program = [sys.executable, "-m", "tests.fedi.departments.approving"]
    given = [database, str(made.id), str(PERSON_KARI.id), when, str(nordvik.clock.now() + 1)]
    ended = subprocess.run([*program, *given], capture_output=True, text=True, timeout=60)
    assert ended.returncode == -signal.SIGKILL, ended.stderr[-2000:]
    found = run(desk.find(made.id))
    if when == "before":
        assert found == made
        assert count(nordvik, "post") == before
    else:
        assert found.state is DraftState.PUBLISHED
    assert run(desk.approve(found, PERSON_KARI.id)).state is DraftState.PUBLISHED
    assert count(nordvik, "post") == before + 1
