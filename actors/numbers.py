"""Norwegian numbers that check themselves: of organisations, and of people.

Both end in digits that follow from those before them (modulus 11), so that a number can be told
from any other row of digits. Nothing here is kept or sent anywhere.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

_ORGANISATION: Final = (3, 2, 7, 6, 5, 4, 3, 2)
_FIRST: Final = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND: Final = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_SYNTHETIC: Final = (0, 40, 65, 80)
"""What is added to the month: of help numbers and made-up people nothing, 40, 65 or 80."""
# Six digits and five, apart or not; no longer row of digits, and no part of a decimal number.
_IDENTITY: Final = re.compile(
    r"(?<!\d)(?<!\d[.,])(\d{6})[ \t./\u00a0\u202f-]{0,2}(\d{5})(?!\d|[.,]\d)"
)
# Where to look more closely: eight digits or more, of any script, with little between them.
_RUN: Final = re.compile(r"\+?\d(?:\W{0,4}\d){7,}")
_PHONE: Final = re.compile(
    r"(?<![\d+])(?:(?:\+|00)47[ \t\u00a0]?)?"
    r"([2-9]\d(?:[ \t\u00a0]?\d\d){3}|[489]\d\d[ \t\u00a0]?\d\d[ \t\u00a0]?\d{3})(?!\d)"
)


def organisation_number(text: str) -> str | None:
    """Return the nine digits of an organisation number, written with spaces or not or as
    `0192:…` (ISO 6523); None for what is none."""
    digits = re.sub(r"\s", "", text.strip().removeprefix("0192:"))
    if not re.fullmatch(r"[0-9]{9}", digits):
        return None
    check = _check_digit(digits[:8], _ORGANISATION)
    return digits if check == int(digits[8]) else None


def identity_numbers(text: str) -> Iterator[str]:
    """Yield what in a text is a national identity number: of birth, D-, help and synthetic ones."""
    for run in _RUN.findall(text):
        for match in _IDENTITY.finditer(_plain(run)):
            digits = match[1] + match[2]
            if is_identity_number(digits):
                yield digits


def is_identity_number(digits: str) -> bool:
    """Return whether eleven digits are a national identity number: a day, and two check digits."""
    day, month = int(digits[:2]), int(digits[2:4])
    day = day - 40 if day > 40 else day
    months = [month - added for added in _SYNTHETIC if 1 <= month - added <= 12]
    if not any(1 <= day <= _DAYS[month - 1] for month in months):
        return False
    first = _check_digit(digits[:9], _FIRST)
    second = _check_digit(digits[:10], _SECOND)
    return first == int(digits[9]) and second == int(digits[10])


def phone_numbers(text: str) -> set[str]:
    """Return the Norwegian phone numbers in a text, each as eight digits."""
    found = (match[1] for run in _RUN.findall(text) for match in _PHONE.finditer(_plain(run)))
    return {re.sub(r"\D", "", number) for number in found}


def _check_digit(digits: str, weights: Sequence[int]) -> int | None:
    """Return the digit that follows (modulus 11), None where such a number is never given."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
    check = (11 - rest) % 11
    return None if check == 10 else check


def _plain(text: str) -> str:
    """Return a text with the digits of all scripts as 0-9 and nothing invisible in it."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_as_digits())


@cache
def _as_digits() -> dict[int, str | None]:
    """Return how digits of other scripts are written, and that invisible characters are left out;
    there are none of either between the planes looked at."""
    table: dict[int, str | None] = {}
    for code in (*range(0x80, 0x20000), *range(0xE0000, 0xE0080)):
        kind = unicodedata.category(chr(code))
        if kind == "Nd":
            table[code] = str(unicodedata.digit(chr(code)))
        elif kind == "Cf":
            table[code] = None
    return table
