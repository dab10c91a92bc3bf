"""The house of Nordvik for laws: the same as the rules are tested in."""

from tests.actors.conftest import house

__all__ = ["house"]
