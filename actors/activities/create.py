"""Create: what it means, whoever does it."""

from actors.verbs import Create

__all__ = ["Create"]
