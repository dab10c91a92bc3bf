"""Undo: what it means, whoever does it."""

from actors.verbs import Undo

__all__ = ["Undo"]
