"""Add: what it means, whoever does it."""

from actors.verbs import Add

__all__ = ["Add"]
