"""Everything that our actors do, for command line, client API and pages alike.

writing.py: posts. acting.py: what is done to others and their posts. profile.py: what an actor
changes about itself. doing.py: how one activity is done, and what its refusal means.
"""

from fedi.publishing.acting import Interacting
from fedi.publishing.doing import Doing, error_of
from fedi.publishing.profile import Changes, Profiles
from fedi.publishing.wishes import Draft
from fedi.publishing.writing import RESOLVE_SECONDS, Writing

__all__ = [
    "RESOLVE_SECONDS",
    "Changes",
    "Doing",
    "Draft",
    "Interacting",
    "Profiles",
    "Writing",
    "error_of",
]
