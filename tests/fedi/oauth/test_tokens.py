"""Tokens for scripts, and taking tokens back: at once here, and told to everyone."""

import pytest

from actors.errors import Invalid, Unauthorized
from actors.people import Token
from fedi.oauth.callers import TOKENS, Callers, hash_of
from fedi.oauth.tokens import Revoking, new_token
from tests.people import KARI, LEDERGRUPPEN, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run


class Told:
    """A bus that remembers."""

    def __init__(self) -> None:
        self.topics: list[str] = []

    def wake(self, topic: str) -> None:
        self.topics.append(topic)


def test_only_the_hash_of_a_token_is_kept(nordvik: Nordvik) -> None:
    made = run(
        new_token(nordvik.performer, PERSON_KARI, LEDERGRUPPEN, "read write", label="skript")
    )
    (row,) = nordvik.all(Token)
    assert (row.hash, row.scopes, row.label) == (hash_of(made), "read write", "skript")
    assert len(made) >= 43
    assert not nordvik.ask("SELECT 1 FROM token WHERE label = ? OR scopes = ?", made, made)


def test_a_token_is_for_whom_one_may_speak_and_for_known_scopes(nordvik: Nordvik) -> None:
    for person, actor, scope in (
        (PERSON_OLA, KARI, "read"),
        (PERSON_KARI, LEDERGRUPPEN, "fly"),
    ):
        with pytest.raises(Invalid):
            run(new_token(nordvik.performer, person, actor, scope))
    assert nordvik.all(Token) == []


def test_what_is_taken_back_is_refused_at_once_and_told(nordvik: Nordvik) -> None:
    told = Told()
    object.__setattr__(nordvik.performer, "bus", told)
    callers = Callers(nordvik.engine, nordvik.clock)
    revoking = Revoking(nordvik.performer, callers)
    phone, laptop = (run(new_token(nordvik.performer, PERSON_KARI, KARI, "read")) for _ in range(2))
    caller = run(callers.find(phone))
    assert run(revoking.token(caller.token_id))
    assert told.topics == [TOKENS]
    with pytest.raises(Unauthorized):
        run(callers.find(phone))
    assert not run(revoking.token(caller.token_id))
    run(callers.find(laptop))
    assert run(revoking.all_of(PERSON_KARI)) == 1
    with pytest.raises(Unauthorized):
        run(callers.find(laptop))
