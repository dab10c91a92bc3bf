"""What an app may ask for: keys that are keys, addresses outside (S12, trial 24), one a token."""

from dataclasses import replace
from pathlib import Path

import pytest

from actors.errors import Invalid
from fedi.net.guard import Rules
from fedi.net.sender import Sender
from fedi.push.subscriptions import Subscriptions
from fedi.push.texts import from_base64
from fedi.store.engine import Engine
from tests.fedi.push.phones import Phone
from tests.people import NOW, OLA, Nordvik
from tests.running import run

ENDPOINT = "https://push.example.net/abc"


async def resolve(host: str, port: int) -> list[str]:
    return {"push.example.net": ["93.184.215.14"], "inward.example.net": ["10.0.0.7"]}[host]


def keeping(engine: Engine, folder: Path, sender: Sender) -> Subscriptions:
    return Subscriptions(
        engine,
        sender,
        lambda: NOW,
        secrets_dir=folder / "secrets",
        subject="https://nordvik.test",
        own="nordvik.example.org",
    )


@pytest.fixture
def subscriptions(nordvik: Nordvik, tmp_path: Path) -> Subscriptions:
    return keeping(nordvik.engine, tmp_path, Sender(Rules(), resolver=resolve))


def test_a_token_has_one_subscription(subscriptions: Subscriptions) -> None:
    phone = Phone()
    wish = phone.wish(ENDPOINT, alerts=frozenset({"mention", "nonsense"}), policy="followed")
    first = run(subscriptions.subscribe(7, OLA.id, "hemmelig", wish))
    second = run(subscriptions.subscribe(7, OLA.id, "hemmelig", replace(wish, standard=False)))
    assert first.id != second.id
    assert run(subscriptions.find(7)) == second
    assert second.alerts == {"mention"}
    assert second.policy == "followed"
    assert not second.standard
    assert b"hemmelig" not in second.bearer
    changed = run(subscriptions.change(7, frozenset({"poll"}), "all"))
    assert changed == replace(second, alerts=frozenset({"poll"}), policy="all")
    run(subscriptions.drop(7))
    assert run(subscriptions.find(7)) is None
    assert run(subscriptions.change(7, frozenset(), "all")) is None


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.net/abc", "https://127.0.0.1/abc", "https://[::1]/abc",
        "https://10.0.0.7/abc", "https://inward.example.net/abc", "https://localhost/abc",
        "https://push.example.net:22/abc", "https://2130706433/", "https://a@push.example.net/",
        "file:///etc/passwd", "gopher://push.example.net/", "/abc", "", "javascript:alert(1)",
        "https://nordvik.example.org/inbox", "https://push.example.net/" + "a" * 2_048,
        "https://169.254.169.254/latest/meta-data/", "https://[::ffff:127.0.0.1]/",
    ],
)  # fmt: skip
def test_an_address_that_we_would_not_ask_is_refused(
    subscriptions: Subscriptions, endpoint: str
) -> None:
    with pytest.raises(Invalid, match="Endpoint"):
        run(subscriptions.subscribe(7, OLA.id, "hemmelig", Phone().wish(endpoint)))
    assert run(subscriptions.find(7)) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("p256dh", ""), ("p256dh", "BA"), ("p256dh", "A" * 87), ("p256dh", "æ"), ("auth", ""),
        ("auth", "AAAA"), ("auth", "A" * 44), ("policy", "everyone"), ("policy", ""),
    ],
)  # fmt: skip
def test_keys_that_are_none_and_unknown_policies_are_refused(
    subscriptions: Subscriptions, field: str, value: str
) -> None:
    wish = Phone().wish(ENDPOINT, **{field: value})
    with pytest.raises(Invalid):
        run(subscriptions.subscribe(7, OLA.id, "hemmelig", wish))


def test_our_key_is_the_same_for_every_process_and_stays(
    engine: Engine, tmp_path: Path, subscriptions: Subscriptions
) -> None:
    other = keeping(engine, tmp_path, Sender(Rules(), resolver=resolve))
    first = run(subscriptions.server_key())
    assert run(other.server_key()) == first
    point = from_base64(first)
    assert point is not None
    assert len(point) == 65
    assert "=" not in first


def test_a_token_is_opened_with_our_secret_alone(
    engine: Engine, tmp_path: Path, subscriptions: Subscriptions
) -> None:
    ours = run(subscriptions.keys())
    kept = ours.seal("hemmelig", 7)
    assert ours.opened(kept, 7) == "hemmelig"
    assert ours.opened(kept, 8) == ""
    other = keeping(engine, tmp_path / "elsewhere", Sender(Rules(), resolver=resolve))
    assert run(other.keys()).opened(kept, 7) == ""
    assert (tmp_path / "secrets" / "push").stat().st_mode & 0o077 == 0
