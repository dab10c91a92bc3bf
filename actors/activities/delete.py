"""Delete: what it means, whoever does it."""

from actors.verbs import Delete

__all__ = ["Delete"]
