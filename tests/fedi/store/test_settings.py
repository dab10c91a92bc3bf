"""Words the house keeps about itself, and small tables of that kind."""

from fedi.store import health, keys, media, settings
from fedi.store.engine import Engine
from tests.running import run


def test_a_setting_is_empty_until_it_is_put(engine: Engine) -> None:
    assert run(engine.read(lambda tx: settings.setting(tx, "x"))) == ""
    for value in ("a", "b"):
        run(engine.write(lambda tx, v=value: settings.put_setting(tx, "x", v)))
    assert run(engine.read(lambda tx: settings.setting(tx, "x"))) == "b"


def test_a_picture_stays_with_whoever_brought_it_first(engine: Engine) -> None:
    for owner in (1, 2):
        run(engine.write(lambda tx, o=owner: media.add(tx, "a.png", o, "image/png", 3, 1)))
    assert run(engine.read(media.names)) == ["a.png"]


def test_an_empty_house_has_vitals(engine: Engine) -> None:
    found = run(engine.read(health.vitals))
    assert (found.waiting, found.hosts, found.oldest_arrival) == (0, 0, None)


def test_there_is_nothing_to_retire_where_nothing_changed(engine: Engine) -> None:
    assert run(engine.write(lambda tx: keys.retire_superseded(tx, 10, 1))) == 0
