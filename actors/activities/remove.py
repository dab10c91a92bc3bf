"""Remove: what it means, whoever does it."""

from actors.verbs import Remove

__all__ = ["Remove"]
