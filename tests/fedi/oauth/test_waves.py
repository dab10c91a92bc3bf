"""Waves of invitations: a table becomes people, roles and links; nothing half done."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from actors.errors import Invalid, NotFound
from actors.membership import Role
from fedi.oauth.callers import hash_of
from fedi.oauth.waves import Invitation, Waves, letter, newcomers, sheet, username_of
from fedi.organisation import find_person
from fedi.store import welcoming
from tests.people import HOUR, LEDERGRUPPEN, NOW, OLA, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

OSLO = ZoneInfo("Europe/Oslo")
TABLE = """name;email;department;role;language
Åse Bjørnø;ase@nordvik.example;ledergruppen;author;nn
Per Å. Hætta;;@ledergruppen;;se
Ola;;ledergruppen;manager;
""".encode()


def invite(nordvik: Nordvik, table: bytes = TABLE, wave: str = "første") -> list[Invitation]:
    return run(Waves(nordvik.performer, 72).invite(newcomers(table), wave))


def people(nordvik: Nordvik) -> int:
    return run(nordvik.engine.read(lambda tx: tx.one("SELECT count(*) FROM person")))[0]


def test_a_table_becomes_people_with_roles_and_links(nordvik: Nordvik) -> None:
    made = invite(nordvik)
    assert [one.person.username for one in made] == ["ase_bjorno", "per_a_haetta", "ola"]
    ase = run(find_person(nordvik.performer, "ase_bjorno"))
    assert (ase.email, ase.language) == ("ase@nordvik.example", "nn")
    assert made[0].until == nordvik.clock.time + 72 * HOUR
    assert made[0].department == "Ledergruppen"

    async def look(tx: object) -> object:
        role = await nordvik.performer.open(tx).membership(ase.id, LEDERGRUPPEN.id)  # type: ignore[arg-type]
        return role.role if role is not None else None

    assert run(nordvik.engine.read(look)) is Role.AUTHOR
    keys = run(nordvik.engine.read(lambda tx: tx.rows("SELECT hash FROM one_time_link")))
    assert {row[0] for row in keys} == {hash_of(one.link.split("key=")[1]) for one in made}


def test_an_invitation_takes_no_role_away(nordvik: Nordvik) -> None:
    invite(nordvik, b"name,username,department,role\nKari,kari,ledergruppen,reader\n")

    async def look(tx: object) -> object:
        role = await nordvik.performer.open(tx).membership(PERSON_KARI.id, LEDERGRUPPEN.id)  # type: ignore[arg-type]
        return role.role if role is not None else None

    assert run(nordvik.engine.read(look)) is Role.AUTHOR


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("name;department\nNy;ledergruppen\nTo;finnes_ikke\n", "Line 3, department"),
        ("name;department\nNy;ola\n", "is a person"),
        ("name;username\nNy;ikt\n", "IKT-teamet's"),
        ("name;username\nNy;en\nTo;EN\n", "Line 3, username: EN is on line 2"),
        ("name;username\nNy;Øl på\n", "can't be one"),
        ("name;email\nNy;ny@\n", "no e-mail address"),
        ("name;email\nNy;a@b.no,c@d.no\n", "no e-mail address"),
        ("name;role\nNy;sjef\n", "'sjef' is none of"),
        ("name;language\nNy;fr\n", "'fr' is none of"),
        ("name;email\n;ny@nordvik.example\n", "Line 2, name"),
        ("name\n", "nobody in the table"),
    ],
)
def test_a_fault_is_named_by_its_line_and_nobody_is_made(
    nordvik: Nordvik, table: str, said: str
) -> None:
    before = people(nordvik)
    with pytest.raises(Invalid, match=said):
        invite(nordvik, table.encode())
    assert people(nordvik) == before


def test_who_has_left_is_not_let_in_by_a_table(nordvik: Nordvik) -> None:
    nordvik.put(replace(PERSON_OLA, departed=NOW))
    with pytest.raises(Invalid, match="has left"):
        invite(nordvik)


def test_a_wave_is_counted_and_goes_on_to_those_who_have_not_come(nordvik: Nordvik) -> None:
    first = invite(nordvik)
    run(nordvik.engine.write(lambda tx: welcoming.receive(tx, PERSON_OLA.id, NOW)))
    run(nordvik.engine.write(lambda tx: welcoming.sent(tx, first[0].person.id, NOW)))
    nordvik.says(OLA)
    (wave,) = run(nordvik.engine.read(welcoming.waves))
    assert (wave.name, wave.invited, wave.sent, wave.joined, wave.posted) == ("første", 3, 1, 1, 1)
    again = run(Waves(nordvik.performer, 72).again("første"))
    assert {one.person.username for one in again} == {"ase_bjorno", "per_a_haetta"}
    assert not {one.link for one in again} & {one.link for one in first}
    with pytest.raises(NotFound):
        run(Waves(nordvik.performer, 72).again("andre"))


def test_the_same_table_again_makes_nobody_twice(nordvik: Nordvik) -> None:
    invite(nordvik)
    before = people(nordvik)
    assert len(invite(nordvik, wave="andre")) == 3
    assert people(nordvik) == before
    assert [one.name for one in run(nordvik.engine.read(welcoming.waves))] == ["andre"]


def test_letter_and_sheet_speak_each_ones_language(nordvik: Nordvik) -> None:
    ase, per, _ = invite(nordvik)
    subject, text = letter(ase, "Nordvik kommune", OSLO)
    assert subject == "Velkomen til det interne nettet i Nordvik kommune"
    assert ase.link in text
    assert "lenkja di" in text
    pages = sheet([ase, per], "Nordvik <kommune>", OSLO)
    assert pages.count("<section") == 2
    assert "Nordvik &lt;kommune&gt;" in pages
    assert ase.link in pages
    assert pages.count("data:image/svg") == 2


@pytest.mark.parametrize(
    ("name", "username"),
    [
        ("Åse Bjørnø", "ase_bjorno"),
        ("Máret-Ánne Sárá", "maret_anne_sara"),
        ("Ŋuorta Đ.", "nuorta_d"),
        ("X" * 40, "x" * 30),
        ("李", ""),
    ],
)
def test_a_name_becomes_a_handle(name: str, username: str) -> None:
    assert username_of(name) == username
