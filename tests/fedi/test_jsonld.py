"""The Expander: a real worker process, real pyld, and documents made to hurt it (S27, trial 32)."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from actors.errors import Invalid, TooLarge
from actors.vocabulary import ACTIVITYSTREAMS
from fedi.jsonld import (
    BARRED_MS,
    MAX_NODES,
    PlainWords,
    TooDear,
    WorkerExpander,
    check,
    expand_here,
)

AS = "https://www.w3.org/ns/activitystreams#"
LIKE = {
    "@context": [ACTIVITYSTREAMS, {"liker": {"@id": "as:actor", "@type": "@id"}}],
    "type": "Like",
    "id": "https://a.test/likes/1",
    "liker": "https://a.test/users/alice",
}


def with_worker(use: Callable[[WorkerExpander], Awaitable[None]], deadline: float = 4.0) -> None:
    async def body() -> None:
        expander = WorkerExpander(deadline)
        try:
            await use(expander)
        finally:
            await expander.close()

    asyncio.run(body())


def test_a_word_defined_by_the_document_gets_its_meaning() -> None:
    async def use(expander: WorkerExpander) -> None:
        (node,) = await expander.expand(LIKE)
        assert node[f"{AS}actor"] == [{"@id": "https://a.test/users/alice"}]
        assert await expander.expand(LIKE) == expand_here(LIKE)

    with_worker(use)


def test_many_may_ask_at_once() -> None:
    async def use(expander: WorkerExpander) -> None:
        documents = [{**LIKE, "id": f"https://a.test/likes/{number}"} for number in range(20)]
        answers = await asyncio.gather(*map(expander.expand, documents))
        assert [node["@id"] for (node,) in answers] == [one["id"] for one in documents]

    with_worker(use)


def test_no_context_is_loaded_from_anywhere() -> None:
    async def use(expander: WorkerExpander) -> None:
        for url in ("file:///etc/passwd", "/etc/passwd", "x"):
            with pytest.raises(Invalid):
                await expander.expand({**LIKE, "@context": [ACTIVITYSTREAMS, url]})
        evil = [*LIKE["@context"], "https://evil.test/context"]
        assert await expander.expand({**LIKE, "@context": evil}) == await expander.expand(LIKE)

    with_worker(use)


def test_a_document_that_takes_too_long_is_given_up_and_the_next_one_is_served() -> None:
    async def use(expander: WorkerExpander) -> None:
        assert await expander.expand(LIKE)
        worker = expander._worker
        assert worker is not None
        os.kill(worker.pid, signal.SIGSTOP)
        with pytest.raises(Invalid, match="costs too much"):
            await expander.expand(LIKE)
        assert worker.returncode == -signal.SIGKILL
        assert await expander.expand(LIKE)

    with_worker(use, deadline=0.5)


def test_a_worker_that_dies_is_replaced() -> None:
    async def use(expander: WorkerExpander) -> None:
        assert await expander.expand(LIKE)
        worker = expander._worker
        assert worker is not None
        worker.kill()
        await worker.wait()
        assert await expander.expand(LIKE)

    with_worker(use)


def test_a_bomb_of_scoped_contexts_does_not_hold_the_worker() -> None:
    inner: dict[str, Any] = {"a": "https://a.test/a"}
    for _ in range(12):
        inner = {"a": {"@id": "https://a.test/a", "@context": [inner, inner]}}
    bomb: dict[str, Any] = {"@context": inner, "a": {"a": {"a": {"a": "x"}}}}

    async def use(expander: WorkerExpander) -> None:
        with pytest.raises(Invalid):
            await expander.expand(bomb)
        assert await expander.expand(LIKE)

    with_worker(use)


def test_a_worker_that_nobody_asks_ends_and_the_next_document_finds_another() -> None:
    async def main() -> None:
        expander = WorkerExpander(idle=0.05)
        assert not expander.running
        assert await expander.expand(LIKE)
        assert expander.running
        await expander.ended()
        assert not expander.running
        assert await expander.expand(LIKE)
        await expander.close()

    asyncio.run(main())


# -- in plain words


class Dear:
    """An expander for which everything costs too much."""

    asked = 0

    async def expand(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        self.asked += 1
        raise TooDear("The document costs too much to expand.")


class Now:
    time = 0

    def __call__(self) -> int:
        return self.time


def test_plain_documents_cost_no_worker() -> None:
    async def main() -> None:
        plain = {"@context": ACTIVITYSTREAMS, "type": "Like", "actor": "https://a.test/users/alice"}
        expander = WorkerExpander()
        assert await PlainWords(expander, Now()).of(plain, "a.test") is plain
        assert not expander.running

    asyncio.run(main())


def test_a_document_is_read_in_the_words_of_its_context() -> None:
    async def use(expander: WorkerExpander) -> None:
        found = await PlainWords(expander, Now()).of(LIKE, "a.test")
        assert found == {
            "id": "https://a.test/likes/1",
            "type": "Like",
            "actor": "https://a.test/users/alice",
        }

    with_worker(use)


def test_a_host_whose_document_cost_too_much_waits_and_others_do_not() -> None:
    async def main() -> None:
        now, dear = Now(), Dear()
        words = PlainWords(dear, now)
        for host in ("a.test", "a.test", "b.test", "a.test"):
            with pytest.raises(Invalid):
                await words.of(LIKE, host)
        assert dear.asked == 2
        now.time = BARRED_MS
        with pytest.raises(TooDear):
            await words.of(LIKE, "a.test")

    asyncio.run(main())


def nested(depth: int) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for _ in range(depth):
        document = {"a": document}
    return document


@pytest.mark.parametrize(
    "document",
    [
        {"@graph": []},
        {"a": [{"@included": []}]},
        {"@reverse": {}},
        {"@context": {"g": "@graph"}},
        {"@context": {"g": {"@reverse": "as:actor"}}},
        {"@context": {"g": {"@id": "as:object", "@container": "@graph"}}},
        {"@context": {"@import": "https://a.test/"}},
        {"a": "_:b0"},
        {"_:b0": "a"},
        {"a": {"id": "_:b0"}},
    ],
)
def test_what_rearranges_documents_is_refused_before_pyld_sees_it(
    document: dict[str, Any],
) -> None:
    with pytest.raises(Invalid):
        check(document)


@pytest.mark.parametrize(
    "document",
    [{"a": "x" * 70_000}, {"a": [{} for _ in range(MAX_NODES + 1)]}, nested(40)],
    ids=["bytes", "nodes", "depth"],
)
def test_what_is_too_large_is_refused_before_pyld_sees_it(document: dict[str, Any]) -> None:
    with pytest.raises(TooLarge):
        check(document)


def test_a_clique_of_blank_nodes_is_refused() -> None:
    clique = [{"id": f"_:b{one}", "knows": [f"_:b{two}" for two in range(7)]} for one in range(7)]
    with pytest.raises(Invalid):
        check({"@context": {"knows": {"@id": "as:object", "@type": "@id"}}, "items": clique})


def cpu_of(pid: int) -> tuple[dict[str, list[str]], float]:
    """The limits of a process, and how many seconds of CPU it has used."""
    proc = Path("/proc") / str(pid)
    limits = {
        line[:25].strip(): line[26:].split() for line in (proc / "limits").read_text().splitlines()
    }
    ticks = (proc / "stat").read_text().rpartition(")")[2].split()[11:13]
    return limits, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads limits from /proc")
def test_each_document_gets_a_second_of_cpu_and_no_more() -> None:
    async def use(expander: WorkerExpander) -> None:
        for _ in range(3):
            assert await expander.expand(LIKE)
            worker = expander._worker
            assert worker is not None
            limits, used = cpu_of(worker.pid)
            assert used < int(limits["Max cpu time"][0]) <= used + 2
            assert int(limits["Max address space"][0]) == 512 * 1024 * 1024

    with_worker(use)
