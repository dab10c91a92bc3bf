"""Asks our own API as a program would, and holds what it answers against its own description."""

import re
from functools import cache
from typing import Any

import jsonschema

from actors.urls import Urls
from fedi.native.asking import PREFIX, Endpoint
from fedi.native.openapi import document
from fedi.native.table import ENDPOINTS
from tests.fedi.asking import Answered
from tests.fedi.mastodon.apps import Client

URLS = Urls("https://sosial.nordvik.test", "nordvik.test")
NOT_THERE = "000000000000000007"


def path_of(endpoint: Endpoint[Any, Any]) -> str:
    """Return a path that an endpoint answers to, with the id of nothing."""
    return PREFIX + re.sub(r"\{\w+\}", NOT_THERE, endpoint.path)


@cache
def described() -> dict[str, Any]:
    return document(ENDPOINTS, URLS)


def schema_for(method: str, path: str, status: int) -> dict[str, Any]:
    """Return the schema of an answer, with all it refers to."""
    for pattern, operations in described()["paths"].items():
        shape = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(pattern))
        if method.lower() in operations and re.fullmatch(shape, path.rstrip("/")):
            told = operations[method.lower()]["responses"]
            one = told.get(str(status)) or told["default"]
            if "$ref" in one:
                one = described()["components"]["responses"][one["$ref"].rpartition("/")[2]]
            found: dict[str, Any] = one["content"]["application/json"]["schema"]
            return {**found, "components": described()["components"]}
    raise AssertionError(f"{method} {path} is not described")


async def asked(client: Client, method: str, path: str, data: Any = None, **query: Any) -> Answered:
    """Send JSON (or nothing) to a path below PREFIX; the answer is as the description says."""
    answered = await client.call(method, PREFIX + path, data, **query)
    schema = schema_for(method, path, answered.status)
    jsonschema.Draft202012Validator(schema).validate(answered.json())
    return answered


async def told(client: Client, method: str, path: str, data: Any = None, **query: Any) -> Any:
    """Send what must succeed; return what is answered."""
    answered = await asked(client, method, path, data, **query)
    assert answered.status < 300, (method, path, answered.status, answered.text[:300])
    return answered.json()
