"""The town and somebody who visits its pages."""

import pytest

from fedi.store.engine import Engine
from tests.databases import Template
from tests.fedi.pages.visiting import Visitor
from tests.fedi.town import TOWN


@pytest.fixture
def copied_from() -> Template:
    return TOWN


@pytest.fixture
def visitor(engine: Engine) -> Visitor:
    return Visitor(engine)
