"""The page of how far a post has come: what it says, and to whom."""

from dataclasses import replace

import pytest

from actors.drafts import DraftState, SharedDraft
from actors.membership import Membership, Role
from actors.people import Actor, Person
from fedi.pages import delivery
from fedi.pages.delivery import is_ticket, ticket
from fedi.pages.language import Speech
from fedi.store import drafts
from fedi.store.engine import Engine, Tx
from fedi.store.rows import KEY, TABLES
from outbox.schedule import Health, Trouble
from tests.fedi.pages.visiting import Visitor, document, words
from tests.fedi.town import DAY, HOUR, IT, NOW, application, post, put
from tests.people import key_of
from tests.running import run

KARI = Person(id=500, username="kari", name="Kari Nordmann", actor_id=501)
POST = post(IT, HOUR, "<p>Hei</p>")
PAGE = f"/posts/{POST.id:018}/delivery"


@pytest.fixture
def secret(engine: Engine) -> bytes:
    put(engine, POST)

    async def fill(tx: Tx) -> bytes:
        key = replace(key_of(application()), uri="urn:key", actor_id=application().id, created=1)
        await tx.run(KEY.replace, KEY.encode(key))
        return await delivery.secret_of(tx, NOW)

    return run(engine.write(fill))


def sent(engine: Engine, total: int, delivered: int, failed: int = 0) -> None:
    """Something left about the post: to two hosts, one of which has it."""

    async def fill(tx: Tx) -> None:
        await tx.run(
            "INSERT INTO activity (id, uri, actor_id, kind, about, post_id, visible, body,"
            " created, total, delivered, failed) VALUES (1, 'u', ?, 'Create', 'a', ?,"
            " 'public', ?, ?, ?, ?, ?)",
            (IT.id, POST.id, b"{}", NOW, total, delivered, failed),
        )
        await tx.run(
            "INSERT INTO host (name, state, memory, due, opens, held, owner, lease_until, fence,"
            " taken, changed) VALUES ('nede.example', 'down', '', 0, ?, 0, '', 0, 0, 0, 0)",
            (NOW + HOUR,),
        )
        await tx.run(
            "INSERT INTO delivery (activity_id, host, inbox, shared, about, turn, state, due,"
            " tries, uncertain, expires, problem) VALUES (1, 'nede.example', 'i', 1, 1, 1, 0, 0,"
            " 1, 0, ?, 'no <answer>')",
            (NOW + DAY,),
        )

    run(engine.write(fill))


def speaks_for(visitor: Visitor, actor: Actor, role: Role) -> None:
    """Kari is signed in, and has this role for an actor."""

    async def fill(tx: Tx) -> None:
        row = Membership(person_id=KARI.id, actor_id=actor.id, role=role)
        table = TABLES[Membership]
        await tx.run(table.replace, table.encode(row))

    run(visitor.pages.site.engine.write(fill))

    async def signed_in(headers: object) -> Person:
        return KARI

    visitor.pages.site = replace(visitor.pages.site, signed_in=signed_in)


def test_a_link_shows_what_arrived_what_waits_and_why(
    engine: Engine, visitor: Visitor, secret: bytes
) -> None:
    sent(engine, 2, 1)
    answered = visitor.open(f"{PAGE}?key={ticket(secret, POST.id, NOW + HOUR)}")
    said = words(document(answered))
    assert "Levert til 1 av 2 virksomheter" in said
    assert "1 venter" in said
    assert "nede.example" in said
    assert ": svarer ikke" in said  # in the reader's words; what was noted is for administrators
    assert answered.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("code", ["nb", "nn", "en"])
def test_every_trouble_of_a_server_is_said_in_words(code: str) -> None:
    say = Speech(code)
    for trouble in {*Trouble, *Health} - {Health.HEALTHY}:
        told = str(delivery.reason(say, f"{trouble} 503" if trouble == "status" else str(trouble)))
        assert len(told.split()) > 1, told
        assert "<" not in told
    assert "503" in delivery.reason(say, "status 503")
    for other in ("held here", "its time was over <b>", "status", "gone away", "healthy"):
        assert delivery.reason(say, other).startswith('<span lang="en">')
        assert "<b>" not in delivery.reason(say, other)


def test_what_was_sent_to_nobody_says_so(engine: Engine, visitor: Visitor, secret: bytes) -> None:
    answered = visitor.open(f"{PAGE}?key={ticket(secret, POST.id, NOW + HOUR)}")
    assert "ikke sendt til noen utenfor" in words(document(answered))


def test_without_a_link_or_with_a_wrong_one_there_is_no_such_page(
    visitor: Visitor, secret: bytes
) -> None:
    good = ticket(secret, POST.id, NOW + HOUR)
    for key in (
        "",
        "x",
        good + "x",
        good[:-1],
        ticket(secret, POST.id, NOW),
        ticket(secret, POST.id + 1, NOW + HOUR),
        ticket(b"another", POST.id, NOW + HOUR),
        f"{NOW + DAY}.{good.partition('.')[2]}",
    ):
        assert visitor.open(f"{PAGE}?key={key}").status == 404, key
    assert visitor.open(PAGE).status == 404
    absent = visitor.open("/posts/000000000000000099/delivery?key=" + good)
    assert absent.status == 404


def test_who_may_write_as_the_author_sees_it_and_who_only_reads_does_not(
    visitor: Visitor, secret: bytes
) -> None:
    speaks_for(visitor, IT, Role.READER)
    assert visitor.open(PAGE).status == 404
    speaks_for(visitor, IT, Role.AUTHOR)
    assert visitor.open(PAGE).status == 200


def test_who_wrote_and_approved_is_told_to_colleagues_and_not_by_a_link(
    engine: Engine, visitor: Visitor, secret: bytes
) -> None:
    siri = replace(KARI, id=KARI.id + 1, username="siri", name="Siri", actor_id=KARI.actor_id + 1)
    came = SharedDraft(
        id=77, actor_id=IT.id, author_id=KARI.id, state=DraftState.PUBLISHED, created=NOW,
        changed=NOW, approved=NOW, approved_by=siri.id, post_id=POST.id,
    )  # fmt: skip
    put(engine, KARI, siri)

    async def fill(tx: Tx) -> None:
        await drafts.add(tx, came)
        await tx.run("UPDATE post SET acting_person = ? WHERE id = ?", (KARI.id, POST.id))

    run(engine.write(fill))
    good = delivery.ticket(secret, POST.id, NOW + HOUR)
    assert "Siri" not in visitor.open(f"{PAGE}?key={good}").text
    speaks_for(visitor, IT, Role.AUTHOR)
    said = visitor.open(PAGE).text
    assert f"Skrevet av {KARI.name}." in said
    assert "Godkjent av Siri." in said


def test_a_key_is_for_one_post_and_until_its_moment() -> None:
    made = ticket(b"s", 7, NOW)
    assert is_ticket(b"s", made, 7, NOW - 1)
    assert not is_ticket(b"s", made, 7, NOW)
    assert not is_ticket(b"s", made, 8, NOW - 1)
    assert not is_ticket(b"s", "٣." + made, 7, NOW - 1)
