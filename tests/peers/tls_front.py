"""TLS in front of a server that speaks plain http, as a reverse proxy is in production.

Bytes are passed on untouched, Host header and all: signatures cover them. Runs as a process
of its own: python tls_front.py PORT BEHIND_PORT CERT KEY
"""

import asyncio
import ssl
import sys


async def pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy until the source ends, then say so to the sink."""
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
    except (ConnectionError, ssl.SSLError):
        return


async def serve(port: int, behind: int, tls: ssl.SSLContext) -> None:
    """Accept on PORT with TLS for as long as the process lives."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", behind)
        except OSError:
            writer.close()
            return
        ways = [
            asyncio.create_task(pour(reader, inner_writer)),
            asyncio.create_task(pour(inner_reader, writer)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        if not ways[1].done():  # the client has said all; the answer may still be coming
            await asyncio.wait([ways[1]], timeout=30)
        for way in ways:
            way.cancel()
        inner_writer.close()
        writer.close()

    server = await asyncio.start_server(carry, "127.0.0.1", port, ssl=tls)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    port, behind, cert, key = sys.argv[1:]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    asyncio.run(serve(int(port), int(behind), context))
