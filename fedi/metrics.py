"""Counters, gauges and histograms in Prometheus' text form (0.0.4), without a library.

Each process has one Registry. Processes of one supervisor leave snapshots in a folder, and the
one that is asked renders its own figures with theirs, told apart by the label `process`.
What is measured is declared where it happens; figures may be lost with their process.
"""

import asyncio
import os
import resource
import threading
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MOST_LABEL_SETS = 1000
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

Kind = Literal["counter", "gauge", "histogram"]
Labels = tuple[str, ...]
Some = TypeVar("Some", bound="_Metric")


class Sample(msgspec.Struct, frozen=True):
    """One line: the suffix of the metric's name, its labels, its value."""

    suffix: str
    labels: tuple[tuple[str, str], ...]
    value: float


class Family(msgspec.Struct, frozen=True):
    """A metric and its samples, as snapshots carry it."""

    name: str
    kind: Kind
    help: str
    samples: list[Sample]


class _Metric(ABC):
    """Values by label set, bounded: beyond 1,000 sets, labels read "other"."""

    kind: Kind

    def __init__(self, name: str, help: str, labels: Labels) -> None:
        self.name = name
        self.help = help
        self.labels = labels
        self._lock = threading.Lock()

    def _key(self, labels: Labels, known: Collection[Labels]) -> Labels:
        if len(labels) != len(self.labels):
            raise ValueError(f"{self.name} has the labels {self.labels}, not {labels}")
        if labels in known or len(known) < MOST_LABEL_SETS:
            return labels
        return ("other",) * len(labels)

    def _named(self, labels: Labels) -> tuple[tuple[str, str], ...]:
        return tuple(zip(self.labels, labels, strict=True))

    @abstractmethod
    def samples(self) -> Iterator[Sample]:
        """Return what is shown now, a value for each label set."""


class _Single(_Metric):
    """One value for each label set: counted here, or read from a function when asked."""

    def __init__(self, name: str, help: str, labels: Labels = ()) -> None:
        super().__init__(name, help, labels)
        self._values: dict[Labels, float] = {}
        self._read: Callable[[], dict[Labels, float]] | None = None

    def read_from(self, read: Callable[[], dict[Labels, float]]) -> None:
        """Ask this function at each reading; it must not block."""
        self._read = read

    def samples(self) -> Iterator[Sample]:
        values = self._read() if self._read else dict(self._values)
        for key, value in values.items():
            yield Sample("", self._named(key), value)


class Counter(_Single):
    """A number that only grows; its name ends in _total."""

    kind: Kind = "counter"

    def __init__(self, name: str, help: str, labels: Labels = ()) -> None:
        super().__init__(name, help, labels)
        if not labels:
            self._values[()] = 0  # shown from the start, so that a rate can be taken of it

    def inc(self, *labels: str, by: float = 1) -> None:
        """Count `by` more (not negative) under these label values."""
        if by < 0:
            raise ValueError(f"{self.name} cannot shrink")
        with self._lock:
            key = self._key(labels, self._values)
            self._values[key] = self._values.get(key, 0) + by


class Gauge(_Single):
    """A number that goes up and down."""

    kind: Kind = "gauge"

    def set(self, value: float, *labels: str) -> None:
        """The value now, under these label values."""
        with self._lock:
            self._values[self._key(labels, self._values)] = value


class Histogram(_Metric):
    """How often a quantity fell at or below each bound, with count and sum."""

    kind: Kind = "histogram"

    def __init__(
        self, name: str, help: str, labels: Labels = (), bounds: tuple[float, ...] = SECONDS
    ) -> None:
        super().__init__(name, help, labels)
        self.bounds = tuple(sorted(bounds))
        self._values: dict[Labels, list[float]] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one observation, in the unit of the metric's name."""
        with self._lock:
            key = self._key(labels, self._values)
            counts = self._values.setdefault(key, [0.0] * (len(self.bounds) + 2))
            counts[bisect_left(self.bounds, value)] += 1
            counts[-1] += value

    def samples(self) -> Iterator[Sample]:
        for key, counts in [(k, list(v)) for k, v in dict(self._values).items()]:
            named, total = self._named(key), 0.0
            for bound, count in zip((*self.bounds, float("inf")), counts, strict=False):
                total += count
                yield Sample("_bucket", (*named, ("le", _number(bound))), total)
            yield Sample("_sum", named, counts[-1])
            yield Sample("_count", named, total)


