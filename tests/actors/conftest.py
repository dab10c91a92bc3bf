"""The house of Nordvik with its cast, on SQLite and on PostgreSQL."""

import pytest

from tests.people import Nordvik


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik
