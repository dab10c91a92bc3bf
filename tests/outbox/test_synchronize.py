"""FEP-8fcf: the digest of the FEP's own example, and a header that survives hostile spelling."""

import pytest

from outbox.synchronize import (
    NO_FOLLOWERS,
    Synchronization,
    digest,
    read_header,
    write_header,
)
from tests.outbox.cast import LEDERGRUPPEN, URLS

OURS = Synchronization(
    LEDERGRUPPEN.followers,
    URLS.actor(LEDERGRUPPEN.id, "synchronization"),
    digest(["https://a.test/1"]),
)
COLLECTION = 'collectionId="https://a.test/1/followers"'
URL = 'url="https://a.test/1/sync"'
DIGEST = f'digest="{"ab" * 32}"'


def test_the_digest_is_that_of_the_fep_s_example() -> None:
    followers = ["https://testing.example.org/users/1", "https://testing.example.org/users/2"]
    expected = "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    assert digest(followers) == expected
    assert digest(reversed(followers)) == expected


def test_no_followers_make_a_digest_of_zeros() -> None:
    assert digest([]) == NO_FOLLOWERS


def test_a_follower_named_twice_counts_once() -> None:
    assert digest(["https://a.test/1", "https://a.test/1"]) == digest(["https://a.test/1"])


def test_a_header_reads_as_what_was_written() -> None:
    assert read_header(write_header(OURS)) == OURS


def test_the_order_and_other_parameters_do_not_matter() -> None:
    header = f'{DIGEST.upper().replace("DIGEST", "digest")},{URL} , {COLLECTION}, other="x"'
    read = read_header(header)
    assert read == Synchronization("https://a.test/1/followers", "https://a.test/1/sync", "ab" * 32)


@pytest.mark.parametrize(
    "header",
    [
        "",
        COLLECTION,
        f"{COLLECTION}, {URL}",
        f'{COLLECTION}, {URL}, digest="short"',
        f"{COLLECTION}, {COLLECTION}, {URL}, {DIGEST}",
        f"{COLLECTION}, {URL}, {DIGEST},",
        f"{COLLECTION}; {URL}; {DIGEST}",
        f'{COLLECTION}, url="https://b.test/sync", {DIGEST}',
        f'{COLLECTION}, url="http://a.test:81/sync", {DIGEST}',
        f'{COLLECTION}, url="ftp://a.test/sync", {DIGEST}',
        f"collectionId={'x' * 10_000}, {URL}, {DIGEST}",
        ", ".join(f'{letter}="1"' for letter in "abcdefghijkl"),
    ],
)
def test_a_header_that_cannot_be_meant_is_no_header(header: str) -> None:
    assert read_header(header) is None
