"""Reject: what it means, whoever does it."""

from actors.verbs import Reject

__all__ = ["Reject"]
