"""A stop is for one text of one author by one person, until it is said once more or forgotten."""

from actors.cautions import Caution, Watched
from actors.effects import Done, Refusal
from fedi.publishing.cautioning import GO, MEANT_MS, Stop, stop_of
from tests.actors.test_numbers import SYNTHETIC
from tests.people import IKT, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, Nordvik
from tests.running import run

TEXTS = (f"Saken til {SYNTHETIC}", "")
REFUSED = Refusal("stop_id_number", "Look again.")


def looked(nordvik: Nordvik, author: int = LEDERGRUPPEN.id, now: int = NOW, **more: object) -> Stop:
    actor = LEDERGRUPPEN if author == LEDERGRUPPEN.id else IKT
    wish = {"person": PERSON_KARI.id, "texts": TEXTS} | more
    return run(
        stop_of(nordvik.engine, Watched(), actor, wish["person"], wish["texts"], now)  # type: ignore[arg-type]
    )


def told(nordvik: Nordvik, stop: Stop, outcome: Done | Refusal) -> None:
    run(nordvik.engine.write(lambda tx: stop.note(nordvik.performer.open(tx), outcome)))


def test_it_holds_until_it_was_told_and_then_for_that_alone(nordvik: Nordvik) -> None:
    first = looked(nordvik)
    assert first.caution is Caution.ID_NUMBER
    assert looked(nordvik) == first
    told(nordvik, first, REFUSED)
    assert looked(nordvik) == GO
    for other in (
        looked(nordvik, author=IKT.id),
        looked(nordvik, person=PERSON_OLA.id),
        looked(nordvik, person=None),
        looked(nordvik, texts=(TEXTS[0] + " ", "")),
        looked(nordvik, texts=("", TEXTS[0])),
        looked(nordvik, now=NOW + MEANT_MS),
    ):
        assert other.caution is Caution.ID_NUMBER


def test_only_the_refusal_for_it_counts_as_told(nordvik: Nordvik) -> None:
    stop = looked(nordvik)
    told(nordvik, stop, Done(uri="https://nordvik.test/1"))
    told(nordvik, stop, Refusal("not_yours", "No."))
    assert looked(nordvik) == stop


def test_nothing_is_written_for_a_text_that_stops_nobody(nordvik: Nordvik) -> None:
    assert looked(nordvik, texts=("Hei", "")) == GO
    told(nordvik, GO, REFUSED)
    assert nordvik.ask("SELECT count(*) FROM stopped") == [(0,)]
    assert nordvik.ask("SELECT count(*) FROM setting WHERE name = 'stopped_key'") == [(0,)]
