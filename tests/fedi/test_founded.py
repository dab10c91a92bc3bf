"""A house is the one that was founded, or it does not start."""

import pytest

from actors.urls import Urls
from fedi.config import ConfigError
from fedi.founded import check_house
from fedi.store.engine import CannotOpen, Engine
from tests.fedi.town import URLS
from tests.running import run


def test_an_empty_database_says_how_to_fill_it(engine: Engine) -> None:
    with pytest.raises(CannotOpen, match="fedi init"):
        run(check_house(engine, URLS))


def test_a_house_under_another_origin_is_refused(engine: Engine) -> None:
    from actors.people import Actor, ActorKind
    from fedi.store.rows import ACTOR

    actor = Actor(
        id=1, kind=ActorKind.APPLICATION, uri=URLS.application(), local=True, username="x"
    )
    run(engine.write(lambda tx: tx.run(ACTOR.insert, ACTOR.encode(actor))))
    run(check_house(engine, URLS))
    with pytest.raises(ConfigError, match=r"founded as https://sosial\.nordvik\.test"):
        run(check_house(engine, Urls("https://annet.nordvik.test", "nordvik.test")))