class Registry:
    """The metrics of one process."""

    def __init__(self, process: str = "") -> None:
        self.process = process
        self._metrics: dict[str, _Metric] = {}

    def counter(self, name: str, help: str, labels: Labels = ()) -> Counter:
        """A new counter; a name is taken only once."""
        return self._added(Counter(name, help, labels))

    def gauge(self, name: str, help: str, labels: Labels = ()) -> Gauge:
        """A new gauge; a name is taken only once."""
        return self._added(Gauge(name, help, labels))

    def histogram(
        self, name: str, help: str, labels: Labels = (), bounds: tuple[float, ...] = SECONDS
    ) -> Histogram:
        """A new histogram; a name is taken only once."""
        return self._added(Histogram(name, help, labels, bounds))

    def _added(self, metric: Some) -> Some:
        if metric.name in self._metrics:
            raise ValueError(f"{metric.name} is declared twice")
        self._metrics[metric.name] = metric
        return metric

    def names(self) -> list[str]:
        """The names of all metrics, shown or not."""
        return list(self._metrics)

    def families(self) -> list[Family]:
        """Every metric with its samples now, labelled with the process if it has a name."""
        own = (("process", self.process),) if self.process else ()
        return [
            Family(m.name, m.kind, m.help, [Sample(s.suffix, own + s.labels, s.value) for s in got])
            for m in list(self._metrics.values())
            if (got := list(m.samples()))
        ]

    def save(self, folder: Path) -> None:
        """Leave a snapshot for the process that is asked, replacing the last one at once."""
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{self.process}.metrics"
        draft.write_bytes(msgspec.json.encode(self.families()))
        os.replace(draft, folder / f"{self.process}.metrics")

    def render(self, folder: Path | None = None) -> str:
        """The text of this process's figures and of the snapshots in `folder`."""
        families = self.families()
        for path in sorted(folder.glob("*.metrics")) if folder else ():
            if path.stem != self.process and not path.name.startswith("."):
                families += _snapshot(path)
        return render(families)


def _snapshot(path: Path) -> list[Family]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Family])
    except (OSError, msgspec.MsgspecError):
        return []  # just replaced or removed; figures may be lost


def render(families: Iterable[Family]) -> str:
    """Families as text; those of one name are put together, as the format asks."""
    together: dict[str, list[Family]] = {}
    for family in families:
        together.setdefault(family.name, []).append(family)
    lines: list[str] = []
    for name, same in together.items():
        told = same[0].help.replace("\\", r"\\").replace("\n", r"\n")
        lines += [f"# HELP {name} {told}", f"# TYPE {name} {same[0].kind}"]
        lines += [_line(name, sample) for family in same for sample in family.samples]
    return "".join(line + "\n" for line in lines)


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels)
    shown = f"{{{labels}}}" if labels else ""
    return f"{name}{sample.suffix}{shown} {_number(sample.value)}"


def _escaped(value: str) -> str:
    text = value.encode("utf-8", "backslashreplace").decode("utf-8")
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else repr(float(value))


def add_process_figures(registry: Registry) -> None:
    """CPU seconds, resident memory and open files, under Prometheus' usual names."""
    cpu = registry.counter("process_cpu_seconds_total", "Processor time used, user and system.")
    cpu.read_from(lambda: {(): sum(resource.getrusage(resource.RUSAGE_SELF)[:2])})
    memory = registry.gauge("process_resident_memory_bytes", "Memory held in RAM.")
    memory.read_from(lambda: {(): _resident_bytes()})
    files = registry.gauge("process_open_fds", "Open files and sockets.")
    files.read_from(lambda: {(): len(os.listdir("/proc/self/fd"))})


def _resident_bytes() -> float:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


async def expose(read: Callable[[], str], address: str, port: int) -> asyncio.Server:
    """Answer GET /metrics on an address that is not for the public. The caller closes the server.

    Just enough HTTP for a scraper: one request a connection, 5 s and 8 KiB for its head.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
            writer.write(_response(head, read))
            await asyncio.wait_for(writer.drain(), 5)
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # a scraper that hangs or goes away loses nothing of ours
        finally:
            writer.close()

    return await asyncio.start_server(answer, address, port, limit=8192)


def _response(head: bytes, read: Callable[[], str]) -> bytes:
    if head.startswith((b"GET /metrics ", b"GET /metrics?")):
        status, body = "200 OK", read().encode()
    else:
        status, body = "404 Not Found", b"The figures are at /metrics.\n"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
