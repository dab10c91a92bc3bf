"""Callers: who holds a token now; roles and revocations take effect within a second (S32)."""

from dataclasses import replace

import pytest

from actors.errors import Forbidden, Unauthorized
from actors.membership import Membership, Role
from actors.people import Token
from fedi.oauth.callers import USED_EVERY_MS, Caller, Callers, hash_of
from tests.people import KARI, LEDERGRUPPEN, NOW, PERSON_KARI, Nordvik
from tests.running import run

HELD = Token(
    id=900, hash=hash_of("kari-leads"), person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id,
    app_id=7, scopes="read write:statuses", created=NOW,
)  # fmt: skip


class Watch:
    """A clock of the kind that only goes on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def callers(nordvik: Nordvik, watch: Watch) -> Callers:
    nordvik.put(HELD)
    return Callers(nordvik.engine, nordvik.clock, elapsed=watch)


def find(callers: Callers, bearer: str = "kari-leads") -> Caller:
    return run(callers.find(bearer))


def refused(callers: Callers, bearer: str = "kari-leads") -> str:
    with pytest.raises(Unauthorized) as error:
        find(callers, bearer)
    assert error.value.code == "invalid_token"
    return error.value.sentence


def test_a_token_stands_for_its_person_actor_role_and_scopes(callers: Callers) -> None:
    caller = find(callers)
    assert (caller.token_id, caller.app_id) == (900, 7)
    assert caller.person == PERSON_KARI
    assert caller.actor == LEDERGRUPPEN
    assert caller.role is Role.AUTHOR
    assert caller.scopes == ("read", "write:statuses")
    assert caller.may("read:accounts")
    assert caller.may("")
    assert not caller.may("write:media")


def test_an_apps_own_token_has_neither_person_nor_actor(nordvik: Nordvik, callers: Callers) -> None:
    nordvik.put(Token(id=901, hash=hash_of("app"), app_id=7, scopes="read", created=NOW))
    caller = find(callers, "app")
    assert (caller.person, caller.actor, caller.role) == (None, None, None)


@pytest.mark.parametrize("bearer", ["", "nobody's", "kari-leads ", "x" * 4_000, "\udc80"])
def test_what_is_no_token_is_invalid(callers: Callers, bearer: str) -> None:
    assert refused(callers, bearer) == "The access token is invalid"


def test_a_revoked_token_says_so(nordvik: Nordvik, callers: Callers) -> None:
    nordvik.put(replace(HELD, revoked=NOW))
    assert refused(callers) == "The access token was revoked"


@pytest.mark.parametrize(
    "change",
    [
        replace(PERSON_KARI, departed=NOW),
        replace(LEDERGRUPPEN, deleted=NOW),
        Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR, ends=NOW),
        Membership(
            person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR, starts=NOW + 1
        ),
    ],
    ids=["departed", "department closed", "role ended", "role not begun"],
)
def test_without_a_role_left_a_token_counts_as_revoked(
    nordvik: Nordvik, callers: Callers, change: object
) -> None:
    nordvik.put(change)
    assert refused(callers) == "The access token was revoked"


def test_of_a_suspended_actor_nobody_is_let_in(nordvik: Nordvik, callers: Callers) -> None:
    nordvik.put(replace(LEDERGRUPPEN, suspended=NOW))
    with pytest.raises(Forbidden):
        find(callers)


def test_a_lowered_role_leaves_the_token_and_holds_within_a_second(
    nordvik: Nordvik, callers: Callers, watch: Watch
) -> None:
    assert find(callers).role is Role.AUTHOR
    lowered = Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.READER)
    nordvik.put(lowered)
    assert find(callers).role is Role.AUTHOR
    watch.seconds = 1.0
    assert find(callers).role is Role.READER


def test_what_is_revoked_here_is_forgotten_at_once(nordvik: Nordvik, callers: Callers) -> None:
    find(callers)
    nordvik.put(replace(HELD, revoked=NOW))
    callers.forget()
    assert refused(callers) == "The access token was revoked"


def test_again_looks_past_what_is_kept(nordvik: Nordvik, callers: Callers) -> None:
    caller = find(callers)
    assert run(callers.again(caller)) == caller
    nordvik.put(replace(HELD, revoked=NOW))
    with pytest.raises(Unauthorized):
        run(callers.again(caller))


def test_use_is_noted_once_an_hour(nordvik: Nordvik, callers: Callers, watch: Watch) -> None:
    def noted() -> int | None:
        (row,) = nordvik.all(Token)
        return row.last_used

    find(callers)
    assert noted() == NOW
    nordvik.clock.time, watch.seconds = NOW + USED_EVERY_MS - 1, 10.0
    find(callers)
    assert noted() == NOW
    nordvik.clock.time, watch.seconds = NOW + USED_EVERY_MS, 20.0
    find(callers)
    assert noted() == NOW + USED_EVERY_MS


def test_two_tokens_for_one_person_actor_and_app_live_and_end_apart(
    nordvik: Nordvik, callers: Callers
) -> None:
    nordvik.put(replace(HELD, id=902, hash=hash_of("her phone")))
    assert find(callers).actor == find(callers, "her phone").actor == LEDERGRUPPEN
    nordvik.put(replace(HELD, revoked=NOW))
    callers.forget()
    assert refused(callers) == "The access token was revoked"
    assert find(callers, "her phone").token_id == 902


def test_a_token_for_oneself_is_for_oneself(nordvik: Nordvik, callers: Callers) -> None:
    nordvik.put(replace(HELD, id=903, hash=hash_of("kari"), actor_id=KARI.id))
    assert find(callers, "kari").role is Role.MANAGER
