"""Numbers that check themselves. The people are synthetic (month + 80) or of this test's making."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.numbers import (
    identity_numbers,
    is_identity_number,
    organisation_number,
    phone_numbers,
)


def made(start: str) -> str | None:
    """Return the identity number that begins with these nine digits; None where there is none."""
    found = [f"{start}{n:02}" for n in range(100) if is_identity_number(f"{start}{n:02}")]
    assert len(found) <= 1
    return found[0] if found else None


def some(day_and_month: str) -> str:
    """Return an identity number of a day, of somebody who never was."""
    return next(one for n in range(100, 900) if (one := made(f"{day_and_month}00{n}")))


SYNTHETIC = some("1581")
D_NUMBER = some("5581")


@pytest.mark.parametrize(
    "text", ["974760673", "974 760 673", "0192:974760673", " 974\u00a0760\u00a0673 "]
)
def test_an_organisation_number_is_read_however_it_is_written(text: str) -> None:
    assert organisation_number(text) == "974760673"


@pytest.mark.parametrize(
    "text", ["974760674", "97476067", "9747606733", "0193:974760673", "97476067x", "", "٩74760673"]
)
def test_other_rows_of_digits_are_no_organisation_number(text: str) -> None:
    assert organisation_number(text) is None


@pytest.mark.parametrize("month", ["01", "12", "41", "52", "66", "77", "81", "92"])
def test_birth_help_and_synthetic_numbers_are_told_by_their_month(month: str) -> None:
    assert list(identity_numbers(f"Saken gjelder {some('15' + month)}.")) == [some("15" + month)]


def test_a_d_number_is_one_too() -> None:
    assert list(identity_numbers(D_NUMBER)) == [D_NUMBER]


@pytest.mark.parametrize("between", ["", " ", "\u00a0", "-", ".", " - "[:2], "/"])
def test_it_is_found_however_it_is_set_apart(between: str) -> None:
    text = f"fnr:{SYNTHETIC[:6]}{between}{SYNTHETIC[6:]}, ring meg"
    assert list(identity_numbers(text)) == [SYNTHETIC]


@pytest.mark.parametrize("before", ["fnr.", "fnr,", "(", "nr:", "Født 1.1.1990. ", "+"])
def test_it_is_found_whatever_stands_before(before: str) -> None:
    assert list(identity_numbers(f"{before}{SYNTHETIC}.")) == [SYNTHETIC]


def test_it_is_found_in_the_digits_of_other_scripts_and_through_what_is_invisible() -> None:
    wide = "".join(chr(ord("０") + int(digit)) for digit in SYNTHETIC)
    arabic = "".join(chr(0x660 + int(digit)) for digit in SYNTHETIC)
    hidden = "\u200b".join(SYNTHETIC)
    for text in (wide, arabic, hidden):
        assert list(identity_numbers(text)) == [SYNTHETIC]


def test_what_only_looks_alike_is_none() -> None:
    last = str((int(SYNTHETIC[-1]) + 1) % 10)
    for text in (
        SYNTHETIC[:-1] + last, "1" + SYNTHETIC, SYNTHETIC + "0", f"0,{SYNTHETIC}",
        "4799999999", "32132112345", "00000000000", "11111111111",
    ):  # fmt: skip
        assert list(identity_numbers(text)) == []


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_two_digits_follow_from_the_nine_before_them(digits: str) -> None:
    if is_identity_number(digits):
        others = [f"{digits[:9]}{n:02}" for n in range(100)]
        assert [one for one in others if is_identity_number(one)] == [digits]


def test_phone_numbers_are_counted_once_each() -> None:
    text = "Vakt: 22 33 44 55, +47 22334455, 0047 912 34 567, 912 34 567. Sak 2026/123 og 12345678."
    assert phone_numbers(text) == {"22334455", "91234567"}


@given(st.text(max_size=200))
def test_any_text_can_be_looked_through(text: str) -> None:
    assert all(is_identity_number(one) for one in identity_numbers(text))
    assert all(len(one) == 8 for one in phone_numbers(text))
