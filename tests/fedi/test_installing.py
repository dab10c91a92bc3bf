"""Where the configuration of a new house goes, and what of it is written down."""

from pathlib import Path

import pytest

from actors.errors import FediError
from fedi.config import ConfigError, load
from fedi.installing import install, place

ORIGIN = {"FEDI_SERVER__ORIGIN": "https://social.elvestrand.example"}


def test_the_configuration_goes_where_it_will_be_looked_for() -> None:
    here = Path("/srv")
    assert place({"FEDI_CONFIG": "/etc/x.toml", "FEDI_DATA_DIR": "/d"}, here) == Path("/etc/x.toml")
    assert place({"FEDI_DATA_DIR": "/d"}, here) == Path("/d/config.toml")
    assert place({}, here) == Path("/srv/config.toml")


def test_a_data_folder_elsewhere_is_written_whole(tmp_path: Path) -> None:
    environ = {**ORIGIN, "FEDI_DATA_DIR": str(tmp_path / "data")}
    made = install(tmp_path / "etc" / "config.toml", {}, environ)
    assert made.new
    config = load(tmp_path / "etc" / "config.toml", {})
    assert config.server.data_dir == made.data_dir == tmp_path / "data"


def test_a_password_is_not_written_down(tmp_path: Path) -> None:
    environ = {
        **ORIGIN, "FEDI_DATA_DIR": str(tmp_path),
        "FEDI_DATABASE__URL": "postgresql://fedi:hemmelig@127.0.0.1:1/fedi",
    }  # fmt: skip
    with pytest.raises(FediError):
        install(tmp_path / "config.toml", {}, environ)
    assert "hemmelig" not in (tmp_path / "config.toml").read_text()


def test_what_cannot_be_used_is_refused_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="origin"):
        install(tmp_path / "config.toml", {"origin": "ftp://x"}, {})
    assert not (tmp_path / "config.toml").exists()
