"""Follow: what it means, whoever does it."""

from actors.verbs import Follow

__all__ = ["Follow"]
