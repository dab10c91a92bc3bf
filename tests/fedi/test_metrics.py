"""The figures for Prometheus: what is counted, and how it reads."""

import asyncio
import threading
from pathlib import Path

import pytest

from fedi.metrics import MOST_LABEL_SETS, Registry, add_process_figures, expose


def lines(registry: Registry, folder: Path | None = None) -> list[str]:
    return registry.render(folder).splitlines()


def test_a_counter_reads_as_prometheus_expects() -> None:
    registry = Registry()
    arrivals = registry.counter("fedi_arrivals_total", "Arrivals by answer.", ("answer",))
    arrivals.inc("accepted")
    arrivals.inc("accepted", by=2)
    arrivals.inc("refused")
    assert lines(registry) == [
        "# HELP fedi_arrivals_total Arrivals by answer.",
        "# TYPE fedi_arrivals_total counter",
        'fedi_arrivals_total{answer="accepted"} 3',
        'fedi_arrivals_total{answer="refused"} 1',
    ]


def test_a_counter_without_labels_is_shown_from_the_start() -> None:
    registry = Registry()
    registry.counter("fedi_starts_total", "Starts.")
    assert lines(registry)[-1] == "fedi_starts_total 0"


def test_a_counter_never_shrinks() -> None:
    with pytest.raises(ValueError, match="cannot shrink"):
        Registry().counter("fedi_starts_total", "Starts.").inc(by=-1)


def test_a_gauge_is_set_or_read_when_asked() -> None:
    registry = Registry()
    registry.gauge("fedi_queue", "Waiting.").set(2.5)
    registry.gauge("fedi_hosts", "Hosts.", ("state",)).read_from(lambda: {("down",): 3})
    assert "fedi_queue 2.5" in lines(registry)
    assert 'fedi_hosts{state="down"} 3' in lines(registry)


def test_a_histogram_counts_at_or_below_each_bound() -> None:
    registry = Registry()
    took = registry.histogram("fedi_took_seconds", "Time.", bounds=(0.5, 0.1))
    for seconds in (0.05, 0.1, 0.3, 7):
        took.observe(seconds)
    assert lines(registry)[2:] == [
        'fedi_took_seconds_bucket{le="0.1"} 2',
        'fedi_took_seconds_bucket{le="0.5"} 3',
        'fedi_took_seconds_bucket{le="+Inf"} 4',
        "fedi_took_seconds_sum 7.45",
        "fedi_took_seconds_count 4",
    ]


def test_a_label_cannot_break_out_of_its_quotes() -> None:
    registry = Registry()
    registry.counter("fedi_x_total", "X.", ("host",)).inc('a"\n\\} 1\ud800')
    assert lines(registry)[-1] == r'fedi_x_total{host="a\"\n\\} 1\\ud800"} 1'


def test_labels_that_others_choose_cannot_fill_the_memory() -> None:
    registry = Registry()
    seen = registry.counter("fedi_seen_total", "Seen.", ("host",))
    for number in range(MOST_LABEL_SETS + 50):
        seen.inc(f"host{number}.example")
    seen.inc("host1.example")
    assert len(lines(registry)) == 2 + MOST_LABEL_SETS + 1
    assert 'fedi_seen_total{host="other"} 50' in lines(registry)
    assert 'fedi_seen_total{host="host1.example"} 2' in lines(registry)


def test_wrong_labels_and_double_names_are_mistakes_of_the_program() -> None:
    registry = Registry()
    seen = registry.counter("fedi_seen_total", "Seen.", ("host",))
    with pytest.raises(ValueError, match="has the labels"):
        seen.inc("a", "b")
    with pytest.raises(ValueError, match="declared twice"):
        registry.gauge("fedi_seen_total", "Seen.")


def test_no_count_is_lost_between_threads() -> None:
    counter = Registry().counter("fedi_x_total", "X.")

    def count() -> None:
        for _ in range(5000):
            counter.inc()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert next(counter.samples()).value == 20_000


def test_the_figures_of_all_processes_stand_together(tmp_path: Path) -> None:
    web, outbox = Registry("web"), Registry("outbox")
    for registry, count in ((web, 1), (outbox, 2)):
        registry.counter("fedi_x_total", "X.").inc(by=count)
    outbox.save(tmp_path)
    web.save(tmp_path)
    (tmp_path / "jobs.metrics").write_bytes(b"[{half a snapsh")
    assert lines(web, tmp_path) == [
        "# HELP fedi_x_total X.",
        "# TYPE fedi_x_total counter",
        'fedi_x_total{process="web"} 1',
        'fedi_x_total{process="outbox"} 2',
    ]


def test_a_process_shows_its_own_weight() -> None:
    registry = Registry()
    add_process_figures(registry)
    values = dict(line.split(" ") for line in lines(registry) if not line.startswith("#"))
    assert float(values["process_resident_memory_bytes"]) > 1_000_000
    assert float(values["process_cpu_seconds_total"]) > 0
    assert int(values["process_open_fds"]) >= 3


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_a_scraper_gets_the_figures_and_nothing_else() -> None:
    async def run() -> None:
        registry = Registry()
        registry.counter("fedi_starts_total", "Starts.").inc()
        server = await expose(registry.render, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        figures = await asked(port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
        other = await asked(port, b"GET /etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
        too_long = await asked(port, b"GET /metrics HTTP/1.1\r\nX: " + b"x" * 20_000)
        server.close()
        await server.wait_closed()
        assert figures.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4")
        assert figures.endswith(b"fedi_starts_total 1\n")
        assert other.startswith(b"HTTP/1.1 404")
        assert too_long == b""

    asyncio.run(run())
