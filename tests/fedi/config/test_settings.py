"""The records of the configuration: what they say when nothing, or lab mode, is configured."""

from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from fedi.config import Config, Database, Lab, LabRules, Server, banner, split_address

LAB = Config(
    server=Server(origin="http://by.test:8001"),
    lab=Lab(enabled=True, ca_file=Path("ca.pem"), hosts={"nabo.test": "127.0.0.1:8002"}),
)


def test_settings_cannot_be_changed_after_the_start() -> None:
    with pytest.raises(FrozenInstanceError):
        Config().server.origin = "https://other.example"  # type: ignore[misc]


def test_the_handle_domain_is_the_origins_unless_set() -> None:
    config = Config(server=Server(origin="https://social.example.org"))
    assert config.handle_domain == "social.example.org"
    split = replace(config, server=replace(config.server, handle_domain="example.org"))
    assert split.handle_domain == "example.org"
    assert split.host == "social.example.org"


def test_in_the_lab_the_authority_keeps_its_port() -> None:
    assert (LAB.host, LAB.authority, LAB.handle_domain) == (
        "by.test",
        "by.test:8001",
        "by.test:8001",
    )


def test_the_database_is_a_file_in_the_data_folder_unless_set() -> None:
    config = Config(server=Server(data_dir=Path("/var/lib/fedi")))
    assert config.database_url == "sqlite:////var/lib/fedi/fedi.db"
    assert config.secrets_dir == Path("/var/lib/fedi/secrets")


def test_outside_lab_mode_every_guard_stands() -> None:
    hosts_but_off = Config(lab=Lab(enabled=False, hosts={"nabo.test": "127.0.0.1:8002"}))
    assert hosts_but_off.lab_rules() == LabRules(False, False, False, None, {})
    assert banner(hosts_but_off) is None


def test_lab_mode_opens_the_guards_and_says_so_loudly() -> None:
    rules = LAB.lab_rules()
    assert rules.http
    assert rules.any_port
    assert rules.private_addresses
    assert rules.hosts == {"nabo.test": ("127.0.0.1", 8002)}
    assert "LAB MODE" in (banner(LAB) or "")


def test_a_database_password_is_not_printed_with_the_settings() -> None:
    assert "hemmelig" not in repr(Config(database=Database(url="postgresql://a:hemmelig@b/c")))


def test_the_password_of_the_file_is_put_into_the_url_of_postgresql(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("h@mmelig/ord\n")
    for url, wanted in {
        "postgresql://fedi@db.test:5433/fedi": "postgresql://fedi:h%40mmelig%2Ford@db.test:5433/fedi",
        "postgresql://fedi:old@db.test/fedi": "postgresql://fedi:h%40mmelig%2Ford@db.test/fedi",
        "postgresql://fedi@/fedi?host=/run/pg": "postgresql://fedi:h%40mmelig%2Ford@/fedi?host=/run/pg",
        "sqlite:///srv/fedi.db": "sqlite:///srv/fedi.db",
    }.items():
        config = Config(database=Database(url=url, password_file=file))
        assert config.database_url == wanted


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("127.0.0.1:8001", ("127.0.0.1", 8001)),
        ("127.0.0.1", ("127.0.0.1", None)),
        ("[::1]:8001", ("::1", 8001)),
        ("::1", ("::1", None)),
        ("unix:/run/fedi/web.sock", ("unix:/run/fedi/web.sock", None)),
    ],
)
def test_an_address_is_split_from_its_port(text: str, parts: tuple[str, int | None]) -> None:
    assert split_address(text) == parts


@pytest.mark.parametrize("text", ["127.0.0.1:http", "127.0.0.1:70000", "[::1]:-1", "a:٣"])
def test_a_port_that_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        split_address(text)
