"""Whatever a stranger names, a house on the internet connects to nothing near (S12, trial 24)."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from actors.errors import FediError, FetchError
from fedi.net import connection
from fedi.net.sender import Request
from tests.hostile.peer import Stranger, activity, rsa, town

NEAR = (
    "https://127.0.0.1",
    "https://localhost",
    "https://localhost.",
    "https://LOCALHOST:8443",
    "https://sub.localhost",
    "https://127.1",
    "https://2130706433",
    "https://0x7f.1",
    "https://0177.0.0.1",
    "https://127.0.0.1.",
    "https://%31%32%37.0.0.1",
    "https://１２７。０。０。１",
    "https://0.0.0.0",
    "https://[::1]",
    "https://[::]",
    "https://[::ffff:127.0.0.1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[64:ff9b:1::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://[fe80::1%25lo]",
    "https://10.0.0.1",
    "https://100.64.0.1",
    "https://169.254.169.254",
    "https://192.168.0.1",
    "https://255.255.255.255",
    "https://router.local",
    "https://db.internal",
    "https://good.example@127.0.0.1",
    "https://good.example\\@127.0.0.1",
    "https://nordvik.example",
    "https://nordvik.example.",
    "http://8.8.8.8",
    "https://8.8.8.8:22",
    "https://8.8.8.8:6379",
    "gopher://8.8.8.8",
    "file://",
    "ftp://8.8.8.8",
)


@pytest.fixture(autouse=True)
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address that our side would connect to, and every name it would ask for."""
    tried: list[Any] = []

    async def dial(target: Any, endpoints: Any, *_: Any) -> Any:
        tried.append((target.url, endpoints))
        raise OSError("not from a test")

    def look_up(host: str, *_: Any, **__: Any) -> Any:
        tried.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]

    monkeypatch.setattr("fedi.net.sender.dial", dial)
    monkeypatch.setattr("fedi.net.names.socket.getaddrinfo", look_up)
    assert connection.dial is not None
    return tried


def test_s12_no_key_id_actor_inbox_or_handle_leads_to_anything_near(
    tmp_path: Path, dialled: list[Any]
) -> None:
    async def main() -> None:
        async with town(tmp_path, lab=False) as here:
            resolver, sender = here.house.resolver, here.house.sender
            for near in NEAR:
                uri = f"{near}/users/x"
                key = {"id": f"{uri}#main-key", "owner": uri}
                mallory = Stranger(uri, rsa(1), {"publicKey": key})
                key_id = key["id"].encode("ascii", "replace").decode()
                if "\\" not in key_id:
                    follow = activity("Follow", mallory, here.department.uri)
                    status, said = await here.post(mallory, follow, key_id=key_id)
                    assert status == 401, (near, said)
                for ask in (resolver.actor, resolver.post, resolver.need):
                    try:
                        await ask(uri)
                    except FediError:
                        continue
                    assert near.startswith("https://nordvik.example")  # ours is looked up
                with pytest.raises(FetchError):
                    await sender.send(Request("POST", f"{near}/inbox", [], b"{}"))
            for handle in ("x@127.0.0.1", "x@localhost", "x@[::1]", "x@a.local", "x@10.0.0.1:8443"):
                with pytest.raises(FediError):
                    await resolver.handle(handle)

    asyncio.run(main())
    assert dialled == []


def test_trial_24_a_name_that_leads_home_is_looked_up_and_not_connected_to(
    tmp_path: Path, dialled: list[Any]
) -> None:
    async def main() -> None:
        async with town(tmp_path, lab=False) as here:
            with pytest.raises(FetchError):
                await here.house.resolver.actor("https://rebinding.org/users/x")
            request = Request("POST", "https://rebinding.net/inbox", [], b"{}")
            with pytest.raises(FetchError):
                await here.house.sender.send(request)

    asyncio.run(main())
    assert dialled == ["rebinding.org", "rebinding.net"]
