"""What is remembered of a page is never older than what was committed when it was asked for."""

from dataclasses import replace
from pathlib import Path

from actors.people import Actor
from fedi.app import application
from fedi.mastodon.fragments import Face, Fragments
from fedi.store import events
from fedi.store.engine import Engine, Tx
from fedi.store.events import Place
from tests.fedi.mastodon.apps import Apps, tell
from tests.people import KARI
from tests.running import run


def face(actor: Actor) -> Face:
    return Face(actor=actor, json=b"{}")


def test_those_inside_and_outside_are_remembered_apart_and_forgotten_together() -> None:
    faces = Fragments().faces
    faces.keep(1, True, face(KARI))
    assert faces.find(1, True) is not None
    assert faces.find(1, False) is None
    faces.keep(1, False, face(KARI))
    faces.forget(1)
    assert faces.find(1, True) is faces.find(1, False) is None


def test_the_memory_has_an_end() -> None:
    faces = Fragments().faces
    for id in range(5_000):
        faces.keep(id, True, face(KARI))
    assert faces.find(0, True) is None
    assert faces.find(4_999, True) is not None


def test_what_an_older_page_shows_is_not_kept_for_newer_ones(engine: Engine) -> None:
    """Pages are made on several threads, each with a snapshot of its own."""
    fragments = Fragments()

    async def change(tx: Tx) -> None:
        await events.append(tx, "actor", KARI.id, KARI.id, at=0)

    def newest() -> Place:
        return run(engine.read(fragments.refresh))

    run(engine.write(change))
    before = newest()
    run(engine.write(change))
    now = newest()
    assert before < now == newest()
    fragments.remember(fragments.faces, KARI.id, True, face(KARI), before)
    assert fragments.faces.find(KARI.id, True) is None
    fragments.remember(fragments.faces, KARI.id, True, face(KARI), now)
    assert fragments.faces.find(KARI.id, True) is not None
    run(engine.write(change))
    newest()
    assert fragments.faces.find(KARI.id, True) is None


def test_what_another_process_changed_is_seen_at_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        # Two processes of one house: each has a memory of its own.
        other = replace(apps.ola, table=application(apps.house))
        post = await apps.it.says("Første")
        path = f"v1/statuses/{post['id']}"
        for client in (apps.ola, other):
            assert (await client.get(path))["content"] == "<p>Første</p>"
        await apps.it.put(path, {"status": "Andre"})
        assert (await other.get(path))["content"] == "<p>Andre</p>"
        await apps.ola.post(f"{path}/favourite")
        await apps.ola.says("Svar", visibility="public", in_reply_to_id=post["id"])
        seen = await other.get(path)
        assert (seen["favourites_count"], seen["replies_count"]) == (1, 1)
        update = "/api/v1/accounts/update_credentials"
        await apps.it.ok("PATCH", update, {"display_name": "Nytt navn"})
        assert (await other.get(path))["account"]["display_name"] == "Nytt navn"
        await apps.it.delete(path)
        assert await other.refused("GET", path) == 404

    tell(tmp_path, story)
