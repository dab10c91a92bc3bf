"""What a group says to one person of ours, in that person's language: as a direct post of its own,
which every app shows, and from which it is one touch to the group."""

from collections.abc import Mapping
from typing import Final

_BOKMAL: Final[Mapping[str, str]] = {
    "invited": "@{to} {by} inviterer deg til gruppen {group}. Følg @{handle} for å bli med.",
    "removed": "@{to} De som styrer gruppen {group}, har slettet innlegget ditt der.",
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": _BOKMAL,
    "nn": {
        "invited": "@{to} {by} inviterer deg til gruppa {group}. Følg @{handle} for å bli med.",
        "removed": "@{to} Dei som styrer gruppa {group}, har sletta innlegget ditt der.",
    },
    "se": {
        "invited": "@{to} {by} bovde du jovkui: {group}. Čuovo @{handle} vai searvvat.",
        "removed": "@{to} Joavkku {group} jođiheaddjit leat sihkkon du čállosa doppe.",
    },
    "en": {
        "invited": "@{to} {by} invites you to the group {group}. Follow @{handle} to join.",
        "removed": "@{to} Those who manage the group {group} have deleted your post there.",
    },
}


def words(language: str, what: str, **names: str) -> tuple[str, str]:
    """Return (text, language) of what a group says; Norwegian bokmål where we have no other."""
    known = language if language in _WORDS else "nb"
    return _WORDS[known][what].format(**names), known
