"""Vote: what it means, whoever does it."""

from actors.verbs import Vote

__all__ = ["Vote"]
