"""Update: what it means, whoever does it."""

from actors.verbs import Update

__all__ = ["Update"]
