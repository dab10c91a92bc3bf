"""Our own API over the wire: by Mastodon.py, which knows nothing of it, and by schemathesis.

schemathesis asks every operation of the description that the server gives, as it says and against
what it says; the same requests each time. Whatever is asked: no fault of ours, and no answer that
the description doesn't know.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from fedi.native.table import ENDPOINTS
from tests.clients.cases import STEPS
from tests.clients.house import ClientHouse
from tests.clients.mastodon_py import registered, signed_in
from tests.clients.test_schemathesis import TRACES

EXAMPLES: Final = 6
"""Of each operation, and as many that break its rules."""
SCOPES: Final = ["read", "write", "fedi:read", "fedi:write"]
ORDER: Final = ("GET", "PUT", "PATCH", "POST", "DELETE")
OPERATIONS: Final = sorted(
    ((one.method, one.path) for one in ENDPOINTS), key=lambda one: (ORDER.index(one[0]), one[1])
)


@pytest.fixture(scope="module")
def anne(house: ClientHouse) -> Any:
    """Anne, who looks after the house, by Mastodon.py with scopes of ours."""
    house.fedi("person", "admin", "anne")
    return signed_in(house, registered(house, scopes=SCOPES), "anne", scopes=SCOPES)


@pytest.fixture(scope="module")
def session(anne: Any) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {anne.access_token}"
        yield session


@pytest.fixture(scope="module")
def schema(house: ClientHouse, session: requests.Session) -> Any:
    import schemathesis

    got = session.get(f"{house.origin}/api/fedi/v1/openapi.json", timeout=60)
    found = schemathesis.openapi.from_dict(got.json())
    found.config.update(base_url=f"{house.origin}/api/fedi/v1")
    return found


@pytest.fixture(scope="module")
def known(anne: Any, house: ClientHouse) -> list[str]:
    """Ids of what is there: anne, her department, a post."""
    post = anne.status_post("Hei")["id"]
    department = house.fedi("actor", "show", "ikt_teamet")["uri"].rpartition("/")[2]
    return [str(anne.me()["id"]), department, str(post)]


@pytest.mark.slow
def test_an_app_of_mastodons_asks_it_with_the_token_that_it_has(anne: Any) -> None:
    me = anne._Mastodon__api_request("GET", "/api/fedi/v1/me")
    assert me["person"]["username"] == "anne"
    assert {one["username"]: one["role"] for one in me["actors"]}["ikt_teamet"] == "manager"
    found = anne._Mastodon__api_request(
        "GET", "/api/fedi/v1/audience", {"visibility": "local", "text": "Hei @ola"}
    )
    assert found["audience"] == "internal"
    assert found["people"] == 2
    rule = {"kind": "block", "public_comment": "søppel", "dry_run": True}
    told = anne._Mastodon__api_request("PUT", "/api/fedi/v1/domains/spam.example", rule)
    assert told["changes"] == [{"domain": "spam.example", "kind": "block", "change": "added"}]


@st.composite
def cases(draw: st.DrawFn, operation: Any, mode: Any, known: list[str]) -> Any:
    """A case of an operation in one of schemathesis' modes, asking about what is there."""
    case = draw(operation.as_strategy(generation_mode=mode))
    for name in case.path_parameters or {}:
        made = case.path_parameters[name]
        near = st.sampled_from(known)
        case.path_parameters[name] = draw(near | near | st.sampled_from(STEPS) | st.just(made))
    return case


def judge(case: Any, answer: Any) -> None:
    """AssertionError or schemathesis' own failures for an answer that may not be."""
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    text = answer.content.decode()
    assert answer.status_code < 500, f"{answer.status_code} {text} to\n{case.as_curl_command()}"
    if answer.status_code >= 400:
        assert isinstance(answer.json()["error"], str), f"{text} to\n{case.as_curl_command()}"
        assert not TRACES.search(text), f"{text} to\n{case.as_curl_command()}"
    checks = [response_schema_conformance, content_type_conformance, status_code_conformance]
    case.validate_response(answer, checks=checks)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_an_operation_is_answered_as_our_description_says(
    method: str, path: str, schema: Any, session: requests.Session, known: list[str]
) -> None:
    from schemathesis import GenerationMode

    operation = schema[path][method]
    rules = operation.query or operation.headers or operation.body
    for mode in (GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if rules else [])):

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @seed(20_261_124)
        @given(case=cases(operation, mode, known))
        def asked(case: Any) -> None:
            answer = case.call(session=session, timeout=100, allow_redirects=False)
            judge(case, answer)

        asked()
