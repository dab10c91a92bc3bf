"""Mastodon's API as a schema, to hold our answers against: ../shared/mastodon-openapi.json.

It isn't ours and doesn't come along; where it is missing, what needs it skips and says so. What
real Mastodon answers otherwise than the schema says is in `_corrected`, with why: there is no
other list of exceptions.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fedi.oauth import scopes
from tests.fedi.mastodon import oracle_admin

SCHEMA = Path(__file__).parents[4] / "shared" / "mastodon-openapi.json"


def here() -> bool:
    return SCHEMA.exists()


needed = pytest.mark.skipif(not here(), reason=f"NOT CHECKED against Mastodon: no {SCHEMA.name}")


@cache
def document() -> dict[str, Any]:
    """Return the schema, set right, and with the rows for those who keep order."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text())
    found["paths"].update(oracle_admin.paths())
    _corrected(found["paths"], found["components"]["schemas"])
    return found


def _corrected(paths: dict[str, Any], schemas: dict[str, Any]) -> None:
    # The schema has one filter where the documentation, and Mastodon, has a list of them.
    filters = paths["/api/v1/filters"]["get"]["responses"]["200"]["content"]["application/json"]
    filters["schema"] = {"type": "array", "items": {"$ref": "#/components/schemas/V1Filter"}}
    # In groups the schema lacks the types that came with collections; Mastodon has no two lists.
    schemas["NotificationGroupTypeEnum"] = schemas["NotificationTypeEnum"]
    # A Quote is a ShallowQuote as well, since neither forbids further keys: one of both is no rule.
    for entity in ("Status", "StatusEdit"):
        quote = schemas[entity]["properties"]["quote"]
        quote["anyOf"] = quote.pop("oneOf")
    # The schema has `details` in every 422; Mastodon sends them where fields of a form are wrong.
    schemas["ValidationError"]["required"].remove("details")
    # Mastodon's refusal of a collection has its error inside an error; apps read a text there.
    schemas["CustomError422"] = schemas["ValidationError"]
    # Mastodon's people have addresses for mail, though not those on other servers; here none need.
    del schemas["AdminAccount"]["properties"]["email"]["format"]
    # The documentation says text; Mastodon sends a number, and apps read nothing else.
    schemas["WebPushSubscription"]["properties"]["id"]["type"] = ["string", "integer"]
    # Our own API has scopes of its own, which the metadata lists beside Mastodon's.
    schemas["OAuthScope"]["enum"] += scopes.OURS


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """Every path of the schema as a pattern, those without parameters first."""
    paths = sorted(document()["paths"], key=lambda path: (path.count("{"), path))
    return [(re.compile(_pattern(path)), path) for path in paths]


def _pattern(path: str) -> str:
    numbered = re.sub(r"\{(id|account_id|list_id|filter_id)\}", r"\\d+", path)
    return re.sub(r"\{[^}]+\}", "[^/]+", numbered) + r"\Z"


def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """Return (path of the schema, operation) for a request."""
    method = {"HEAD": "GET"}.get(method, method).lower()
    for pattern, named in _paths():
        if pattern.match(path.rstrip("/") or "/"):
            operations = document()["paths"][named]
            for one in (method, "patch" if method == "put" else "put"):
                if one in operations and (one == method or method in ("put", "patch")):
                    return named, operations[one]
    return None


@cache
def _validator(ref: str) -> Draft202012Validator:
    schema = json.loads(ref)
    whole = {**schema, "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=None)


def check(method: str, path: str, status: int, value: Any) -> None:
    """Fail where an answer is not what Mastodon's schema says; silent where it says nothing."""
    if not here() or status >= 400:
        return
    found = operation(method, path)
    if found is None:
        return
    named, spec = found
    content = spec.get("responses", {}).get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    if schema is not None:
        _hold(schema, value, f"{method} {named}")


def fits(entity: str, value: Any) -> None:
    """Fail where a value is not an entity of this name; for answers that the schema only names."""
    if here():
        _hold({"$ref": f"#/components/schemas/{entity}"}, value, entity)


def _hold(schema: Any, value: Any, about: str) -> None:
    problems = [
        f"{'/'.join(str(step) for step in error.absolute_path)}: {error.message[-160:]}"
        for error in _validator(json.dumps(schema)).iter_errors(value)
    ]
    assert not problems, f"{about}\n" + "\n".join(problems[:10])
