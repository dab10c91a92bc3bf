"""What our actors change about themselves, who may, and what others hear of it."""

from typing import Any

import pytest

from actors.departments import Department
from actors.errors import Forbidden, Invalid
from actors.faces import is_generated
from actors.membership import Membership, Role
from actors.people import Actor, Exposure, Image
from fedi.publishing import Changes, Profiles
from fedi.store import departments
from tests.fedi.publishing.offline import OFFLINE
from tests.people import (
    ALICE,
    BEREDSKAP,
    KARI,
    LEDERGRUPPEN,
    NOW,
    PERSON_KARI,
    URLS,
    Nordvik,
)
from tests.running import run


def edited(nordvik: Nordvik, actor: Actor = LEDERGRUPPEN, **changes: Any) -> Actor:
    """An actor after a change, as it stands in the store."""
    made = run(Profiles(nordvik.performer, OFFLINE).edit(actor, Changes(**changes)))
    assert nordvik.actor(actor.uri) == made
    return made


def test_words_become_html_with_links_tags_and_mentions(nordvik: Nordvik) -> None:
    made = edited(
        nordvik,
        summary="Vi svarer på #spørsmål. Skriv til @kari <b>.\n\nhttps://nordvik.test/om",
        fields=(("Nettsted", "https://nordvik.test"), ("Telefon", "12 <34>")),
    )
    assert 'rel="tag ' in made.summary
    assert KARI.url in made.summary
    assert "&lt;b&gt;" in made.summary
    assert made.summary.count("<p>") == 2
    assert made.fields[0].value.startswith("<a href=")
    assert made.fields[1].value == "12 &lt;34&gt;"


def test_names_and_descriptions_are_by_language(nordvik: Nordvik) -> None:
    names = {"nb": "Ledelsen", "se": "Jođiheaddjit"}
    made = edited(nordvik, language="nb", names=names, summaries={"nb": "Hei"})
    assert (made.name, made.names["se"]) == ("Ledelsen", "Jođiheaddjit")
    assert (made.summary, made.summaries["nb"]) == ("<p>Hei</p>", "<p>Hei</p>")
    renamed = edited(nordvik, made, name="Toppen")
    assert (renamed.name, renamed.names) == ("Toppen", {})


def test_a_change_is_told_to_followers_and_no_change_is_not(nordvik: Nordvik) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    made = edited(nordvik, name="Toppen", locked=True, bot=True, hides_totals=True)
    assert (made.locked, made.bot, made.hides_totals, made.updated) == (True, True, True, NOW)
    edited(nordvik, name="Toppen", locked=True)
    assert nordvik.delivered() == [("Update", ALICE.shared_inbox)]
    document = nordvik.bodies()[-1]["object"]
    assert document["name"] == "Toppen"
    assert document["manuallyApprovesFollowers"] is True
    assert document["assertionMethod"]


def test_pictures_come_and_go(nordvik: Nordvik) -> None:
    icon = Image(URLS.media("a.png"), "image/png", "Byvåpenet")
    assert edited(nordvik, icon=icon).icon == icon
    assert edited(nordvik, image=icon).icon == icon
    made = edited(nordvik, KARI, icon=icon, image=icon)
    made = edited(nordvik, made, without=frozenset({"icon"}))
    assert (made.icon, made.image) == (None, icon)


def test_a_department_without_a_picture_has_the_letters_of_its_name(nordvik: Nordvik) -> None:
    icon = Image(URLS.media("a.png"), "image/png", "Byvåpenet")
    drawn = edited(nordvik, edited(nordvik, icon=icon), without=frozenset({"icon"})).icon
    assert drawn is not None
    assert is_generated(drawn, URLS)
    renamed = edited(nordvik, name="Toppen").icon
    assert renamed is not None
    assert renamed != drawn
    assert is_generated(renamed, URLS)
    assert edited(nordvik, icon=icon).icon == icon


