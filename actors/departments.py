"""What a department is beside its actor: its number, how to reach it, and its colour.

The number and the contact are shown as fields of the profile that no edit in an app can fake or
take away: they follow from this record alone. The number is verified when those who look after the
house have entered it, and it checks itself (actors/numbers.py).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from actors.errors import Invalid
from actors.html import escape
from actors.numbers import organisation_number
from actors.people import Field

CONTACT: Final = ("email", "phone", "website", "address")
HELD: Final = ("number", *CONTACT)
LONGEST: Final = 200
"""Characters that an entry of the contact has at most."""
_LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "nb": ("Organisasjonsnummer", "E-post", "Telefon", "Nettsted", "Besøksadresse"),
    "nn": ("Organisasjonsnummer", "E-post", "Telefon", "Nettstad", "Besøksadresse"),
    "se": ("Organisašuvdnanummar", "E-boasta", "Telefovdna", "Neahttasiidu", "Fitnančujuhus"),
    "en": ("Organisation number", "E-mail", "Phone", "Website", "Visiting address"),
}
_EMAIL: Final = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_PHONE: Final = re.compile(r"\+?[0-9](?:[ ()/-]{0,2}[0-9]){2,18}")
_WEBSITE: Final = re.compile(r"https?://[^\s<>\"']+\.[^\s<>\"']+", re.IGNORECASE)
_COLOR: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """The record of an Organization actor; one that has none is as if all were empty. `number` is
    nine digits, `verified` since when (ms) the house vouches for it, `color` "#rrggbb" or ""."""

    actor_id: int
    number: str = ""
    verified: int | None = None
    email: str = ""
    phone: str = ""
    website: str = ""
    address: str = ""
    color: str = ""
    created: int = 0
    updated: int = 0

    @property
    def identifier(self) -> str:
        """The number as ISO 6523 has it, "" where there is none."""
        return f"0192:{self.number}" if self.number else ""


def checked(name: str, text: str) -> str:
    """Return one entry of a record (`number`, of the contact, `color`) as it is kept; empty stays
    empty. Invalid, naming what is expected, for what can't be one."""
    text = " ".join(text.split())
    if not text:
        return ""
    if name == "number":
        number = organisation_number(text)
        if number is None:
            raise Invalid(f"{text!r} is no organisation number: nine digits, the last one checks.")
        return number
    if name == "color":
        if not _COLOR.fullmatch(text.lower()):
            raise Invalid(f"{text!r} is no colour: write it as #1b5e8a.")
        return text.lower()
    return _checked_contact(name, text)


def _checked_contact(name: str, text: str) -> str:
    if len(text) > LONGEST:
        raise Invalid(f"The {name} is too long: {len(text)} of {LONGEST} characters.")
    pattern, example = {
        "email": (_EMAIL, "post@kommune.example"),
        "phone": (_PHONE, "+47 22 00 00 00"),
        "website": (_WEBSITE, "https://kommune.example"),
        "address": (re.compile(".+"), ""),
    }[name]
    if not pattern.fullmatch(text):
        raise Invalid(f"{text!r} is no {name}: write it as {example}.")
    return text


def grouped(number: str) -> str:
    """Return a number as people write it: 958 935 420."""
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def fields_of(record: Department | None, language: str, free: Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields of a department's profile: those of its record ahead, in the language it
    writes in, then the free ones among `free`."""
    kept = tuple(field for field in free if not field.kind)
    if record is None:
        return kept
    labels = dict(zip(HELD, _LABELS.get(language, _LABELS["nb"]), strict=True))
    shown = (
        Field(
            name=labels[kind],
            value=_shown(kind, getattr(record, kind)),
            kind=kind,
            verified=record.verified if kind == "number" else None,
        )
        for kind in HELD
        if getattr(record, kind)
    )
    return (*shown, *kept)


def _shown(kind: str, value: str) -> str:
    if kind == "number":
        return grouped(value)
    if kind != "website":
        return escape(value)
    text = escape(re.sub(r"^https?://(www\.)?", "", value, flags=re.IGNORECASE).rstrip("/"))
    rel = "me nofollow noopener noreferrer"
    return f'<a href="{escape(value)}" rel="{rel}" target="_blank">{text}</a>'


def free_of(
    given: Iterable[tuple[str, str]], fields: Iterable[Field]
) -> tuple[tuple[str, str], ...]:
    """Return those of the fields given by an edit that are free words: an app sends back all that
    it was shown, and what the record holds can be changed there alone."""
    kinds = {field.kind for field in fields if field.kind}
    taken = {
        _folded(label)
        for labels in _LABELS.values()
        for kind, label in zip(HELD, labels, strict=True)
        if kind in kinds
    }
    return tuple(pair for pair in given if _folded(pair[0]) not in taken)


def identifier_of(fields: Iterable[Field]) -> str:
    """Return the verified number among the fields of a profile, as ISO 6523 has it, or ""."""
    number = next((f.value for f in fields if f.kind == "number" and f.verified is not None), "")
    return f"0192:{number.replace(' ', '')}" if number else ""


def _folded(label: str) -> str:
    plain = unicodedata.normalize("NFKC", label)
    return "".join(c for c in plain.casefold() if c.isalnum())
