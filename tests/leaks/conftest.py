"""The houses that are furnished once and copied."""

from tests.fediverse.conftest import made_houses

__all__ = ["made_houses"]
