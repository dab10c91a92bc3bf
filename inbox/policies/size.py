"""Activities larger than the operator takes are dropped (the parser's own cap comes first)."""

from inbox.parse import Arrived
from inbox.verdicts import PASS, Drop, Facts, Verdict


def check(arrived: Arrived, facts: Facts) -> Verdict:
    """Drop what has more bytes than `facts.max_bytes`."""
    if arrived.size > facts.max_bytes:
        return Drop("too_large", f"The activity has more than {facts.max_bytes} bytes.")
    return PASS
