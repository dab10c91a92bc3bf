"""Reading and writing config.toml: files, the environment, and sentences for the operator."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from fedi.config import Config, ConfigError, find_config, load, parse, write_config
from fedi.config.reading import documented_text, filled

ORIGIN = {"FEDI_SERVER__ORIGIN": "https://social.example.org"}


def sentence(tables: dict[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(tables)
    return caught.value.sentence


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        load(None, {**ORIGIN, **environ})
    return caught.value.sentence


def test_the_documented_file_holds_exactly_the_defaults() -> None:
    assert parse(tomllib.loads(documented_text())) == Config()


def test_an_unknown_setting_is_refused_with_a_suggestion() -> None:
    assert sentence({"delivery": {"per_hosts": 3}}) == (
        'config.toml: [delivery] has no setting "per_hosts". Did you mean "per_host"?'
    )


def test_an_unknown_setting_unlike_any_other_is_refused_with_the_list() -> None:
    assert sentence({"inbox": {"xyzzy": 3}}) == (
        'config.toml: [inbox] has no setting "xyzzy". There are: batch, queue_limit, seen_days.'
    )


def test_an_unknown_section_is_refused_with_a_suggestion() -> None:
    assert sentence({"servr": {}}) == ("config.toml has no section [servr]. Did you mean [server]?")


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"server": 3}, "config.toml: server must be a section, written [server] on its own line."),
        (
            {"server": {"processes": "three"}},
            "config.toml: [server] processes is 'three'; it must be a whole number from 1 to 64.",
        ),
        (
            {"server": {"processes": True}},
            "config.toml: [server] processes is true; it must be a whole number from 1 to 64.",
        ),
        (
            {"server": {"processes": 65}},
            "config.toml: [server] processes is 65; it must be a whole number from 1 to 64.",
        ),
        (
            {"federation": {"proofs": "yes"}},
            "config.toml: [federation] proofs is 'yes'; it must be true or false.",
        ),
        (
            {"federation": {"mode": "closed"}},
            'config.toml: [federation] mode is \'closed\'; it must be "open" or "allowlist".',
        ),
        (
            {"organisation": {"number": 999999999}},
            'config.toml: [organisation] number is 999999999; it must be text in "quotes".',
        ),
        (
            {"server": {"trusted_proxies": "10.0.0.1"}},
            "config.toml: [server] trusted_proxies is '10.0.0.1'; "
            'it must be a list of texts, like ["one", "two"].',
        ),
        (
            {"lab": {"hosts": {"by.test": 1}}},
            "config.toml: [lab] hosts is {'by.test': 1}; "
            'it must be a table of texts, like { a = "one", b = "two" }.',
        ),
        (
            {"server": {"data_dir": ""}},
            "config.toml: [server] data_dir is ''; it must be a path in \"quotes\".",
        ),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_plain_sentence(tables: dict[str, Any], said: str) -> None:
    assert sentence(tables) == said


def test_a_long_wrong_value_is_cut_in_the_sentence() -> None:
    assert len(sentence({"server": {"processes": "x" * 5000}})) < 200


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\norigin = "https://a.example"\n[delivery]\nper_host = 3\n')
    config = load(file, {"FEDI_DELIVERY__PER_HOST": "5"})
    assert (config.server.origin, config.delivery.per_host) == ("https://a.example", 5)


def test_every_kind_of_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    config = load(
        None,
        {
            **ORIGIN,
            "FEDI_FEDERATION__PROOFS": "false",
            "FEDI_FEDERATION__MODE": "allowlist",
            "FEDI_FEDERATION__MAX_BODY_BYTES": "65_536",
            "FEDI_SERVER__TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16",
            "FEDI_ORGANISATION__NAMES": '{ en = "The council" }',
            "FEDI_ORGANISATION__NUMBER": "999999999",
            "FEDI_LAB__CA_FILE": str(tmp_path / "ca.pem"),
        },
    )
    assert config.federation.proofs is False
    assert config.federation.mode == "allowlist"
    assert config.federation.max_body_bytes == 65_536
    assert config.server.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert config.organisation.names == {"en": "The council"}
    assert config.organisation.number == "999999999"
    assert config.lab.ca_file == tmp_path / "ca.pem"


def test_an_unknown_variable_is_refused_with_a_suggestion() -> None:
    assert refusal({"FEDI_SERVER__PROCESES": "2"}) == (
        "There is no setting for the environment variable FEDI_SERVER__PROCESES. "
        "Did you mean FEDI_SERVER__PROCESSES?"
    )


def test_a_wrong_value_in_the_environment_names_the_variable() -> None:
    assert refusal({"FEDI_SERVER__PROCESSES": "two"}) == (
        "FEDI_SERVER__PROCESSES is 'two'; it must be a whole number from 1 to 64."
    )


def test_variables_that_are_no_settings_are_left_alone() -> None:
    assert load(None, {**ORIGIN, "FEDI_PORT": "tcp://10.0.0.7:80"}).server.listen.endswith(":8000")


def test_the_short_names_set_data_folder_and_port(tmp_path: Path) -> None:
    config = load(None, {**ORIGIN, "FEDI_DATA_DIR": str(tmp_path), "PORT": "8123"})
    assert config.server.data_dir == tmp_path
    assert config.server.listen == "127.0.0.1:8123"


def test_the_port_replaces_a_socket_path() -> None:
    config = load(None, {**ORIGIN, "PORT": "8123"})
    assert config.server.listen == "127.0.0.1:8123"
    both = {**ORIGIN, "PORT": "8123", "FEDI_SERVER__LISTEN": "unix:/run/fedi/web.sock"}
    assert load(None, both).server.listen == "unix:/run/fedi/web.sock"


def test_paths_in_the_file_are_relative_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[server]\norigin = "https://a.example"\ndata_dir = "data"\n')
    config = load(file, {})
    assert config.server.data_dir == tmp_path / "data"
    assert config.secrets_dir == tmp_path / "data" / "secrets"


@pytest.mark.parametrize("content", [b"[server\n", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_one_plain_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load(file, {})


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="`fedi init` writes one"):
        load(tmp_path / "config.toml", {})


def test_a_folder_in_place_of_the_file_is_one_plain_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path, {})


def test_a_password_in_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        '[server]\norigin = "https://a.example"\n[database]\nurl = "postgresql://a:pw@b/c"\n'
    )
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        load(file, {})
    file.chmod(0o600)
    assert load(file, {}).database_url == "postgresql://a:pw@b/c"


def test_the_file_is_looked_for_in_the_data_folder_first(tmp_path: Path) -> None:
    here, data = tmp_path / "here", tmp_path / "data"
    for folder in (here, data):
        folder.mkdir()
        (folder / "config.toml").touch()
    assert find_config({}, here) == here / "config.toml"
    assert find_config({"FEDI_DATA_DIR": str(data)}, here) == data / "config.toml"
    assert find_config({"FEDI_CONFIG": "/x.toml", "FEDI_DATA_DIR": str(data)}, here) == Path(
        "/x.toml"
    )


def test_a_new_house_gets_the_documented_file_with_its_own_values(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    values: dict[str, dict[str, Any]] = {
        "server": {"origin": "http://by.test:8001", "processes": 1, "trusted_proxies": []},
        "organisation": {"name": 'Bystyrets "sekretariat"', "names": {"en": "The\\council"}},
        "lab": {"enabled": True, "hosts": {"nabo.test": "127.0.0.1:8002"}},
    }
    write_config(file, values)
    config = load(file, {})
    assert config.server.origin == "http://by.test:8001"
    assert config.server.processes == 1
    assert config.server.trusted_proxies == ()
    assert config.organisation.name == 'Bystyrets "sekretariat"'
    assert config.organisation.names == {"en": "The\\council"}
    assert config.lab_rules().hosts == {"nabo.test": ("127.0.0.1", 8002)}
    documented = [line for line in documented_text().splitlines() if line.startswith("#")]
    assert [line for line in file.read_text().splitlines() if line.startswith("#")] == documented


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("mine")
    with pytest.raises(ConfigError, match="exists already"):
        write_config(file, {})
    assert file.read_text() == "mine"


def test_a_value_for_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"no setting orgin in \[server\]"):
        filled(documented_text(), {"server": {"orgin": "x"}})


def test_a_written_value_of_the_wrong_kind_is_refused_before_the_file_is_made(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="processes"):
        write_config(tmp_path / "config.toml", {"server": {"processes": "three"}})
    assert not (tmp_path / "config.toml").exists()
