"""Featured hashtags: chosen in order, counted over what the viewer may see, ten at most."""

import pytest

from actors.audience import LocalActor, Nobody, Viewer
from actors.errors import Forbidden, Invalid
from actors.posts import Visibility
from fedi.publishing import Profiles
from fedi.store import featured
from fedi.store.featured import FeaturedTag
from fedi.store.reads import HouseReads
from tests.fedi.publishing.offline import OFFLINE
from tests.people import IKT, LEDERGRUPPEN, NOW, PERSON_KARI, Nordvik
from tests.running import run


@pytest.fixture
def house(nordvik: Nordvik) -> Nordvik:
    return nordvik


def features(house: Nordvik, *tags: str) -> list[FeaturedTag]:
    profiles = Profiles(house.performer, OFFLINE)
    return [run(profiles.feature_tag(LEDERGRUPPEN, tag)) for tag in tags]


def seen(house: Nordvik, viewer: Viewer) -> list[tuple[str, int, int | None]]:
    found = run(house.engine.read(lambda tx: featured.of(tx, LEDERGRUPPEN.id, viewer)))
    return [(one.shown, one.uses, one.last_used) for one in found]


def test_a_hashtag_is_featured_once_however_it_is_written(house: Nordvik) -> None:
    first, again = features(house, "#Kommunevalg", "kommunevalg")
    assert first == again
    features(house, "Vei")
    reads = HouseReads(house.engine)
    assert run(reads.tags(LEDERGRUPPEN)) == ("Kommunevalg", "Vei")
    assert run(reads.tags(IKT)) == ()


def test_uses_are_counted_as_far_as_one_may_see(house: Nordvik) -> None:
    features(house, "vei", "sjø")
    house.says(LEDERGRUPPEN, hashtags=("Vei",), published=NOW - 5)
    house.says(LEDERGRUPPEN, Visibility.INTERNAL, hashtags=("vei",), published=NOW - 3)
    house.says(IKT, hashtags=("vei",))
    assert seen(house, Nobody()) == [("vei", 1, NOW - 5), ("sjø", 0, None)]
    assert seen(house, LocalActor(IKT.id)) == [("vei", 2, NOW - 3), ("sjø", 0, None)]


def test_ten_can_be_featured_and_each_be_let_go(house: Nordvik) -> None:
    tags = features(house, *(f"merke{number}" for number in range(featured.MOST)))
    with pytest.raises(Invalid, match="At most 10"):
        features(house, "en_til")
    profiles = Profiles(house.performer, OFFLINE)
    assert run(profiles.unfeature_tag(IKT, tags[0].id)) is False
    assert run(profiles.unfeature_tag(LEDERGRUPPEN, tags[0].id)) is True
    assert run(profiles.unfeature_tag(LEDERGRUPPEN, tags[0].id)) is False
    features(house, "en_til")


@pytest.mark.parametrize("text", ["", "#", "to ord", "a.b", "<b>", "#a#b"])
def test_what_is_no_hashtag_is_not_featured(house: Nordvik, text: str) -> None:
    with pytest.raises(Invalid):
        features(house, text)


def test_only_who_manages_an_actor_features_for_it(house: Nordvik) -> None:
    profiles = Profiles(house.performer, OFFLINE)
    with pytest.raises(Forbidden):
        run(profiles.feature_tag(LEDERGRUPPEN, "vei", person=PERSON_KARI.id))
    (tag,) = features(house, "vei")
    with pytest.raises(Forbidden):
        run(profiles.unfeature_tag(LEDERGRUPPEN, tag.id, person=PERSON_KARI.id))


def test_what_is_featured_changes_how_the_actor_looks(house: Nordvik) -> None:
    (tag,) = features(house, "vei")
    run(Profiles(house.performer, OFFLINE).unfeature_tag(LEDERGRUPPEN, tag.id))
    told = house.ask("SELECT kind, subject_id FROM event WHERE actor_id = ?", LEDERGRUPPEN.id)
    assert told == [("actor", LEDERGRUPPEN.id)] * 2
