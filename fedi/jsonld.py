"""Fills the Expander port: pyld in a process of its own that can be killed at any moment.

For the rare document whose context decides what its words mean (inbox/terms.py), and for tests,
which expand all that leaves. Contexts come from fedi/contexts and nowhere else: one that is not
there defines nothing. What makes JSON-LD dear is refused before pyld sees it; the rest is capped:
1 s of CPU, memory, and a deadline that kills (S27, trial 32). The worker ends when nobody asks.
"""

import asyncio
import json
import logging
import os
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from actors.errors import Invalid, TooLarge, Unavailable
from actors.ports import Expander
from inbox import terms
from inbox.expanded import in_plain_words, under_usual_terms

CONTEXTS: Final = Path(__file__).parent / "contexts"
BUNDLED: Final = {
    "https://www.w3.org/ns/activitystreams": "activitystreams.json",
    "https://w3id.org/security/v1": "security-v1.json",
    "https://w3id.org/security/data-integrity/v1": "data-integrity-v1.json",
    "https://w3id.org/security/multikey/v1": "multikey-v1.json",
    "https://www.w3.org/ns/did/v1": "did-v1.json",
}
MAX_BYTES: Final = 65_536
MAX_NODES: Final = 200
MAX_DEPTH: Final = 32
CPU_SECONDS: Final = 1
DEADLINE_SECONDS: Final = 4.0
IDLE_SECONDS: Final = 60.0
BARRED_MS: Final = 600_000
"""For so long a host gets nothing expanded whose document cost too much."""
_BARRED_HOSTS: Final = 1_000
_MAX_ANSWER: Final = 4_000_000
_MAX_MEMORY: Final = 512 * 1024 * 1024
_REFUSED_WORDS: Final = frozenset({"@graph", "@included", "@reverse", "@nest", "@import"})
_logger = logging.getLogger("fedi.jsonld")
_LENGTH: Final = struct.Struct(">I")


