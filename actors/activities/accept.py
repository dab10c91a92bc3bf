"""Accept: what it means, whoever does it."""

from actors.verbs import Accept

__all__ = ["Accept"]
