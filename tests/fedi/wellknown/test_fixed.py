"""Answers that do not change: host-meta, robots.txt, the icon; and that all stand in the table."""

import json
from xml.etree import ElementTree

import pytest

from fedi.net.dispatch import Dispatch
from fedi.wellknown import host_meta
from fedi.wellknown.fixed import ROBOTS
from tests.fedi.asking import Answered, ask
from tests.fedi.town import URLS
from tests.running import run


def get(table: Dispatch, target: str, method: str = "GET") -> Answered:
    return run(ask(table, target, method))


def test_webfinger_stands_at_its_place(table: Dispatch) -> None:
    answered = get(table, "/.well-known/webfinger?resource=acct:ikt@nordvik.test")
    assert answered.json()["subject"] == "acct:ikt@nordvik.test"


def test_host_meta_names_the_webfinger_template_in_xml_and_json(table: Dispatch) -> None:
    template = "https://sosial.nordvik.test/.well-known/webfinger?resource={uri}"
    xrd = get(table, "/.well-known/host-meta")
    assert xrd.headers["content-type"] == "application/xrd+xml"
    assert xrd.headers["access-control-allow-origin"] == "*"
    root = ElementTree.fromstring(xrd.body)
    namespace = "{http://docs.oasis-open.org/ns/xri/xrd-1.0}"
    assert root.tag == f"{namespace}XRD"
    assert root[0].attrib == {"rel": "lrdd", "type": "application/jrd+json", "template": template}
    jrd = get(table, "/.well-known/host-meta.json").json()
    assert jrd["links"][0]["template"] == template
    assert json.loads(host_meta.jrd(URLS)) == jrd


def test_robots_may_read_pages_but_not_start_look_ups(table: Dispatch) -> None:
    answered = get(table, "/robots.txt")
    assert answered.headers["content-type"].startswith("text/plain")
    assert "Disallow: /follow\n" in answered.body.decode()
    assert answered.body.decode() == ROBOTS


def test_the_icon_is_an_icon(table: Dispatch) -> None:
    answered = get(table, "/favicon.ico")
    assert answered.body[:4] == b"\x00\x00\x01\x00"
    assert answered.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.0",
        "/robots.txt",
        "/favicon.ico",
    ],
)
def test_head_says_the_same_without_a_body(table: Dispatch, path: str) -> None:
    whole, head = get(table, path), get(table, path, "HEAD")
    assert (head.status, head.headers, head.body) == (200, whole.headers, b"")
