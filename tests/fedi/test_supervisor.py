"""Which process does what. Starting, stopping and refusing is tried in test_starting.py."""

import signal
from pathlib import Path

import pytest

from fedi.config import ConfigError, load
from fedi.store.engine import CannotOpen
from fedi.supervisor import ROLES, ending, listening, plan, serve


def roles(processes: int, *only: str) -> list[tuple[str, ...]]:
    return [one.roles for one in plan(processes, only)]


def test_three_processes_keep_delivery_away_from_the_pages() -> None:
    assert roles(3) == [("web",), ("outbox",), ("jobs", "inbox")]


def test_one_process_does_everything() -> None:
    assert roles(1) == [ROLES[:-1]]


def test_two_processes_keep_the_pages_to_themselves() -> None:
    assert roles(2) == [("web",), ("outbox", "jobs", "inbox")]


def test_more_processes_are_more_of_the_web() -> None:
    assert roles(5)[3:] == [("web",), ("web",)]


def test_streaming_is_beside_the_others_and_alone() -> None:
    assert [one.roles for one in plan(3, streaming=2)][3:] == [("streaming",), ("streaming",)]
    assert [one.roles for one in plan(1, streaming=1)] == [ROLES[:-1], ("streaming",)]
    assert [one.roles for one in plan(3, ["streaming"], streaming=2)] == [("streaming",)] * 2
    assert [one.roles for one in plan(2, ["web"], streaming=2)] == [("web",), ("web",)]


def test_streaming_needs_an_address_to_be_alone() -> None:
    config = load(None, {"FEDI_SERVER__ORIGIN": "https://social.example.org"})
    with pytest.raises(ConfigError, match=r"\[streaming\] listen is not set"):
        serve(config, processes=1, only=["streaming"])


@pytest.mark.parametrize("role", ROLES[:-1])
def test_one_role_alone_is_all_that_a_machine_runs(role: str) -> None:
    assert {one for some in roles(3, role) for one in some} == {role}


def test_how_a_process_ended_is_said_in_words() -> None:
    assert ending(70 << 8) == "ended (code 70)"
    assert ending(signal.SIGKILL) == "was killed (SIGKILL)"


def test_what_is_no_socket_is_not_taken_away_to_listen_there(tmp_path: Path) -> None:
    precious = tmp_path / "web.sock"
    precious.write_text("precious")
    with pytest.raises(CannotOpen, match="is no socket"):
        listening(f"unix:{precious}")
    assert precious.read_text() == "precious"
