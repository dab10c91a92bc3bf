"""From a request to a struct: what is taken, and how each fault is told."""

import asyncio
import json
from typing import Annotated, Any

import pytest
from msgspec import Meta

from fedi.native.asking import Body, When, ms_of
from fedi.native.reading import NotValid, carries_files, read, wrong
from fedi.net.params import Params, Upload, read_params


class Place(Body):
    name: str
    open: bool = False


class Plan(Body):
    title: Annotated[str, Meta(max_length=5)]
    count: Annotated[int, Meta(ge=1)] | None = None
    public: bool = False
    tags: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    starts: When | None = None


class WithFile(Body):
    file: Upload
    other: Upload | None = None


def params(kind: str, body: str, query: str = "") -> Params:
    async def receive() -> Any:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    scope = {
        "method": "POST",
        "query_string": query.encode(),
        "headers": [(b"content-type", kind.encode())],
    }
    return asyncio.run(read_params(scope, receive))


def of_json(value: Any, query: str = "") -> Params:
    return params("application/json", json.dumps(value), query)


def of_form(body: str) -> Params:
    return params("application/x-www-form-urlencoded", body)


def details(asked: Params, body: Any = Plan) -> dict[str, str]:
    with pytest.raises(NotValid) as refused:
        read(asked, body)
    assert refused.value.code == "invalid"
    found = refused.value.details
    assert all(
        f"{name} {one[0]['description']}" in str(refused.value) for name, one in found.items()
    )
    return {name: one[0]["error"] for name, one in found.items()}


def test_json_forms_and_queries_make_the_same_struct() -> None:
    whole = {
        "title": "Hei", "count": 2, "public": True, "tags": ["a", "b"],
        "places": [{"name": "x", "open": True}], "starts": "2026-11-24T12:00:00+01:00",
    }  # fmt: skip
    form = (
        "title=Hei&count=2&public=on&tags[]=a&tags[]=b&places[0][name]=x&places[0][open]=1"
        "&starts=2026-11-24T12:00:00%2B01:00"
    )
    made = read(of_json(whole), Plan)
    assert made == read(of_form(form), Plan) == read(params("text/plain", "", form), Plan)
    assert made.starts is not None
    assert ms_of(made.starts) == 1_795_518_000_000


def test_what_came_as_json_must_be_of_the_type() -> None:
    assert details(of_json({"title": "Hei", "count": "2"})) == {"count": "ERR_INVALID"}
    assert details(of_json({"title": "Hei", "public": "true"})) == {"public": "ERR_INVALID"}
    assert read(of_json({"title": "Hei"}, "count=2"), Plan).count == 2


def test_every_fault_is_told_by_its_field() -> None:
    asked = of_json({"title": "Much too long", "count": 0, "tags": [1], "colour": "red"})
    assert details(asked) == {
        "colour": "ERR_UNKNOWN", "title": "ERR_INVALID", "count": "ERR_INVALID",
        "tags": "ERR_INVALID",
    }  # fmt: skip
    assert details(of_json({"title": "x", "places": [{"name": "y", "z": 1}]})) == {
        "places": "ERR_INVALID"
    }


def test_what_must_be_there_and_is_not_is_blank() -> None:
    assert details(of_form("count=3")) == {"title": "ERR_BLANK"}
    assert details(of_form(""), WithFile) == {"file": "ERR_BLANK"}


def test_an_empty_field_of_a_form_is_not_given() -> None:
    made = read(of_form("title=&count=&tags[]=&starts="), Plan)
    assert (made.title, made.count, made.tags, made.starts) == ("", None, (), None)


def test_a_token_in_the_query_is_no_part_of_the_question() -> None:
    assert read(params("text/plain", "", "title=Hei&access_token=x"), Plan).title == "Hei"


def test_a_time_without_a_zone_is_refused() -> None:
    assert details(of_json({"title": "x", "starts": "2026-11-24T12:00:00"})) == {
        "starts": "ERR_INVALID"
    }


def test_a_struct_with_a_file_is_known_by_it() -> None:
    assert carries_files(WithFile)
    assert not carries_files(Plan)


def test_a_handler_tells_a_fault_in_the_same_shape() -> None:
    told = wrong("ends", "lies before the start")
    assert told.sentence == "Validation failed: ends lies before the start"
    assert told.details == {
        "ends": [{"error": "ERR_INVALID", "description": "lies before the start"}]
    }


def test_a_form_that_says_neither_yes_nor_no_is_told_by_its_field() -> None:
    assert details(of_form("title=x&public=perhaps")) == {"public": "ERR_INVALID"}
    assert read(of_form("title=x&public=off"), Plan).public is False
    assert read(of_form("title=x&public="), Plan).public is False


def test_a_long_unknown_name_is_not_sent_back_in_whole() -> None:
    assert details(of_json({"title": "x", "y" * 5000: 1})) == {"y" * 64: "ERR_UNKNOWN"}
