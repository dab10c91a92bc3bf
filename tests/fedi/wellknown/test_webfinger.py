"""WebFinger as RFC 7033 has it, with handles at one domain and actors at another."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from actors.handles import AskAgain, Handle, both_ends_agree, read_jrd
from actors.people import Image
from actors.urls import Urls
from fedi.store.engine import Engine
from fedi.wellknown.webfinger import KEPT_MAX, KEPT_MS, SERVER_ACTOR, SUBSCRIBE, WebFinger
from tests.fedi import town
from tests.fedi.asking import Answered, ask
from tests.fedi.town import IT, ONE_DOMAIN, SECRETARIAT, URLS, FixedClock, put
from tests.running import run

ACCT = "acct:sekretariatet@nordvik.test"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def webfinger(engine: Engine, clock: FixedClock) -> WebFinger:
    return WebFinger(engine, URLS, clock)


def look(webfinger: WebFinger, resource: str, more: str = "", method: str = "GET") -> Answered:
    target = f"/.well-known/webfinger?resource={quote(resource, safe='')}{more}"
    return run(ask(webfinger, target, method))


def links(answered: Answered) -> dict[str, dict[str, str]]:
    return {link["rel"]: link for link in answered.json()["links"]}


def test_a_handle_leads_to_its_actor_its_page_and_where_to_follow_it(webfinger: WebFinger) -> None:
    answered = look(webfinger, ACCT)
    assert answered.status == 200
    assert answered.headers["content-type"] == "application/jrd+json"
    assert answered.headers["access-control-allow-origin"] == "*"
    document = answered.json()
    assert document["subject"] == ACCT
    found = links(answered)
    assert found["self"]["href"] == SECRETARIAT.uri
    assert found["self"]["type"] == "application/activity+json"
    page = found["http://webfinger.net/rel/profile-page"]
    assert (page["type"], page["href"]) == ("text/html", SECRETARIAT.url)
    assert found[SUBSCRIBE] == {
        "rel": SUBSCRIBE,
        "template": "https://sosial.nordvik.test/authorize_interaction?uri={uri}",
    }
    assert "http://webfinger.net/rel/avatar" not in found


@pytest.mark.parametrize(
    "resource",
    [
        "acct:sekretariatet@sosial.nordvik.test",
        "acct:Sekretariatet@NORDVIK.test",
        "ACCT:sekretariatet@nordvik.test.",
        "acct:%73ekretariatet@nordvik.test",
        SECRETARIAT.uri,
        SECRETARIAT.url,
        "HTTPS://Sosial.Nordvik.test/@sekretariatet",
        "https://sosial.nordvik.test:443/@sekretariatet/",
        "https://sosial.nordvik.test/@SEKRETARIATET",
    ],
)
def test_whatever_form_is_asked_the_subject_is_the_one_handle(
    webfinger: WebFinger, resource: str
) -> None:
    document = look(webfinger, resource).json()
    assert document["subject"] == ACCT
    assert resource in document["aliases"]
    assert SECRETARIAT.uri in document["aliases"]
    assert SECRETARIAT.url in document["aliases"]
    assert "acct:sekretariatet@sosial.nordvik.test" in document["aliases"]
    assert len(set(document["aliases"])) == len(document["aliases"])


def test_the_subject_is_not_among_its_own_aliases(webfinger: WebFinger) -> None:
    assert ACCT not in look(webfinger, ACCT).json()["aliases"]


def test_another_server_finds_that_both_ends_agree(webfinger: WebFinger) -> None:
    first = read_jrd(look(webfinger, "acct:sekretariatet@sosial.nordvik.test").json())
    claim = "sekretariatet@nordvik.test"
    verdict = both_ends_agree(SECRETARIAT.uri, "sekretariatet", claim, first)
    assert verdict == AskAgain(Handle("sekretariatet", "nordvik.test"))
    second = read_jrd(look(webfinger, ACCT).json())
    agreed = both_ends_agree(SECRETARIAT.uri, "sekretariatet", claim, first, second)
    assert agreed == Handle("sekretariatet", "nordvik.test")


def test_with_one_domain_nothing_is_said_of_a_second(engine: Engine, clock: FixedClock) -> None:
    put(engine, town.actor(10, "plan", "Plan", urls=ONE_DOMAIN))
    webfinger = WebFinger(engine, ONE_DOMAIN, clock)
    document = look(webfinger, "acct:plan@nordvik.test").json()
    assert document["aliases"] == [ONE_DOMAIN.profile("plan"), ONE_DOMAIN.actor(10)]


def test_an_old_handle_answers_for_ever_with_the_new_subject(
    engine: Engine, webfinger: WebFinger
) -> None:
    renamed = replace(SECRETARIAT, username="bystyret", url=URLS.profile("bystyret"))
    put(engine, renamed, town.handle("sekretariatet", renamed, current=False))
    for resource in (ACCT, "https://sosial.nordvik.test/@sekretariatet"):
        document = look(webfinger, resource).json()
        assert document["subject"] == "acct:bystyret@nordvik.test"
        assert resource in document["aliases"]
        assert URLS.profile("bystyret") in document["aliases"]
    assert look(webfinger, "acct:bystyret@nordvik.test").json()["subject"] == (
        "acct:bystyret@nordvik.test"
    )


@pytest.mark.parametrize(
    "resource",
    [
        "https://sosial.nordvik.test",
        "https://sosial.nordvik.test/",
        "https://sosial.nordvik.test/actor",
        "acct:sosial.nordvik.test@sosial.nordvik.test",
        "acct:sosial.nordvik.test@nordvik.test",
    ],
)
def test_the_server_itself_is_found_by_its_address_and_its_name(
    webfinger: WebFinger, resource: str
) -> None:
    answered = look(webfinger, resource)
    assert answered.json()["subject"] == "acct:sosial.nordvik.test@nordvik.test"
    found = links(answered)
    assert found["self"]["href"] == URLS.application()
    assert found[SERVER_ACTOR]["href"] == URLS.application()
    assert SUBSCRIBE not in found


def test_a_server_on_a_port_has_a_name_without_a_colon(engine: Engine, clock: FixedClock) -> None:
    urls = Urls("http://127.0.0.1:8000", "127.0.0.1:8000")
    put(engine, town.application(urls), town.actor(10, "plan", "Plan", urls=urls))
    webfinger = WebFinger(engine, urls, clock)
    assert look(webfinger, "acct:127.0.0.1-8000@127.0.0.1:8000").status == 200
    assert look(webfinger, "http://127.0.0.1:8000/@plan").status == 200
    assert look(webfinger, "acct:plan@127.0.0.1:8000").status == 200
    assert look(webfinger, "acct:plan@127.0.0.1").status == 404


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?resource=",
        "?rel=self",
        "?resource=acct:a@nordvik.test&resource=acct:b@nordvik.test",
        "?resource=sekretariatet",
        "?resource=sekretariatet@nordvik.test",
        "?resource=acct:sekretariatet",
        "?resource=acct:@nordvik.test",
        "?resource=acct:a@b@nordvik.test",
        "?resource=acct:a@nord%20vik.test",
        "?resource=acct:%00@nordvik.test",
        "?resource=acct:a@",
        "?resource=https:///@a",
        "?resource=https://[::1/@a",
        "?resource=mailto:kari@nordvik.test",
        "?resource=javascript:alert(1)",
        "?resource=%ff%fe",
        "?resource=\u00e6",
        "?resource=" + "a" * 5000,
        "?" + "&".join(f"a{n}=" for n in range(60)),
    ],
)
def test_a_question_that_is_missing_twofold_or_malformed_is_400(
    webfinger: WebFinger, query: str
) -> None:
    answered = run(ask(webfinger, f"/.well-known/webfinger{query}"))
    assert answered.status == 400
    assert answered.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "resource",
    [
        "acct:ingen@nordvik.test",
        "acct:sekretariatet@elsewhere.example",
        "acct:sekretariatet@xn--nordvik-.test",
        "acct:sekretariatet@sub.nordvik.test",
        "acct:sekretariatet@nordvik.test:8443",
        "https://elsewhere.example/@sekretariatet",
        "http://sosial.nordvik.test/@sekretariatet",
        "https://sosial.nordvik.test:8443/@sekretariatet",
        "https://nordvik.test/@sekretariatet",
        "https://sosial.nordvik.test/actors/999999999999999999",
        "https://sosial.nordvik.test/actors/000000000000000010/followers",
        "https://sosial.nordvik.test/posts/000000000000000010",
        "https://sosial.nordvik.test/@",
        "acct:ola@nordvik.test",
        "https://sosial.nordvik.test/actors/000000000000000030",
    ],
)
def test_who_is_not_here_is_404(webfinger: WebFinger, resource: str) -> None:
    answered = look(webfinger, resource)
    assert answered.status in (404, 400) if "xn--" in resource else answered.status == 404
    assert answered.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("hidden", [town.HIDDEN, town.CLOSED])
def test_internal_and_closed_actors_are_as_if_they_were_not(
    webfinger: WebFinger, hidden: town.Actor
) -> None:
    unknown = look(webfinger, "acct:ingen@nordvik.test")
    for resource in (f"acct:{hidden.username}@nordvik.test", hidden.uri, hidden.url):
        assert look(webfinger, resource) == unknown


def test_allow_listed_actors_are_found_since_no_server_signs_this_question(
    webfinger: WebFinger,
) -> None:
    assert look(webfinger, "acct:samarbeid@nordvik.test").status == 200


def test_suspension_hides_an_actor_once_the_kept_answer_is_old(
    engine: Engine, webfinger: WebFinger, clock: FixedClock
) -> None:
    assert look(webfinger, ACCT).status == 200
    put(engine, replace(SECRETARIAT, suspended=town.NOW))
    clock.moment += KEPT_MS
    assert look(webfinger, ACCT).status == 404


def test_a_new_name_shows_within_seconds(
    engine: Engine, webfinger: WebFinger, clock: FixedClock
) -> None:
    look(webfinger, ACCT)
    put(engine, replace(SECRETARIAT, username="bystyret"))
    assert look(webfinger, ACCT).json()["subject"] == ACCT
    clock.moment += KEPT_MS
    assert look(webfinger, ACCT).json()["subject"] == "acct:bystyret@nordvik.test"


def test_who_is_not_found_is_not_remembered(engine: Engine, webfinger: WebFinger) -> None:
    assert look(webfinger, "acct:nye@nordvik.test").status == 404
    put(engine, town.actor(40, "nye", "Nye"))
    assert look(webfinger, "acct:nye@nordvik.test").status == 200


def test_the_memory_has_a_limit(webfinger: WebFinger) -> None:
    for number in range(KEPT_MAX + 10):
        webfinger._keep(b"%d" % number, 0, town_answer())
    assert len(webfinger._kept) == KEPT_MAX


def town_answer() -> Any:
    from fedi.net.answer import Answer

    return Answer(200, (), b"")


def test_only_the_wanted_relations_are_given_and_the_rest_stays(webfinger: WebFinger) -> None:
    whole = look(webfinger, ACCT).json()
    self_only = look(webfinger, ACCT, "&rel=self").json()
    assert [link["rel"] for link in self_only["links"]] == ["self"]
    assert self_only["aliases"] == whole["aliases"]
    two = look(webfinger, ACCT, f"&rel=self&rel={quote(SUBSCRIBE, safe='')}").json()
    assert {link["rel"] for link in two["links"]} == {"self", SUBSCRIBE}
    assert look(webfinger, ACCT, "&rel=nothing").json()["links"] == []


def test_an_avatar_of_its_own_is_linked(engine: Engine, webfinger: WebFinger) -> None:
    icon = Image(URLS.media("ikt.png"), "image/png", "Logo")
    put(engine, replace(IT, icon=icon))
    avatar = links(look(webfinger, "acct:ikt@nordvik.test"))["http://webfinger.net/rel/avatar"]
    assert avatar["href"] == icon.url
    assert avatar["type"] == "image/png"


def test_head_says_the_same_without_a_body(webfinger: WebFinger) -> None:
    get, head = look(webfinger, ACCT), look(webfinger, ACCT, method="HEAD")
    assert (head.status, head.headers) == (get.status, get.headers)
    assert head.body == b""
