"""Scopes: what holds what, and what nobody knows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.oauth import scopes
from fedi.oauth.scopes import InvalidScope, covers, parse, within

SOME = st.lists(st.sampled_from(scopes.ALL), max_size=5)


def test_a_whole_scope_holds_its_parts_and_no_part_the_whole() -> None:
    assert covers(["write"], "write:statuses")
    assert not covers(["write:statuses"], "write")
    assert not covers(["write"], "read:statuses")
    assert covers(["admin:read"], "admin:read:accounts")
    assert not covers(["read"], "admin:read")
    assert not covers(["admin:read"], "read")


def test_follow_holds_follows_blocks_and_mutes_and_nothing_else() -> None:
    for needed in ("read:follows", "write:follows", "write:blocks", "read:mutes", "follow"):
        assert covers(["follow"], needed)
    for needed in ("read", "write", "write:statuses", "read:accounts"):
        assert not covers(["follow"], needed)


def test_our_own_scopes_stand_apart_from_mastodons() -> None:
    for verb in ("read", "write"):
        for part in scopes.PARTS_OF_OURS:
            assert covers([f"fedi:{verb}"], f"fedi:{verb}:{part}")
            assert not covers([f"fedi:{verb}:{part}"], f"fedi:{verb}")
            assert not covers([verb, f"admin:{verb}"], f"fedi:{verb}:{part}")
    assert not covers(["fedi:read", "fedi:write"], "read")


def test_one_of_several_scopes_is_enough_and_none_asks_for_none() -> None:
    assert covers(["profile"], "profile read:accounts")
    assert covers(["read"], "profile read:accounts")
    assert not covers(["write"], "profile read:accounts")
    assert covers([], "")


def test_scopes_are_read_in_order_and_once() -> None:
    assert parse("read write read") == ("read", "write")
    assert parse("read+write") == ("read", "write")  # encoded twice by some apps
    assert parse("") == ("read",)


@pytest.mark.parametrize("text", ["fly", "read fly", "READ", "read:fly", "admin", "x" * 3_000])
def test_an_unknown_scope_is_refused_by_its_code(text: str) -> None:
    with pytest.raises(InvalidScope) as refused:
        parse(text)
    assert refused.value.code == "invalid_scope"


@given(SOME, SOME)
def test_what_an_app_may_ask_for_gives_it_nothing_it_did_not_register(
    asked: list[str], registered: list[str]
) -> None:
    if within(asked, registered):
        assert scopes.held(asked) <= scopes.held(registered)
    else:
        assert not scopes.held(registered).issuperset(asked)
