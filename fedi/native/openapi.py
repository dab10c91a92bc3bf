"""Our own API described in OpenAPI 3.1, made of the structs that its endpoints read and write.

Made when first asked for and kept: it changes only with the program. Anybody may read it, since it
says nothing that the source does not.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from actors.urls import Urls
from fedi.mastodon.asking import Ask, By, Reply, Route
from fedi.native.asking import PREFIX, Body, Endpoint, Endpoints, Id, Nothing
from fedi.native.reading import carries_files
from fedi.net.params import Upload
from fedi.oauth import scopes
from fedi.version import VERSION

PATH: Final = f"{PREFIX}/openapi.json"
_REF: Final = "#/components/schemas/{name}"
_NAMES: Final = re.compile(r"\{(\w+)\}")
_IN_QUERY: Final = frozenset({"GET", "DELETE"})
_TOLD: Final = {
    "401": "No token, or none that holds",
    "403": "The token lacks the scope, or its holder the role",
    "404": "Not there, or not for this asker to know",
    "422": "What is asked can't be; `details` has each field",
    "429": "Too many requests; see Retry-After",
    "default": "What else can go wrong",
}


class Fault(msgspec.Struct, kw_only=True):
    """What is wrong with a field."""

    error: str
    description: str


class Error(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What every failed request is answered with, as in the client API."""

    error: str
    details: dict[str, list[Fault]] | None = None


def route(endpoints: Endpoints) -> Route:
    """Return the route of the description itself."""
    made: dict[Urls, tuple[bytes, bytes]] = {}

    async def handle(ask: Ask) -> Reply:
        urls = ask.api.urls
        if urls not in made:
            text = msgspec.json.format(msgspec.json.encode(document(endpoints, urls)))
            made[urls] = text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'.encode()
        text, tag = made[urls]
        headers = ((b"etag", tag), (b"cache-control", b"public, max-age=3600"))
        if tag.decode() in ask.header(b"if-none-match"):
            return Reply(b"", 304, headers)
        return Reply(text, 200, headers)

    return Route(method="GET", path=PATH, handler=handle, by=By.ANYONE)


def document(endpoints: Endpoints, urls: Urls) -> dict[str, Any]:
    """Return the whole description for the server that these URLs are of."""
    types = [*{t: None for one in endpoints for t in (one.body, one.answer)}, Error, Id]
    shown, components = msgspec.json.schema_components(
        types, schema_hook=_schema, ref_template=_REF
    )
    by_type = dict(zip(types, shown, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for one in endpoints:
        operation = _operation(one, by_type, components)
        paths.setdefault(one.path, {})[one.method.lower()] = operation
    whole = {
        "openapi": "3.1.0",
        "info": {
            "title": "fedi",
            "version": VERSION,
            "description": "What this server can do beyond Mastodon's client API.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        "servers": [{"url": urls.page(PREFIX.removeprefix("/"))}],
        "tags": [{"name": part} for part in scopes.PARTS_OF_OURS],
        "paths": paths,
        "components": {
            "schemas": _without_questions(components, endpoints),
            "responses": {name: _fault(told, by_type[Error]) for name, told in _TOLD.items()},
            "securitySchemes": {"token": _security(urls)},
        },
    }
    as_sent: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
    return as_sent


def _operation(
    one: Endpoint[Any, Any], by_type: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    names = _NAMES.findall(one.path)
    parameters = [_in_path(name) for name in names]
    operation: dict[str, Any] = {
        "operationId": _id_of(one),
        "summary": one.summary,
        "tags": [one.scope.rpartition(":")[2]] if one.scope else [],
        "security": [{"token": [one.scope]}] if one.by is not By.ANYONE else [],
        "parameters": parameters,
        "responses": {
            str(one.status): {
                "description": "Done",
                "content": {"application/json": {"schema": by_type[one.answer]}},
            },
            **{
                status: {"$ref": f"#/components/responses/{status}"}
                for status in _TOLD
                if status != "404" or names
            },
        },
    }
    if one.body is not Nothing:
        schema = components[by_type[one.body]["$ref"].rpartition("/")[2]]
        if one.method in _IN_QUERY:
            parameters += _in_query(schema)
        else:
            operation["requestBody"] = _request(one.body, by_type[one.body], schema)
    if one.admin:
        operation["description"] = "For those who look after this server."
    return operation


def _id_of(one: Endpoint[Any, Any]) -> str:
    """Return a name for programs that are made of the description: get_department_drafts."""
    words = (word for word in re.split(r"[/{}]+", one.path) if word)
    return "_".join([one.method.lower(), *words])


def _in_path(name: str) -> dict[str, Any]:
    is_id = name == "id" or name.endswith("_id")
    schema = msgspec.json.schema(Id) if is_id else {"type": "string", "minLength": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    required = schema.get("required", ())
    for name, inner in schema["properties"].items():
        yield {"name": name, "in": "query", "required": name in required, "schema": inner}


def _request(body: type[Body], reference: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    forms = ["multipart/form-data"] if carries_files(body) else ["application/json"]
    return {
        "required": bool(schema.get("required")),
        "content": {form: {"schema": reference} for form in forms},
    }


def _without_questions(components: dict[str, Any], endpoints: Endpoints) -> dict[str, Any]:
    """Return the named schemas without those of questions that stand in queries."""
    asked = {one.body.__name__ for one in endpoints if one.method not in _IN_QUERY}
    read = {one.body.__name__ for one in endpoints} | {Nothing.__name__}
    return {name: schema for name, schema in components.items() if name not in read - asked}


def _fault(told: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": told, "content": {"application/json": {"schema": schema}}}


def _security(urls: Urls) -> dict[str, Any]:
    flow = {
        "authorizationUrl": urls.page("oauth/authorize"),
        "tokenUrl": urls.page("oauth/token"),
        "scopes": dict(scopes.OURS),
    }
    return {"type": "oauth2", "flows": {"authorizationCode": flow}}


def _schema(kind: type) -> dict[str, Any]:
    if kind is Upload:
        return {"type": "string", "format": "binary"}
    raise NotImplementedError(kind)
