"""A rough look at the sender: 1,000 POSTs to 200 hosts on loopback, and the cost of one POST.

Run: python tests/bench/sender.py [--uvloop] [--tls]. The peers run in a process of their own.
"""

import asyncio
import multiprocessing
import ssl
import sys
import tempfile
import time
from multiprocessing.connection import Connection as Pipe

import trustme

from fedi.net.connection import tls_context
from fedi.net.guard import Rules
from fedi.net.sender import Request, Sender

HOSTS = 200
BODY = b'{"type":"Create"}' + b" " * 1500
HEADERS = [
    ("Content-Type", "application/activity+json"),
    ("Date", "Sun, 06 Nov 2026 08:49:37 GMT"),
    ("Digest", "SHA-256=" + "A" * 44),
    ("Signature", 'keyId="https://a.test/actors/1#main-key",signature="' + "A" * 344 + '"'),
]


class Inbox(asyncio.Protocol):
    """Answers 202 to every POST of the one known length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while True:
            end = self.buffer.find(b"\r\n\r\n")
            if end < 0 or len(self.buffer) < end + 4 + len(BODY):
                return
            self.buffer = self.buffer[end + 4 + len(BODY) :]
            self.transport.write(  # type: ignore[attr-defined]
                b"HTTP/1.1 202 Accepted\r\nServer: peer\r\nDate: Sun, 06 Nov 2026 08:49:37 GMT\r\n"
                b"Content-Type: text/plain\r\nContent-Length: 0\r\nVary: Accept\r\n\r\n"
            )


def serve(pipe: "Pipe", ca_file: str | None) -> None:
    context = None
    if ca_file:
        ca = trustme.CA()
        ca.cert_pem.write_to_path(ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("*.peers.test").configure_cert(context)

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(
            Inbox, "127.0.0.1", 0, backlog=1024, ssl=context
        )
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


async def measure(port: int, ca_file: str | None) -> None:
    hosts = {f"h{i}.peers.test": f"127.0.0.1:{port}" for i in range(HOSTS)}
    sender = Sender(Rules(lab=True, hosts=hosts, ca_file=ca_file), per_host=2, in_flight=256)
    scheme = "http"
    if ca_file:
        scheme = "https"
        tls_context(ca_file)

    def request(i: int) -> Request:
        return Request("POST", f"{scheme}://h{i % HOSTS}.peers.test/inbox", HEADERS, BODY, cut=True)

    for label, count in (("cold, 1,000 to 200 hosts", 1000), ("warm", 1000), ("warm", 10_000)):
        wall, used = time.perf_counter(), time.process_time()
        answers = await asyncio.gather(*(sender.send(request(i)) for i in range(count)))
        wall, used = time.perf_counter() - wall, time.process_time() - used
        assert all(answer.status == 202 for answer in answers)
        print(f"{label:26} {count:6} POSTs {wall:6.2f} s, {used / count * 1e6:5.0f} us CPU each")
    await sender.close()


def main() -> None:
    mine, theirs = multiprocessing.Pipe()
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        ca_file = file.name if "--tls" in sys.argv else None
        peer = multiprocessing.Process(target=serve, args=(theirs, ca_file), daemon=True)
        peer.start()
        port = mine.recv()
        if "--uvloop" in sys.argv:
            import uvloop

            uvloop.run(measure(port, ca_file))
        else:
            asyncio.run(measure(port, ca_file))
        peer.terminate()


if __name__ == "__main__":
    main()
