"""Flag: what it means, whoever does it."""

from actors.verbs import Flag

__all__ = ["Flag"]
