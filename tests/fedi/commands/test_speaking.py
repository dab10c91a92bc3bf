"""What a command says is one thing, in order, and moves nobody's cursor."""

from actors.errors import Forbidden, TooMany, Unavailable
from fedi.commands.speaking import exit_code, moment, printable
from fedi.config import ConfigError
from fedi.store.engine import CannotOpen
from tests.fedi.house_on_disk import HouseOnDisk


def test_text_of_others_cannot_steer_a_terminal() -> None:
    assert printable("Hei\x1b[2J\u202eda\n") == "Hei�[2J�da\n"


def test_each_kind_of_failure_has_its_code() -> None:
    assert exit_code(ConfigError("x")) == 78
    assert exit_code(Unavailable("x")) == 75
    assert exit_code(CannotOpen("x", code="already_runs")) == 75
    assert exit_code(CannotOpen("x")) == 1
    assert exit_code(Forbidden("x")) == exit_code(TooMany("x")) == 1


def test_no_time_is_a_dash() -> None:
    assert moment(None) == moment(0) == "-"
    assert moment(1_764_000_000_000).startswith("2025-11-24 ")


def test_a_table_stands_in_columns(house: HouseOnDisk) -> None:
    lines = house.run("department", "list").stdout.splitlines()
    assert lines[0].split() == ["handle", "name", "exposure", "uri"]
    assert lines[1].startswith("ikt_teamet  IKT-teamet")
