"""What Prometheus is told: of requests, deliveries, queues, hosts and units, by every process."""

import asyncio
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from actors.errors import Forbidden
from fedi.config import Config, Metrics, Server
from fedi.figures import Figures, folder_of, tell
from fedi.net.answer import Receive, Scope, Send
from fedi.store.engine import Engine, Tx
from outbox.knocks import Next, Verdict
from outbox.leases import Delivery, Done
from tests.architecture.source import ROOT
from tests.ports import free_port
from tests.running import run

NOW = 1_775_000_000_000


def shown(figures: Figures) -> list[str]:
    return figures.registry.render().splitlines()


def test_requests_to_an_inbox_are_counted_by_the_status_they_get() -> None:
    figures = Figures()
    answers: list[Exception | None] = [None, None, Forbidden("blocked"), RuntimeError("a mistake")]

    async def inbox(scope: Scope, receive: Receive, send: Send) -> None:
        problem = answers.pop(0)
        if problem is not None:
            raise problem

    async def scene() -> None:
        counted = figures.counting(inbox)
        nothing: Any = None
        for _ in range(4):
            try:
                await counted({}, nothing, nothing)
            except (Forbidden, RuntimeError):
                continue

    asyncio.run(scene())
    told = [line for line in shown(figures) if line.startswith("fedi_inbox_requests_total")]
    assert told == [
        'fedi_inbox_requests_total{status="202"} 2',
        'fedi_inbox_requests_total{status="403"} 1',
        'fedi_inbox_requests_total{status="500"} 1',
    ]


def test_who_listens_is_told_when_asked() -> None:
    @dataclass
    class Hall:
        listeners: int = 0
        streams: dict[str, int] = field(default_factory=dict)

        def heard(self) -> dict[str, int]:
            return self.streams

    figures, hall = Figures(), Hall()
    figures.watch_streams(hall)
    assert "fedi_stream_connections 0" in shown(figures)
    hall.listeners, hall.streams = 3, {"user": 2, "hashtag": 4}
    told = [line for line in shown(figures) if line.startswith("fedi_stream_")]
    assert told == [
        "fedi_stream_connections 3",
        'fedi_stream_subscriptions{stream="user"} 2',
        'fedi_stream_subscriptions{stream="hashtag"} 4',
    ]


def test_deliveries_are_counted_by_what_becomes_of_them() -> None:
    delivery = Delivery(
        id=1, activity_id=1, actor_id=1, kind="Create", host="by.test", inbox="https://by.test/in",
        shared=True, body=b"{}", created=NOW,
    )  # fmt: skip
    verdicts = (Verdict(Next.DONE), Verdict(Next.LATER), Verdict(Next.DONE), None)
    figures = Figures()
    figures.delivered(tuple(Done(delivery=delivery, fence=1, verdict=one) for one in verdicts))
    told = [line for line in shown(figures) if line.startswith("fedi_deliveries_total")]
    assert told == [
        'fedi_deliveries_total{outcome="done"} 2',
        'fedi_deliveries_total{outcome="later"} 1',
        'fedi_deliveries_total{outcome="not-tried"} 1',
    ]


async def _waits(tx: Tx) -> None:
    await tx.run(
        "INSERT INTO arrival (id, activity_uri, inbox_owner, signer, body, received, due,"
        " lease_until, tries, problem) VALUES (1, 'https://by.test/1', 0, 'https://by.test/a',"
        " ?, ?, ?, 0, 0, '')",
        (b"{}", NOW - 90_000, NOW),
    )
    for name, state in (("a.test", "healthy"), ("b.test", "healthy"), ("c.test", "down")):
        await tx.run(
            "INSERT INTO host (name, state, memory, due, opens, held, owner, lease_until, fence,"
            " taken, changed) VALUES (?, ?, '', 0, 0, 0, '', 0, 0, 0, 0)",
            (name, state),
        )


def test_queues_and_hosts_are_looked_up_in_the_tables(engine: Engine) -> None:
    figures = Figures()
    run(engine.write(_waits))
    run(figures.look(engine, NOW))
    told = shown(figures)
    assert 'fedi_queue_waiting{queue="arrivals"} 1' in told
    assert 'fedi_queue_oldest_seconds{queue="arrivals"} 90' in told
    assert 'fedi_queue_waiting{queue="deliveries"} 0' in told
    assert 'fedi_hosts{state="healthy"} 2' in told
    assert 'fedi_hosts{state="down"} 1' in told


def test_a_state_that_no_host_is_in_any_more_reads_zero(engine: Engine) -> None:
    figures = Figures()
    run(engine.write(_waits))
    run(figures.look(engine, NOW))
    run(engine.write(lambda tx: tx.run("UPDATE host SET state = 'healthy'")))
    run(figures.look(engine, NOW))
    assert 'fedi_hosts{state="down"} 0' in shown(figures)


def config(folder: Path, port: int) -> Config:
    return Config(
        server=Server(origin="https://by.example", data_dir=folder),
        metrics=Metrics(enabled=True, listen=f"127.0.0.1:{port}"),
    )


async def scraped(port: int) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    text = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    return text


async def left_there(folder: Path, count: int) -> None:
    while len(list(folder.glob("*.metrics"))) < count:  # noqa: ASYNC110, ASYNC240 -- files tell nobody
        await asyncio.sleep(0.01)


def test_the_first_process_answers_for_its_neighbours(engine: Engine, tmp_path: Path) -> None:
    async def scene() -> None:
        settings, stop = config(tmp_path, free_port()), asyncio.Event()
        processes = []
        for number, name in enumerate(("0-web", "1-outbox")):
            figures = Figures()
            figures.registry.process = name
            figures.unit(0.002)
            processes.append(
                asyncio.create_task(
                    tell(figures, settings, engine, lambda: NOW, stop, first=number == 0)
                )
            )
        folder = folder_of(settings)
        await left_there(folder, 2)
        text = await scraped(int(settings.metrics.listen.rpartition(":")[2]))
        for name in ("0-web", "1-outbox"):
            assert f'fedi_unit_seconds_count{{process="{name}"}} 1' in text
        assert 'fedi_queue_waiting{process="0-web",queue="arrivals"} 0' in text
        stop.set()
        await asyncio.gather(*processes)

    run(scene())


def test_a_port_that_is_taken_costs_the_figures_and_not_the_process(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            stop = asyncio.Event()
            settings = config(tmp_path, taken.getsockname()[1])
            telling = asyncio.create_task(
                tell(Figures(), settings, engine, lambda: NOW, stop, first=True)
            )
            await left_there(folder_of(settings), 1)
            stop.set()
            await telling

    run(scene())
    assert "Set [metrics] listen to a free port" in caplog.text


def test_the_page_for_operators_names_every_figure_of_ours() -> None:
    figures = Figures()
    figures.watch_backlog(lambda: 0)
    page = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")
    ours = [name for name in figures.registry.names() if name.startswith("fedi_")]
    assert [name for name in ours if f"`{name}`" not in page] == []
