"""The house of Nordvik with its cast, on SQLite and on PostgreSQL."""

import pytest

from fedi.store.engine import Engine
from tests.people import Nordvik


@pytest.fixture
def nordvik(engine: Engine) -> Nordvik:
    return Nordvik(engine).settle()
