"""Settings that must fit together; above all, where lab mode is refused."""

from pathlib import Path

import pytest

from fedi.config import ConfigError, load
from fedi.config.checks import is_lab_host

ORIGIN = {"FEDI_SERVER__ORIGIN": "https://social.example.org"}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as caught:
        load(None, {**ORIGIN, **environ})
    return caught.value.sentence


def test_an_origin_must_be_set() -> None:
    with pytest.raises(ConfigError, match="origin is not set"):
        load(None, {})


def test_a_name_in_norwegian_letters_is_said_as_it_must_be_written() -> None:
    said = refusal({"FEDI_SERVER__ORIGIN": "https://båtsfjord.example"})
    assert 'written "https://xn--btsfjord-9za.example".' in said
    of_handles = {"FEDI_SERVER__ORIGIN": "https://a.example", "FEDI_SERVER__HANDLE_DOMAIN": "å.no"}
    assert 'written "xn--5ca.no".' in refusal(of_handles)


@pytest.mark.parametrize(
    "origin",
    [
        "social.example.org",
        "https://social.example.org/",
        "https://social.example.org/fedi",
        "https://social.example.org?x",
        "https://Social.Example.org",
        "https://user@social.example.org",
        "https://social.example.org:8443",
        "https://social.example.org.",
        "https://blåbær.example",
        "https://",
        "https://[::1",
        "https://a b",
        "https://-a.example",
        "http://social.example.org",
        "ftp://social.example.org",
        "https://social.example.org:99999",
    ],
)
def test_an_origin_is_scheme_and_host_alone(origin: str) -> None:
    assert "[server] origin is" in refusal({"FEDI_SERVER__ORIGIN": origin})


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:8000",
        "http://127.8.8.8:8000",
        "http://localhost:8000",
        "http://[::1]:8000",
        "http://by.test",
        "https://social.by.test:8443",
    ],
)
def test_lab_mode_runs_on_loopback_and_under_test(origin: str) -> None:
    config = load(None, {"FEDI_SERVER__ORIGIN": origin, "FEDI_LAB__ENABLED": "true"})
    assert config.lab_rules().http


@pytest.mark.parametrize(
    "origin",
    [
        "https://social.example.org",
        "http://10.0.0.1:8000",
        "http://192.168.1.2",
        "http://0.0.0.0:8000",
        "http://by.test.example.org",
        "http://bytest",
        "http://localhost.example.org",
        "http://127.0.0.1.example.org",
        "http://[::2]:8000",
    ],
)
def test_lab_mode_is_refused_everywhere_else(origin: str) -> None:
    said = refusal({"FEDI_SERVER__ORIGIN": origin, "FEDI_LAB__ENABLED": "true"})
    assert "Lab mode lowers the guards" in said


def test_a_lab_host_is_not_guessed_from_a_part_of_its_name() -> None:
    assert not is_lab_host("test")
    assert not is_lab_host("127.1")
    assert not is_lab_host("")


@pytest.mark.parametrize("address", ["nabo.test", "127.0.0.1:x", "", "unix:/run/x"])
def test_lab_hosts_are_addresses(address: str) -> None:
    said = refusal(
        {
            "FEDI_SERVER__ORIGIN": "http://by.test",
            "FEDI_LAB__ENABLED": "true",
            "FEDI_LAB__HOSTS": f'{{ "nabo.test" = "{address}" }}',
        }
    )
    assert "[lab] hosts" in said


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("FEDI_SERVER__HANDLE_DOMAIN", "https://example.org", "[server] handle_domain"),
        ("FEDI_SERVER__HANDLE_DOMAIN", "example.org:8443", "[server] handle_domain"),
        ("FEDI_SERVER__LISTEN", "8000", "[server] listen"),
        ("FEDI_SERVER__LISTEN", "example.org:8000", "[server] listen"),
        ("FEDI_SERVER__LISTEN", "unix:relative.sock", "[server] listen"),
        ("FEDI_METRICS__LISTEN", "127.0.0.1", "[metrics] listen"),
        ("PORT", "http", "[server] listen"),
        ("PORT", "70000", "[server] listen"),
        ("FEDI_SERVER__TRUSTED_PROXIES", "10.0.0.1/8", "[server] trusted_proxies"),
        ("FEDI_ORGANISATION__LANGUAGE", "Norsk", "[organisation] has the language"),
        ("FEDI_ORGANISATION__NUMBER", "999 999 999", "[organisation] number"),
        ("FEDI_ORGANISATION__TIMEZONE", "Oslo", "[organisation] timezone"),
        ("FEDI_ORGANISATION__TIMEZONE", "../etc/passwd", "[organisation] timezone"),
        ("FEDI_DATABASE__URL", "mysql://a/b", "[database] url"),
        ("FEDI_DELIVERY__KEEP_DAYS", "40", "[delivery] keep_days_important"),
    ],
)
def test_a_value_that_does_not_fit_names_its_key(variable: str, value: str, named: str) -> None:
    assert named in refusal({variable: value})


def test_the_refusal_of_a_database_never_repeats_its_password() -> None:
    assert "hemmelig" not in refusal({"FEDI_DATABASE__URL": "mysql://a:hemmelig@b/c"})


def test_notices_of_postgresql_need_postgresql() -> None:
    assert "[bus] kind" in refusal({"FEDI_BUS__KIND": "postgresql"})
    environ = {"FEDI_BUS__KIND": "postgresql", "FEDI_DATABASE__URL": "postgresql://fedi@/fedi"}
    assert load(None, {**ORIGIN, **environ}).bus.kind == "postgresql"


def test_a_password_file_that_others_may_read_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("hemmelig")
    file.chmod(0o644)
    environ = {
        "FEDI_DATABASE__URL": "postgresql://a@b/c",
        "FEDI_DATABASE__PASSWORD_FILE": str(file),
    }
    assert "chmod 600" in refusal(environ)
    file.chmod(0o600)
    assert load(None, {**ORIGIN, **environ}).database_url == "postgresql://a:hemmelig@b/c"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LISTEN", "8001"),
        ("LISTEN", "127.0.0.1:8000"),
        ("URL", "https://streaming.example.org"),
        ("URL", "ws://streaming.example.org"),
        ("URL", "wss://streaming.example.org/"),
        ("URL", "wss://streaming.example.org/api/v1/streaming"),
        ("URL", "wss://Streaming.example.org"),
        ("URL", "streaming.example.org"),
    ],
)
def test_streaming_has_an_address_of_its_own_and_a_bare_url(name: str, value: str) -> None:
    assert f"[streaming] {name.lower()}" in refusal({f"FEDI_STREAMING__{name}": value})


def test_apps_are_sent_to_the_origin_unless_told_otherwise() -> None:
    assert load(None, ORIGIN).streaming_url == "wss://social.example.org"
    elsewhere = {**ORIGIN, "FEDI_STREAMING__URL": "wss://streaming.example.org:8443"}
    assert load(None, elsewhere).streaming_url == "wss://streaming.example.org:8443"
