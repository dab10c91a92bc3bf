"""NodeInfo in both versions: what this server is, and rough figures of how it is used."""

import re

import pytest

from actors.posts import Visibility
from fedi.net.dispatch import Dispatch
from fedi.store.engine import Engine
from fedi.wellknown import nodeinfo
from tests.fedi import town
from tests.fedi.asking import Answered, ask
from tests.fedi.town import NOW, URLS, FixedClock, put
from tests.running import run


def get(table: Dispatch, target: str, method: str = "GET") -> Answered:
    return run(ask(table, target, method))


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
    assert document["metadata"] == {
        "nodeName": "Nordvik kommune",
        "upstream": {"name": "mastodon"},
    }


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
    assert usage["users"]["activeMonth"] == 1  # who wrote what stays inside is not counted
    put(engine, town.post(town.SECRETARIAT, town.MINUTE, "<p>Nytt</p>"))
    assert get(table, "/nodeinfo/2.1").json()["usage"] == usage
    clock.moment += nodeinfo.FIGURES_KEPT_MS
    assert get(table, "/nodeinfo/2.1").json()["usage"]["localPosts"] == 3
