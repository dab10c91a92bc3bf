"""The request as pages read it, and the house's name in each language."""

from fedi.config.settings import Organisation
from fedi.pages.language import speech
from fedi.pages.site import Asked, Site
from fedi.store.engine import Engine
from tests.fedi.pages.visiting import Elsewhere
from tests.fedi.town import URLS, FixedClock


def scope(path: str, query: str = "", **headers: str) -> dict[str, object]:
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "query_string": query.encode(), "headers": named}


def test_the_way_back_is_the_address_asked_for() -> None:
    asked = Asked.of(scope("/@ikt", "before=12&x=%26%C3%A5"))
    assert asked.target == "/@ikt?before=12&x=%26%C3%A5"
    assert Asked.of(scope("/tags/åpenhet")).target == "/tags/%C3%A5penhet"


def test_the_chosen_language_is_one_of_many_cookies() -> None:
    assert Asked.of(scope("/", cookie="a=b; language=se; c=d")).chosen == "se"
    assert Asked.of(scope("/", cookie="session[]=1; language=se")).chosen in ("", "se")


def test_a_house_without_a_name_goes_by_its_address(engine: Engine) -> None:
    def site(organisation: Organisation) -> Site:
        return Site(
            engine=engine,
            urls=URLS,
            organisation=organisation,
            clock=FixedClock(),
            webfinger=Elsewhere(),
        )

    assert site(Organisation()).name(speech("nb")) == "sosial.nordvik.test"
    named = site(Organisation(name="Nordvik", names={"se": "Nordvik suohkan"}))
    assert named.name(speech("se")) == "Nordvik suohkan"
    assert named.name(speech("nn")) == "Nordvik"