def test_no_edit_fakes_or_takes_away_what_the_record_says(nordvik: Nordvik) -> None:
    record = Department(
        actor_id=LEDERGRUPPEN.id, number="012345674", verified=NOW, email="post@by.example"
    )
    run(nordvik.engine.write(lambda tx: departments.put(tx, record)))
    made = edited(nordvik, fields=(("Åpent", "8-15"),))
    assert [(one.kind, one.verified) for one in made.fields] == [
        ("number", NOW), ("email", None), ("", None),
    ]  # fmt: skip
    # An app sends all back that it was shown, changed or not, up to as many as there may be.
    shown = [(one.name, "999 999 999") for one in made.fields]
    again = edited(nordvik, made, fields=(*shown, ("Org.nr", "1"), *[("a", "b")] * 4))
    assert again.fields[:2] == made.fields[:2]
    assert {one.verified for one in again.fields[2:]} == {None}
    assert edited(nordvik, again, fields=()).fields == made.fields[:2]
    assert edited(nordvik, again, language="en").fields[0].name == "Organisation number"
    document = nordvik.bodies()[-1]["object"]
    assert document["identifier"] == "0192:012345674"
    assert document["attachment"][0] == {
        "type": "PropertyValue", "name": "Organisation number", "value": "012 345 674",
    }  # fmt: skip


def test_what_is_too_long_or_nothing_is_refused(nordvik: Nordvik) -> None:
    for changes in (
        {"name": "x" * 101},
        {"name": "  "},
        {"summary": "x" * 1_001},
        {"names": {"nn": "x" * 101}},
        {"fields": (("a", "b"),) * 7},
        {"fields": (("a", "x" * 256),)},
        {"default_audience": "group"},
        {"default_audience": "alle"},
    ):
        with pytest.raises(Invalid):
            run(Profiles(nordvik.performer, OFFLINE).edit(LEDERGRUPPEN, Changes(**changes)))
    assert nordvik.actor(LEDERGRUPPEN.uri) == LEDERGRUPPEN


def test_only_who_manages_an_actor_changes_it(nordvik: Nordvik) -> None:
    profiles = Profiles(nordvik.performer, OFFLINE)
    for work in (
        profiles.edit(LEDERGRUPPEN, Changes(name="Toppen"), person=PERSON_KARI.id),
        profiles.close(LEDERGRUPPEN, person=PERSON_KARI.id),
        profiles.move(LEDERGRUPPEN, ALICE, person=PERSON_KARI.id),
    ):
        with pytest.raises(Forbidden):
            run(work)
    nordvik.put(Membership(person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.MANAGER))
    assert run(
        profiles.edit(LEDERGRUPPEN, Changes(name="Toppen"), person=PERSON_KARI.id)
    ).name == "Toppen"  # fmt: skip


def test_two_who_edit_at_once_keep_each_others_words(nordvik: Nordvik) -> None:
    profiles = Profiles(nordvik.performer, OFFLINE)
    run(profiles.edit(LEDERGRUPPEN, Changes(name="Toppen")))
    made = run(profiles.edit(LEDERGRUPPEN, Changes(locked=True)))
    assert (made.name, made.locked) == ("Toppen", True)


def test_a_narrower_exposure_lets_followers_go_and_tells_no_stranger_of_the_change(
    nordvik: Nordvik,
) -> None:
    edited(nordvik, exposure=Exposure.INTERNAL)
    assert nordvik.ask("SELECT kind, actor_id FROM spread") == [
        ("narrow-followers", LEDERGRUPPEN.id)
    ]
    nordvik.follows(ALICE, BEREDSKAP)
    edited(nordvik, BEREDSKAP, name="Rådet")
    assert nordvik.sent() == []
    assert edited(nordvik, exposure=Exposure.OPEN).exposure is Exposure.OPEN
    assert len(nordvik.ask("SELECT kind FROM spread")) == 1


def test_moving_needs_the_new_home_to_name_the_old(nordvik: Nordvik) -> None:
    profiles = Profiles(nordvik.performer, OFFLINE)
    with pytest.raises(Forbidden):
        run(profiles.move(LEDERGRUPPEN, KARI))
    target = edited(nordvik, KARI, also_known_as=(LEDERGRUPPEN.uri,))
    nordvik.follows(ALICE, LEDERGRUPPEN)
    moved = run(profiles.move(LEDERGRUPPEN, target))
    assert moved.moved_to == KARI.uri
    assert ("Move", ALICE.shared_inbox) in nordvik.delivered()


def test_closing_ends_an_actor_for_good(nordvik: Nordvik) -> None:
    nordvik.follows(ALICE, LEDERGRUPPEN)
    profiles = Profiles(nordvik.performer, OFFLINE)
    assert run(profiles.close(LEDERGRUPPEN)).deleted == NOW
    assert nordvik.delivered() == [("Delete", ALICE.shared_inbox)]
    with pytest.raises(Forbidden):
        run(profiles.edit(LEDERGRUPPEN, Changes(name="Toppen")))
