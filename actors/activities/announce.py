"""Announce: what it means, whoever does it."""

from actors.verbs import Announce

__all__ = ["Announce"]
