"""Which key signs while keys change: the old one until a host was told, or 48 hours are over."""

from typing import Any

from actors.people import Key, KeyKind
from outbox.rotation import is_changing, signing_key

HOUR = 3_600_000
MADE = 1_000 * HOUR


def key(name: str, **fields: Any) -> Key:
    defaults: dict[str, Any] = {
        "kind": KeyKind.RSA,
        "public": "",
        "private": b"x",
        "created": 0,
        "active_from": 0,
    }
    return Key(uri=name, actor_id=1, **(defaults | fields))


OLD = key("old")
NEW = key("new", created=MADE, active_from=MADE + 48 * HOUR)


def chosen(now: int, told: int | None, *keys: Key) -> str:
    found = signing_key(keys or (OLD, NEW), now, told)
    return found.uri if found is not None else ""


def test_a_host_that_was_not_told_sees_the_old_key_for_48_hours() -> None:
    assert chosen(MADE, None) == "old"
    assert chosen(MADE + 48 * HOUR - 1, None) == "old"
    assert chosen(MADE + 48 * HOUR, None) == "new"


def test_a_host_that_accepted_the_update_sees_the_new_key_at_once() -> None:
    assert chosen(MADE + 1, MADE) == "new"


def test_an_update_from_before_the_new_key_tells_nothing_of_it() -> None:
    assert chosen(MADE + 1, MADE - 1) == "old"


def test_a_key_retired_for_later_signs_until_then() -> None:
    old = key("old", retired=MADE + 48 * HOUR)
    assert chosen(MADE + HOUR, None, old, NEW) == "old"
    assert chosen(MADE + 48 * HOUR, None, old, NEW) == "new"


def test_keys_of_others_kinds_or_without_their_private_half_never_sign() -> None:
    ed25519 = key("ed", kind=KeyKind.ED25519, created=MADE)
    public = key("public", private=None, created=MADE)
    assert chosen(MADE, None, OLD, ed25519, public) == "old"
    assert chosen(MADE, None, ed25519, public) == ""


def test_where_no_key_is_active_yet_the_first_to_be_signs() -> None:
    assert chosen(MADE, None, NEW) == "new"


def test_keys_are_changing_only_while_one_waits() -> None:
    assert is_changing((OLD, NEW), MADE)
    assert not is_changing((OLD, NEW), MADE + 48 * HOUR)
    assert not is_changing((OLD,), MADE)
