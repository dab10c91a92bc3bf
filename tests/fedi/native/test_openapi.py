"""The description of our own API: valid OpenAPI 3.1, whole, and true of every endpoint."""

import re
from pathlib import Path
from typing import Annotated

import jsonschema
from msgspec import Meta
from openapi_spec_validator import OpenAPIV31SpecValidator

from fedi.mastodon.asking import Ask
from fedi.native.asking import Answer, Body, Endpoint, Id, Nothing, Paged
from fedi.native.openapi import document
from fedi.native.table import ENDPOINTS
from fedi.net.params import Upload
from fedi.oauth import scopes
from tests.fedi.native.native import URLS, described


class Letter(Body):
    title: Annotated[str, Meta(max_length=80)]
    to: tuple[Id, ...] = ()


class LetterWithFile(Body):
    file: Upload


class Kept(Answer):
    id: Id


async def keep(ask: Ask, body: Letter) -> Kept:
    return Kept(id="1")


async def keep_file(ask: Ask, body: LetterWithFile) -> Kept:
    return Kept(id="1")


async def every(ask: Ask, body: Paged) -> list[Kept]:
    return []


async def one(ask: Ask, body: Nothing) -> Kept:
    return Kept(id=ask.path_params["id"])


LETTERS = (
    Endpoint(
        method="POST", path="/letters", summary="Keep a letter", handler=keep, body=Letter,
        answer=Kept, scope="fedi:write:drafts", status=201,
    ),
    Endpoint(
        method="POST", path="/letters/{id}/file", summary="Keep a file", handler=keep_file,
        body=LetterWithFile, answer=Kept, scope="fedi:write:drafts",
    ),
    Endpoint(
        method="GET", path="/letters", summary="Every letter", handler=every, body=Paged,
        answer=list[Kept], scope="fedi:read:drafts",
    ),
    Endpoint(
        method="GET", path="/letters/{id}", summary="One letter", handler=one, body=Nothing,
        answer=Kept, scope="fedi:read:drafts",
    ),
)  # fmt: skip


def test_our_description_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(described()).validate()
    OpenAPIV31SpecValidator(document(LETTERS, URLS)).validate()


def test_every_schema_in_it_is_one() -> None:
    for schema in described()["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_endpoint_is_described_once_with_its_scope() -> None:
    names = set()
    for endpoint in ENDPOINTS:
        operation = described()["paths"][endpoint.path][endpoint.method.lower()]
        assert operation["summary"] == endpoint.summary
        if endpoint.scope:
            assert operation["security"] == [{"token": [endpoint.scope]}]
        for name in re.findall(r"\{(\w+)\}", endpoint.path):
            assert any(
                one["name"] == name and one["in"] == "path" for one in operation["parameters"]
            )
        names.add(operation["operationId"])
    assert len(names) == len(ENDPOINTS)


def test_questions_stand_in_bodies_and_those_of_reading_in_the_query() -> None:
    made = document(LETTERS, URLS)
    post = made["paths"]["/letters"]["post"]
    assert post["requestBody"]["required"]
    assert post["requestBody"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Letter"}}
    }
    assert set(post["responses"]) >= {"201", "401", "403", "422", "429", "default"}
    listed = made["paths"]["/letters"]["get"]
    assert [one["name"] for one in listed["parameters"]] == [
        "max_id",
        "since_id",
        "min_id",
        "limit",
    ]
    assert "requestBody" not in listed
    assert "404" in made["paths"]["/letters/{id}"]["get"]["responses"]
    assert "Paged" not in made["components"]["schemas"]


def test_a_file_is_described_as_one() -> None:
    made = document(LETTERS, URLS)
    content = made["paths"]["/letters/{id}/file"]["post"]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    schema = made["components"]["schemas"]["LetterWithFile"]
    assert schema["properties"]["file"] == {"type": "string", "format": "binary"}


def test_the_token_is_had_where_the_server_gives_it() -> None:
    flow = described()["components"]["securitySchemes"]["token"]["flows"]["authorizationCode"]
    assert flow["authorizationUrl"] == URLS.page("oauth/authorize")
    assert flow["scopes"] == scopes.OURS


def test_every_endpoint_is_told_of_in_the_documentation() -> None:
    told = (Path(__file__).parents[3] / "docs" / "native-api.md").read_text()
    lacking = [
        f"{one.method} {one.path}" for one in ENDPOINTS if f"`{one.method} {one.path}`" not in told
    ]
    assert not lacking
