"""How many examples a property that asks for a number of its own gets: fewer in `make check`."""

from hypothesis import settings

_FEW = 25


def examples(most: int) -> int:
    """Return `most`, or no more than the profile's where that is one of few."""
    few = settings().max_examples
    return min(most, few) if few < _FEW else most
