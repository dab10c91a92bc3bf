"""schemathesis asks every operation of Mastodon's schema at a house that has something of all.

Whatever is asked: no fault of ours, and no answer that the schema doesn't know. The same requests
are made each time. What is asked of addresses outside the schema is in test_strange_requests.py.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.clients.cases import cases
from tests.clients.seeds import Seeds
from tests.fedi.mastodon import oracle
from tests.lacking import lacking

EXAMPLES: Final = 10
"""Of each operation, and as many that break its rules."""

ELSEWHERE: Final = {
    # beginning of a path -> where it is tested, and why not here
    "/api/v1/streaming/": "tests/fedi/streaming: a stream that is answered never ends",
    "/oauth/authorize": "tests/fedi/oauth: a page for people, no JSON",
}
UNAVAILABLE_IS_RIGHT: Final = "/translate"
"""Mastodon's own answer where nothing can be translated is 503."""
TRACES: Final = re.compile(r'Traceback|File "|sqlite|asyncpg|[a-z]Error\b|/site-packages/')
ORDER: Final = ("get", "put", "patch", "post", "delete")


def operations() -> list[tuple[str, str]]:
    """Every (method, path) to ask, readers first and what takes away last."""
    if not oracle.here():
        return []
    found = [
        (method, path)
        for path, under in oracle.document()["paths"].items()
        for method in under
        if method in ORDER and not path.startswith(tuple(ELSEWHERE))
    ]
    return sorted(found, key=lambda one: (ORDER.index(one[0]), one[1]))


@pytest.fixture(scope="module")
def schema(seeds: Seeds) -> Any:
    import schemathesis

    found = schemathesis.openapi.from_dict(oracle.document())
    found.config.update(base_url=seeds.origin)
    return found


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def token_of(path: str, seeds: Seeds) -> str:
    if "/admin/" in path:
        return seeds.tokens["keeper"]
    return seeds.tokens["app" if path == "/api/v1/accounts" else "anne"]


def modes_of(operation: Any) -> list[Any]:
    """Where nothing but ids is asked, there is no rule to break: cases.py puts in what is no id."""
    from schemathesis import GenerationMode

    rules = operation.query or operation.headers or operation.body
    return [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if rules else [])]


def judge(case: Any, answer: Any) -> None:
    """AssertionError or schemathesis' own failures for an answer that may not be."""
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
    )

    status, text = answer.status_code, answer.content.decode()
    may_be_away = status == 503 and case.path.endswith(UNAVAILABLE_IS_RIGHT)
    assert status < 500 or may_be_away, f"{status} {text} to\n{case.as_curl_command()}"
    if status >= 400:
        kind = "".join(answer.headers["content-type"])
        assert kind.startswith("application/json"), f"{kind} to\n{case.as_curl_command()}"
        assert isinstance(answer.json()["error"], str), f"{text} to\n{case.as_curl_command()}"
        assert not TRACES.search(text), f"{text} to\n{case.as_curl_command()}"
    case.validate_response(answer, checks=[response_schema_conformance, content_type_conformance])


def ask(operation: Any, mode: Any, seeds: Seeds, session: requests.Session) -> None:
    """Send one operation's cases, the same each time, and judge each answer."""
    bearer = {"Authorization": f"Bearer {token_of(operation.path, seeds)}"}

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(20_261_124)
    @given(case=cases(operation, mode, seeds))
    def asked(case: Any) -> None:
        answer = case.call(session=session, headers=bearer, timeout=100, allow_redirects=False)
        judge(case, answer)

    asked()


@pytest.mark.slow
@pytest.mark.skipif(not oracle.here(), reason="told by the test below")
@pytest.mark.parametrize(("method", "path"), operations())
def test_an_operation_is_answered_as_its_schema_says(
    method: str, path: str, schema: Any, seeds: Seeds, session: requests.Session
) -> None:
    operation = schema[path][method.upper()]
    for mode in modes_of(operation):
        ask(operation, mode, seeds, session)


@pytest.mark.slow
def test_the_schema_is_at_hand() -> None:
    if not oracle.here():
        lacking(f"what schemathesis asks: no {oracle.SCHEMA}")
    assert len(operations()) > 200
