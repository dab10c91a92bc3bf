"""The command line as a whole: quick, plain about its failures, JSON wherever it is asked for."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from fedi.cli import Commands, main
from tests.fedi.house_on_disk import FEDI, HouseOnDisk

HEAVY = ("asyncio", "cryptography", "httpx2", "starlette", "uvicorn", "jinja2", "sqlite3", "pyld")


def every_command(group: click.Group, path: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += every_command(command, f"{path}{name} ")
        else:
            found.append((path + name, command))
    return found


@pytest.mark.parametrize(("name", "command"), every_command(main))
def test_every_command_speaks_json_and_says_what_it_does(name: str, command: click.Command) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options, name
    assert command.help, name


def test_the_version_is_said() -> None:
    done = subprocess.run([FEDI, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("fedi 0.")


def test_a_module_can_be_run_as_well() -> None:
    command = [sys.executable, "-m", "fedi", "--version"]
    assert subprocess.run(command, capture_output=True, check=True).stdout.startswith(b"fedi ")


def test_loading_the_command_line_loads_nothing_heavy() -> None:
    look = f"import sys, fedi.cli; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_misuse_is_one_line_and_code_2(tmp_path: Path) -> None:
    house = HouseOnDisk(tmp_path)
    assert "See `fedi serve --help`" in house.fails("serve", "--rol", "web", code=2)
    assert "No such command" in house.fails("pots", code=2)
    assert "--person" in house.fails("token", "create", "--as", "x", code=2)


def test_without_a_configuration_it_is_said_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if Path("/etc/fedi/config.toml").exists():
        pytest.skip("this machine has a configuration of its own")
    assert "fedi init" in HouseOnDisk(tmp_path).fails("hosts", code=78)


def test_the_configuration_that_cannot_be_used_is_named(house: HouseOnDisk) -> None:
    file = house.folder / "config.toml"
    written = file.read_text()
    for wrong in (written.replace("processes = 3", "processes = 0"), "[server]\norigin = ''\n"):
        file.write_text(wrong)
        assert house.fails("hosts", code=78).startswith(f"fedi: {file}: [server] ")


def test_the_list_of_commands_tells_whole_sentences(tmp_path: Path) -> None:
    for words in ((), ("person",), ("actor",)):
        told = HouseOnDisk(tmp_path).run(*words, "--help").output
        assert "..." not in told.partition("Commands:")[2]


def test_a_setting_that_nobody_knows_is_refused_with_a_suggestion(house: HouseOnDisk) -> None:
    house.more["FEDI_SERVER__ORIGINN"] = "x"
    assert "FEDI_SERVER__ORIGIN" in house.fails("hosts", code=78)


def test_without_a_database_it_is_said_how_to_make_one(house: HouseOnDisk) -> None:
    (house.folder / "fedi.db").unlink()
    told = house.fails("hosts")
    assert "For a new server run `fedi init`" in told
    assert "disk is mounted" in told  # a second house under this origin would be a stranger


def test_another_origin_than_the_founded_one_is_refused(house: HouseOnDisk) -> None:
    house.more["FEDI_SERVER__ORIGIN"] = "http://127.0.0.1:20598"
    assert "founded as http://127.0.0.1:20599" in house.fails("hosts", code=78)


def test_what_the_system_refuses_is_no_fault_of_ours(house: HouseOnDisk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told = house.fails("backup", str(tmp_path / "file" / "backup"))
    assert told.startswith("fedi: ")
    assert "Not a directory" in told
    assert "fault of ours" not in told


def test_what_belongs_to_another_user_says_who_should_run_it() -> None:
    @click.group(cls=Commands)
    def group() -> None: ...

    @group.command()
    def touch() -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "/var/lib/fedi")

    done = CliRunner().invoke(group, ["touch"])
    assert done.exit_code == 1
    assert "/var/lib/fedi: Permission denied. Run this as the user whose that is" in done.stderr


def test_trouble_is_json_too_where_that_is_wanted(house: HouseOnDisk) -> None:
    done = house.run("post", "--as", "nobody", "Hei", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["error"] == "not_found"
    assert done.stderr.startswith("fedi: There is no department or person 'nobody'")


def test_an_answer_after_an_answer_in_json_is_for_people_again(house: HouseOnDisk) -> None:
    house.fedi("hosts")
    assert house.run("hosts").stdout == "Nothing was delivered to anyone yet.\n"


@pytest.mark.whole
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_a_reader_who_has_had_enough_is_no_trouble(house: HouseOnDisk, more: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [FEDI, "department", "list", *more],
        stdout=write,
        stderr=subprocess.PIPE,
        env=house.environment,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")
