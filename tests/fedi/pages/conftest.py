"""The town and somebody who visits its pages."""

import pytest

from fedi.store.engine import Engine
from tests.fedi.pages.visiting import Visitor
from tests.fedi.town import settle


@pytest.fixture
def visitor(engine: Engine) -> Visitor:
    settle(engine)
    return Visitor(engine)
