"""What answers mean, and in which dialect to knock next (federation.md §0.1, §2a, §2c)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox.knocks import (
    NEWER_RESTS,
    Dialect,
    DialectMemory,
    Next,
    Verdict,
    classify,
    classify_failure,
    knocks,
    learned,
    speaks_9421,
)
from outbox.schedule import DAY, OK, SECOND, Outcome, Trouble

NOW = 1_780_000_000_000
OLD, BARE, NEW = Dialect.CAVAGE, Dialect.CAVAGE_WITHOUT_QUERY, Dialect.RFC9421
MEMORY = st.builds(DialectMemory, st.sampled_from([None, *Dialect]), st.booleans())


def knock_until_settled(
    answer: Callable[[Dialect], int], memory: DialectMemory, *, has_query: bool = False
) -> tuple[Verdict, list[Dialect], DialectMemory]:
    """Knock as the delivery does, at a host whose status for each dialect is `answer`."""
    order = knocks(memory, has_query)
    tried = [order[0]]
    while True:
        status = answer(tried[-1])
        memory = learned(memory, tried[-1], status, NOW)
        verdict = classify(status, {}, NOW, tried=tried, order=order)
        if verdict.next is not Next.KNOCK_AGAIN:
            return verdict, tried, memory
        assert verdict.dialect is not None
        tried.append(verdict.dialect)


# --- one answer ---


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_2xx_is_delivered(status: int) -> None:
    verdict = classify(status, {}, NOW, tried=[OLD], order=[OLD, NEW])
    assert verdict == Verdict(Next.DONE, OK, OLD)


@pytest.mark.parametrize("status", [402, 403, 404, 405, 406, 409, 413, 415, 422, 451])
def test_other_4xx_are_final_and_no_fault_of_the_host(status: int) -> None:
    verdict = classify(status, {}, NOW, tried=[OLD], order=[OLD, NEW])
    assert verdict == Verdict(Next.FAILED, OK, reason=f"status {status}")


@pytest.mark.parametrize("status", [301, 307, 408, 421, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_later(status: int) -> None:
    verdict = classify(status, {}, NOW, tried=[OLD], order=[OLD, NEW])
    assert verdict.next is Next.LATER
    assert verdict.outcome.status == status
    assert verdict.outcome.trouble is (Trouble.BUSY if status == 429 else Trouble.STATUS)


def test_410_at_an_inbox_of_its_own_removes_that_follower() -> None:
    verdict = classify(410, {}, NOW, tried=[OLD], order=[OLD, NEW])
    assert verdict == Verdict(Next.FAILED, OK, reason="status 410", inbox_gone=True)


def test_410_at_a_shared_inbox_is_about_the_host() -> None:
    verdict = classify(410, {}, NOW, tried=[OLD], order=[OLD, NEW], shared=True)
    assert verdict.next is Next.LATER
    assert verdict.outcome.trouble is Trouble.GONE
    assert not verdict.inbox_gone


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_passed_on(status: int) -> None:
    verdict = classify(status, {"retry-after": "90"}, NOW, tried=[OLD], order=[OLD])
    assert verdict.outcome.retry_after_ms == 90 * SECOND
    absurd = classify(status, {"retry-after": "9999999"}, NOW, tried=[OLD], order=[OLD])
    assert absurd.outcome.retry_after_ms == DAY


@pytest.mark.parametrize("trouble", Trouble)
def test_no_answer_is_tried_later(trouble: Trouble) -> None:
    verdict = classify_failure(trouble)
    assert verdict == Verdict(Next.LATER, Outcome(trouble), reason=str(trouble))


# --- knocking again ---


def test_the_older_dialect_comes_first_at_a_host_we_do_not_know() -> None:
    assert knocks(DialectMemory(), has_query=False) == (OLD, NEW)
    assert knocks(DialectMemory(), has_query=True) == (OLD, BARE, NEW)


@pytest.mark.parametrize("refusal", [400, 401])
def test_a_host_that_reads_only_the_newer_dialect_is_knocked_twice_once(refusal: int) -> None:
    def newer_only(dialect: Dialect) -> int:
        return 202 if dialect is NEW else refusal

    verdict, tried, memory = knock_until_settled(newer_only, DialectMemory())
    assert verdict.next is Next.DONE
    assert tried == [OLD, NEW]
    assert knock_until_settled(newer_only, memory)[1] == [NEW]


def test_a_host_that_signs_without_the_query_is_remembered() -> None:
    def bare_only(dialect: Dialect) -> int:
        return 202 if dialect is BARE else 401

    _, tried, memory = knock_until_settled(bare_only, DialectMemory(), has_query=True)
    assert tried == [OLD, BARE]
    assert knocks(memory, has_query=True)[0] is BARE
    without = learned(memory, OLD, 202, NOW)
    assert knocks(without, has_query=True)[0] is BARE, "another path had no query; it still holds"
    assert knocks(memory, has_query=False) == (OLD, NEW)


def test_a_refusal_in_every_dialect_is_later_for_401_and_final_for_400() -> None:
    verdict, tried, memory = knock_until_settled(lambda _: 401, DialectMemory(), has_query=True)
    assert verdict.next is Next.LATER, "a peer that cannot fetch our key just now answers 401 too"
    assert tried == [OLD, BARE, NEW]
    assert memory.proven is None
    assert knock_until_settled(lambda _: 400, DialectMemory())[0].next is Next.FAILED


def test_signs_of_the_newer_dialect_put_it_first() -> None:
    memory = learned(DialectMemory(), OLD, 202, NOW)
    assert knocks(speaks_9421(memory, NOW), has_query=False) == (NEW, OLD)
    both = learned(speaks_9421(memory, NOW), NEW, 202, NOW)
    assert both.proven is NEW


@pytest.mark.parametrize("status", [400, 401, 500])
def test_a_host_that_refuses_or_falls_over_the_newer_dialect_is_demoted(status: int) -> None:
    def older_only(dialect: Dialect) -> int:
        return status if dialect is NEW else 202

    hinted = speaks_9421(DialectMemory(), NOW)
    verdict, tried, memory = knock_until_settled(older_only, hinted)
    assert verdict.next is Next.DONE
    assert tried == [NEW, OLD]
    assert memory.proven is OLD
    assert speaks_9421(memory, NOW + NEWER_RESTS - 1) == memory
    assert speaks_9421(memory, NOW + NEWER_RESTS).hinted


@pytest.mark.parametrize("status", [502, 503, 504, 429])
def test_a_burdened_host_is_not_knocked_twice(status: int) -> None:
    hinted = DialectMemory(hinted=True)
    verdict, tried, memory = knock_until_settled(lambda _: status, hinted)
    assert verdict.next is Next.LATER
    assert tried == [NEW]
    assert memory == hinted


@given(MEMORY, st.booleans(), st.lists(st.integers(100, 599), min_size=3, max_size=3))
def test_no_delivery_takes_more_than_three_knocks(
    memory: DialectMemory, has_query: bool, statuses: list[int]
) -> None:
    answers = dict(zip(Dialect, statuses, strict=True))
    verdict, tried, after = knock_until_settled(answers.__getitem__, memory, has_query=has_query)
    assert len(tried) == len(set(tried)) <= 3
    assert (verdict.next is Next.DONE) == (200 <= answers[tried[-1]] < 300)
    assert after.proven is None or after.proven is memory.proven or verdict.next is Next.DONE
