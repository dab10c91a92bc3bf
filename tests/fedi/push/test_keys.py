"""The two secrets of push: made once, closed to others, and neither of them in a token's row."""

import asyncio
from pathlib import Path

import pytest

from fedi.push.keys import Keys, load_keys
from fedi.push.texts import from_base64
from fedi.store.engine import Engine
from fedi.store.settings import VAPID_KEY, setting
from tests.running import run


def keys(engine: Engine, folder: Path) -> Keys:
    return run(load_keys(engine, folder, "https://nordvik.test"))


def test_the_vapid_key_is_made_once_and_kept_in_the_database(
    engine: Engine, tmp_path: Path
) -> None:
    first, second = keys(engine, tmp_path), keys(engine, tmp_path)
    assert first.vapid.public == second.vapid.public
    point = from_base64(first.vapid.public)
    assert point is not None
    assert len(point) == 65
    assert run(engine.read(lambda tx: setting(tx, VAPID_KEY)))


def test_two_processes_at_once_end_with_the_same_key(engine: Engine, tmp_path: Path) -> None:
    async def both() -> tuple[Keys, Keys]:
        one, other = (load_keys(engine, tmp_path, "https://nordvik.test") for _ in range(2))
        return await asyncio.gather(one, other)

    one, other = run(both())
    assert one.vapid.public == other.vapid.public
    assert other.opened(one.seal("hemmelig", 7), 7) == "hemmelig"


def test_a_token_is_opened_for_its_own_row_with_our_secret_alone(
    engine: Engine, tmp_path: Path
) -> None:
    ours = keys(engine, tmp_path / "here")
    kept = ours.seal("hemmelig", 7)
    assert b"hemmelig" not in kept
    assert ours.seal("hemmelig", 7) != kept
    assert ours.opened(kept, 7) == "hemmelig"
    assert ours.opened(kept, 8) == ""
    assert keys(engine, tmp_path / "elsewhere").opened(kept, 7) == ""
    assert (tmp_path / "here" / "push").stat().st_mode & 0o077 == 0


def test_a_secret_that_is_none_is_told_and_not_used(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "push"
    path.write_text("for short")
    path.chmod(0o600)
    with pytest.raises(ValueError, match="not one that fedi made"):
        keys(engine, tmp_path)
