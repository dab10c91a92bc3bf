"""Move: what it means, whoever does it."""

from actors.verbs import Move

__all__ = ["Move"]
