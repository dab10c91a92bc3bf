"""What we demand of the older dialect alone: algorithms, pseudo headers, the query."""

import dataclasses

import pytest

from tests.actors.signatures.keyring import (
    ALICE_KEY,
    HOUR,
    INBOX,
    NOW,
    accept,
    cavage_post,
    ed25519_of,
    lines,
    reason,
    signed_over,
    with_header,
)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "RSA-SHA256", "hs2019", None])
def test_the_algorithms_of_the_fediverse_are_accepted(algorithm: str | None) -> None:
    assert accept(signed_over(" ".join(lines()), lines(), algorithm=algorithm)) == ALICE_KEY


@pytest.mark.parametrize("algorithm", ["rsa-sha1", "rsa-sha512", "hmac-sha256", "none", "ed25519"])
def test_trial_29_an_unknown_algorithm_is_refused(algorithm: str) -> None:
    message = signed_over(" ".join(lines()), lines(), algorithm=algorithm)
    assert reason(message) == "signature: unknown algorithm"


def test_hs2019_with_an_ed25519_key_is_ed25519() -> None:
    key = ed25519_of("alice")
    message = signed_over(" ".join(lines()), lines(), algorithm="hs2019", key=key)
    assert accept(message, key.public_key()) == ALICE_KEY
    message = signed_over(" ".join(lines()), lines(), algorithm="rsa-sha256", key=key)
    assert "not RSA" in reason(message, key.public_key())


def created(seconds: int, **more: str) -> dict[str, str]:
    return {**lines(), "(created)": str(seconds), **more}


def test_created_and_expires_are_accepted_with_hs2019_instead_of_a_date() -> None:
    """Lemmy signs them."""
    seconds = NOW // 1000
    covered = "(request-target) (created) (expires) host digest"
    message = signed_over(
        covered,
        {**created(seconds), "(expires)": str(seconds + 300)},
        algorithm="hs2019",
        more=f",created={seconds},expires={seconds + 300}",
    )
    assert accept(with_header(message, "date", None)) == ALICE_KEY
    assert accept(message, now_ms=NOW + 300_000 + HOUR) == ALICE_KEY
    assert "window" in reason(message, now_ms=NOW + 300_000 + HOUR + 1000)


@pytest.mark.parametrize("algorithm", ["rsa-sha256", None])
def test_created_is_refused_without_hs2019(algorithm: str | None) -> None:
    seconds = NOW // 1000
    message = signed_over(
        "(request-target) (created) host digest",
        created(seconds),
        algorithm=algorithm,
        more=f",created={seconds}",
    )
    assert reason(message) == "(created): only with hs2019"


def test_a_covered_created_that_is_not_given_and_unknown_pseudo_headers_are_refused() -> None:
    message = signed_over(
        "(request-target) (created) host digest", created(NOW // 1000), algorithm="hs2019"
    )
    assert reason(message) == "signature: no time"
    headers = {**lines(), "(status)": "200"}
    message = signed_over(" ".join(headers), headers, algorithm="hs2019")
    assert reason(message) == "(status): covered, but missing or unknown"


def test_a_created_far_from_now_is_refused_though_the_date_is_fresh() -> None:
    message = signed_over(" ".join(lines()), lines(), more=",created=5")
    assert "window" in reason(message)


def test_a_covered_header_that_is_missing_is_refused() -> None:
    headers = {**lines(), "x-gone": "1"}
    message = with_header(signed_over(" ".join(headers), headers), "x-gone", None)
    assert reason(message) == "x-gone: covered, but missing"


def test_the_target_may_be_signed_with_its_query_or_without() -> None:
    url = INBOX + "?token=1"
    assert accept(cavage_post(url=url)) == ALICE_KEY
    assert accept(cavage_post(url=url, with_query=False)) == ALICE_KEY
    other = dataclasses.replace(cavage_post(url=url), url=INBOX + "?token=2")
    assert reason(other) == "signature: does not verify"
