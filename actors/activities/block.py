"""Block: what it means, whoever does it."""

from actors.verbs import Block

__all__ = ["Block"]
