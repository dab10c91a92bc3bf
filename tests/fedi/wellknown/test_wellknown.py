"""What others look up before they know this server, through the dispatch table."""

import json
import re
from xml.etree import ElementTree

import pytest

from actors.posts import Visibility
from fedi.net.dispatch import Dispatch
from fedi.store.engine import Engine
from fedi.wellknown import fixed, host_meta, nodeinfo, open_wellknown
from tests.fedi import town
from tests.fedi.asking import Answered, ask
from tests.fedi.town import NOW, URLS, FixedClock, put, settle
from tests.running import run


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def table(engine: Engine, clock: FixedClock) -> Dispatch:
    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not in the table")

    settle(engine)
    table = Dispatch(nothing)
    open_wellknown(
        table, engine=engine, urls=URLS, clock=clock, name="Nordvik kommune", version="1.2.3"
    )
    return table


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


def test_nodeinfo_is_discovered_in_both_versions_with_the_application_actor(
    table: Dispatch,
) -> None:
    links = get(table, "/.well-known/nodeinfo").json()["links"]
    by_rel = {link["rel"]: link["href"] for link in links}
    assert by_rel == {
        "http://nodeinfo.diaspora.software/ns/schema/2.0": URLS.page("nodeinfo/2.0"),
        "http://nodeinfo.diaspora.software/ns/schema/2.1": URLS.page("nodeinfo/2.1"),
        nodeinfo.APPLICATION: URLS.application(),
    }


@pytest.mark.parametrize("version", nodeinfo.VERSIONS)
def test_a_nodeinfo_document_has_what_its_schema_demands(table: Dispatch, version: str) -> None:
    answered = get(table, f"/nodeinfo/{version}")
    assert (
        f'profile="http://nodeinfo.diaspora.software/ns/schema/{version}#"'
        in (answered.headers["content-type"])
    )
    assert answered.headers["access-control-allow-origin"] == "*"
    document = answered.json()
    assert set(document) == {
        "version", "software", "protocols", "services", "openRegistrations", "usage", "metadata",
    }  # fmt: skip
    assert document["version"] == version
    assert re.fullmatch(r"[a-z0-9-]+", document["software"]["name"])
    assert document["software"]["version"] == "1.2.3"
    assert document["protocols"] == ["activitypub"]
    assert document["openRegistrations"] is False
    assert set(document["services"]) == {"inbound", "outbound"}
    assert document["metadata"] == {"nodeName": "Nordvik kommune"}


def test_figures_count_what_everyone_may_know_and_are_kept_for_hours(
    engine: Engine, table: Dispatch, clock: FixedClock
) -> None:
    put(
        engine,
        town.post(town.SECRETARIAT, town.DAY, "<p>Hei</p>"),
        town.post(town.IT, 100 * town.DAY, "<p>Før</p>"),
        town.post(town.KARI, town.HOUR, "<p>Internt</p>", visibility=Visibility.INTERNAL),
        town.post(town.IT, 2 * town.DAY, "<p>Slettet</p>", deleted=NOW),
    )
    usage = get(table, "/nodeinfo/2.1").json()["usage"]
    assert usage["localPosts"] == 2
    assert usage["users"]["total"] == 4  # open ones: no application, no internal, none deleted
    assert usage["users"]["activeMonth"] == 3
    put(engine, town.post(town.SECRETARIAT, town.MINUTE, "<p>Nytt</p>"))
    assert get(table, "/nodeinfo/2.1").json()["usage"] == usage
    clock.moment += nodeinfo.FIGURES_KEPT_MS
    assert get(table, "/nodeinfo/2.1").json()["usage"]["localPosts"] == 3


def test_robots_may_read_pages_but_not_start_look_ups(table: Dispatch) -> None:
    answered = get(table, "/robots.txt")
    assert answered.headers["content-type"].startswith("text/plain")
    assert "Disallow: /follow\n" in answered.body.decode()
    assert answered.body.decode() == fixed.ROBOTS


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
