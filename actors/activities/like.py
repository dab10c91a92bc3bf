"""Like: what it means, whoever does it."""

from actors.verbs import Like

__all__ = ["Like"]
