"""What a rule's refusal means to whoever asked."""

import pytest

from actors.effects import Refusal
from actors.errors import FediError, Forbidden, Invalid, NotFound
from fedi.publishing import error_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("no_such_post", NotFound),
        ("no_such_choice", Invalid),
        ("too_many", Invalid),
        ("voted", Invalid),
        ("not_yours", Forbidden),
        ("blocked", Forbidden),
    ],
)
def test_a_refusal_becomes_the_error_it_means(code: str, kind: type[FediError]) -> None:
    error = error_of(Refusal(code, "Nei."))
    assert type(error) is kind
    assert (error.code, error.sentence) == (code, "Nei.")