def check(document: dict[str, Any]) -> bytes:
    """Return the document as bytes if it is small and plain enough to expand; raises Invalid."""
    nodes, level = 0, [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            nodes += isinstance(value, dict)
            below.extend(_within(value))
        if nodes > MAX_NODES:
            raise TooLarge("The document has too many parts to be expanded.")
        level = below
        if not level:
            break
    else:
        raise TooLarge("The document is nested too deeply to be expanded.")
    body = msgspec.json.encode(document)
    if len(body) > MAX_BYTES:
        raise TooLarge("The document is too large to be expanded.")
    return body


def _within(value: Any) -> list[Any]:
    """Return the dicts and lists in a value; Invalid for a word that rearranges documents, as key
    or as what an alias stands for, and for named blank nodes."""
    parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    for part in parts:
        if isinstance(part, str) and (part in _REFUSED_WORDS or part.startswith("_:")):
            raise Invalid("The document uses JSON-LD that we do not expand.", detail=part[:64])
    return [part for part in parts if isinstance(part, dict | list)]


class TooDear(Invalid):
    """Its expansion was broken off."""


class WorkerExpander:
    """The Expander port. Starts its worker when first asked, and again after it was killed; one
    that nobody asked for `idle` seconds is let go."""

    def __init__(self, deadline: float = DEADLINE_SECONDS, idle: float = IDLE_SECONDS) -> None:
        self._deadline = deadline
        self._idle = idle
        self._worker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._leaving: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        """Whether there is a worker now."""
        return self._worker is not None

    async def expand(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Expand one document. Invalid if it is refused or cannot be expanded, TooDear if it
        costs too much."""
        body = check(document)
        async with self._turn:
            self._stay()
            worker = await self._ready()
            try:
                answer = await asyncio.wait_for(_exchange(worker, body), self._deadline)
            except (TimeoutError, OSError, EOFError) as error:
                await self._kill()
                raise TooDear("The document costs too much to expand.") from error
            except asyncio.CancelledError:
                await self._kill()
                raise
            self._leaving = asyncio.create_task(self._leave())
        if isinstance(answer, str):
            raise Invalid("The document cannot be expanded.", detail=answer)
        expanded: list[dict[str, Any]] = answer
        return expanded

    async def ended(self) -> None:
        """Wait until the worker has been let go because nobody asks."""
        if self._leaving is not None:
            await self._leaving

    async def close(self) -> None:
        """Kill the worker, if there is one, and wait until it is gone."""
        self._stay()
        await self._kill()

    def _stay(self) -> None:
        leaving, self._leaving = self._leaving, None
        if leaving is not None:
            leaving.cancel()

    async def _leave(self) -> None:
        await asyncio.sleep(self._idle)
        async with self._turn:
            await self._kill()

    async def _kill(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        if worker.returncode is None:
            worker.kill()
        await worker.wait()
        if worker.stdin is not None:
            worker.stdin.close()

    async def _ready(self) -> asyncio.subprocess.Process:
        """Return the running worker. Its start, which imports pyld, is not counted as work."""
        if self._worker is not None and self._worker.returncode is None:
            return self._worker
        await self._kill()
        self._worker = worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "fedi.jsonld",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            await asyncio.wait_for(_read(worker), 60)
        except (TimeoutError, OSError, EOFError) as error:
            await self._kill()
            raise Unavailable("Documents cannot be expanded just now.") from error
        return worker


class PlainWords:
    """Reads what plain reading can't, for one process; a host whose document was too dear waits
    until it gets another one expanded."""

    def __init__(self, expander: Expander, clock: Callable[[], int]) -> None:
        self._expander = expander
        self._clock = clock
        self._barred: OrderedDict[str, int] = OrderedDict()

    async def of(self, document: Mapping[str, Any], host: str) -> Mapping[str, Any]:
        """Return the document in the words that inbox/parse.py reads; Invalid where that fails."""
        if terms.are_plain(document):
            return document
        if self._clock() < self._barred.get(host, 0):
            raise Invalid("Documents of this server cost too much to expand.", code="too_dear")
        try:
            expanded = await self._expander.expand(under_usual_terms(document))
        except TooDear:
            self._bar(host)
            raise
        _logger.info("expanded", extra={"host": host})
        return in_plain_words(expanded)

    def _bar(self, host: str) -> None:
        self._barred[host] = self._clock() + BARRED_MS
        self._barred.move_to_end(host)
        while len(self._barred) > _BARRED_HOSTS:
            self._barred.popitem(last=False)


async def _exchange(worker: asyncio.subprocess.Process, body: bytes) -> Any:
    assert worker.stdin is not None  # noqa: S101 - opened with a pipe
    worker.stdin.write(_LENGTH.pack(len(body)) + body)
    await worker.stdin.drain()
    return await _read(worker)


async def _read(worker: asyncio.subprocess.Process) -> Any:
    assert worker.stdout is not None  # noqa: S101 - opened with a pipe
    (length,) = _LENGTH.unpack(await worker.stdout.readexactly(_LENGTH.size))
    if length > _MAX_ANSWER:
        raise EOFError("the answer is too long")
    return msgspec.json.decode(await worker.stdout.readexactly(length))


# -- pyld


def load(url: str, _options: object = None) -> dict[str, Any]:
    """Load a bundled context, as pyld's document loader; Invalid for every other URL.

    The tag lets pyld keep the processed context, which halves the cost of an expansion.
    """
    if url not in BUNDLED:
        raise Invalid("The document needs a context that we do not have.", detail=url[:256])
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _bundled(url),
        "tag": "static",
    }


def load_or_nothing(url: str, options: object = None) -> dict[str, Any]:
    """As `load`, but a context on the web that we do not have defines nothing: terms that nobody
    here knows are left out, as they are in plain reading."""
    if url not in BUNDLED and url.startswith(("https://", "http://")):
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": {"@context": {}},
        }
    return load(url, options)


@cache
def _bundled(url: str) -> Any:
    return json.loads((CONTEXTS / BUNDLED[url]).read_bytes())


def expand_here(
    document: dict[str, Any], loader: Callable[..., dict[str, Any]] = load
) -> list[dict[str, Any]]:
    """Expand in this process, without limits: the worker's own work, and for tests."""
    from pyld import jsonld

    expanded: list[dict[str, Any]] = jsonld.expand(document, {"documentLoader": loader})
    return expanded


# -- the worker process


def main() -> None:
    """Read documents from standard input and answer each, until it ends or a limit kills us."""
    import resource

    from pyld import jsonld

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _answer("ready")
    while header := sys.stdin.buffer.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(header)
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))
        document = msgspec.json.decode(sys.stdin.buffer.read(length))
        try:
            _answer(expand_here(document, load_or_nothing))
        except (jsonld.JsonLdError, Invalid, RecursionError, MemoryError, ValueError) as error:
            _answer(str(error)[:500])


def _answer(answer: object) -> None:
    body = msgspec.json.encode(answer)
    sys.stdout.buffer.write(_LENGTH.pack(len(body)) + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
