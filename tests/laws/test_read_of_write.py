"""Law: reading what was written gives the same record. It binds each pair of same-named files."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actors import activities
from actors.documents import read_document
from inbox import parse
from inbox.activities import read
from outbox.activities import WRITERS, write
from tests.examples import examples
from tests.laws.records import HERE, THERE, VERBS, actors_there, several

ROOT = Path(__file__).parent.parent.parent


def carried(activity: Any, named: tuple[str, ...]) -> Any:
    """The record as it is on the other server, after it has been bytes."""
    raw = msgspec.json.encode(write(activity, HERE, named))
    return read(parse.activity(read_document(raw)), THERE)


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_law_reading_what_was_written_gives_the_same_record(verb: str, data: st.DataObject) -> None:
    activity = data.draw(VERBS[verb])
    named = data.draw(several(actors_there))
    assert carried(activity, named) == activity


def test_every_verb_is_written_and_read_by_a_file_of_its_name() -> None:
    files = [
        {file.stem for file in (ROOT / room / "activities").glob("*.py")} - {"__init__"}
        for room in ("actors", "inbox", "outbox")
    ]
    assert files[0] == files[1] == files[2] == set(VERBS)
    assert set(WRITERS) == set(activities.RULES)
    for record, writer in WRITERS.items():
        assert writer.__name__ == f"outbox.activities.{record.__name__.lower()}"
