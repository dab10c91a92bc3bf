"""A name is resolved once, checked whole, kept a while, and never trusted twice."""

import asyncio

import pytest

from actors.errors import FetchError
from fedi.net import names
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import Rules, canonical_url
from fedi.net.names import Names, SystemResolver

TARGET = canonical_url("https://a.example.com/")


class Answers:
    """A resolver that gives the next answer each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        await asyncio.sleep(0)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def test_the_address_that_was_checked_is_the_one_given_while_it_is_kept() -> None:
    async def main() -> None:
        resolver = Answers(["1.1.1.1"], ["127.0.0.1"])
        book = Names(Rules(), resolver)
        for _ in range(3):
            assert await book.endpoints(TARGET) == [("1.1.1.1", 443)]
        assert resolver.asked == 1

    asyncio.run(main())


def test_a_name_that_turns_private_later_is_refused_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding (trial 24)."""
    monkeypatch.setattr(names, "KEPT_SECONDS", 0.0)

    async def main() -> None:
        book = Names(Rules(), Answers(["1.1.1.1"], ["127.0.0.1"]))
        await book.endpoints(TARGET)
        with pytest.raises(FetchError) as caught:
            await book.endpoints(TARGET)
        assert reason_of(caught.value) is Reason.ADDRESS

    asyncio.run(main())


def test_many_who_ask_at_once_share_one_lookup() -> None:
    async def main() -> None:
        resolver = Answers(["1.1.1.1"])
        book = Names(Rules(), resolver)
        await asyncio.gather(*(book.endpoints(TARGET) for _ in range(50)))
        assert resolver.asked == 1

    asyncio.run(main())


def test_one_who_gives_up_does_not_end_the_lookup_for_the_others() -> None:
    async def main() -> None:
        go = asyncio.Event()

        async def resolver(host: str, port: int) -> list[str]:
            await go.wait()
            return ["1.1.1.1"]

        book = Names(Rules(), resolver)
        first = asyncio.ensure_future(book.endpoints(TARGET))
        second = asyncio.ensure_future(book.endpoints(TARGET))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        go.set()
        assert await second == [("1.1.1.1", 443)]

    asyncio.run(main())


def test_a_failure_is_kept_for_a_shorter_while_with_its_reason() -> None:
    async def main() -> None:
        resolver = Answers([])
        book = Names(Rules(), resolver)
        for _ in range(3):
            with pytest.raises(FetchError) as caught:
                await book.endpoints(TARGET)
            assert reason_of(caught.value) is Reason.NO_NAME
        assert resolver.asked == 1

    asyncio.run(main())


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "MAX_NAMES", 10)

    async def main() -> None:
        book = Names(Rules(), Answers(["1.1.1.1"]))
        for i in range(50):
            await book.endpoints(canonical_url(f"https://h{i}.example.com/"))
        assert len(book._kept) == 10

    asyncio.run(main())


def test_address_families_take_turns_and_at_most_eight_are_tried() -> None:
    async def main() -> None:
        six = [f"2606:4700::{i}" for i in range(1, 20)]
        book = Names(Rules(), Answers([*six, "1.1.1.1", "1.0.0.1"]))
        found = [address for address, _ in await book.endpoints(TARGET)]
        assert found[:5] == [six[0], "1.1.1.1", six[1], "1.0.0.1", six[2]]
        assert len(found) == 8

    asyncio.run(main())


@pytest.mark.parametrize(
    ("entry", "endpoint"),
    [
        ("127.0.0.1", ("127.0.0.1", 443)),
        ("127.0.0.1:8101", ("127.0.0.1", 8101)),
        ("::1", ("::1", 443)),
        ("[::1]", ("::1", 443)),
        ("[::1]:8101", ("::1", 8101)),
    ],
)
def test_a_lab_has_its_own_table_of_hosts(entry: str, endpoint: tuple[str, int]) -> None:
    async def main() -> None:
        book = Names(Rules(lab=True, hosts={"a.example.com": entry}), Answers([]))
        assert await book.endpoints(TARGET) == [endpoint]

    asyncio.run(main())


def test_the_table_of_hosts_means_nothing_outside_a_lab() -> None:
    async def main() -> None:
        book = Names(Rules(hosts={"a.example.com": "127.0.0.1"}), Answers(["1.1.1.1"]))
        assert await book.endpoints(TARGET) == [("1.1.1.1", 443)]

    asyncio.run(main())


def test_the_system_resolver_knows_this_machine_and_says_so_when_there_is_no_such_name() -> None:
    async def main() -> None:
        resolver = SystemResolver()
        assert set(await resolver("localhost", 443)) <= {"127.0.0.1", "::1"}
        with pytest.raises(OSError, match=r".+"):
            await resolver("a" * 70 + ".invalid", 443)

    asyncio.run(main())


def test_a_name_that_ends_in_a_digit_is_still_a_name() -> None:
    async def main() -> None:
        resolver = Answers(["127.0.0.1"])
        book = Names(Rules(lab=True), resolver)
        assert await book.endpoints(canonical_url("http://peer1/")) == [("127.0.0.1", 80)]
        assert await book.endpoints(canonical_url("http://127.0.0.2/")) == [("127.0.0.2", 80)]
        assert resolver.asked == 1

    asyncio.run(main())
