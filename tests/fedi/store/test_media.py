"""S18, S19: what is sent of a file is what is shown of its posts, over every combination there is.

See docs/decisions/0014-names-of-files-are-keys.md: what `Nobody` may see is sent as public, what
somebody may see to whoever was told its name, and what nobody may see any more to no one.
"""

from dataclasses import replace
from functools import partial
from itertools import product

import pytest

from actors.audience import LocalActor, Nobody
from actors.people import Exposure, Image
from actors.posts import Media, Visibility
from fedi.store import attachments, media
from fedi.store.engine import Engine, Tx
from fedi.store.rows import ACTOR
from fedi.store.visibility import may_see
from tests.fedi.store.explaining import Noting, faults
from tests.fedi.store.grown import PEOPLE, grow
from tests.fedi.town import DAY, IT, NOW, SECRETARIAT, URLS, post, put
from tests.running import run

CASES = tuple(product(Visibility, Exposure, ("here", "suspended", "gone"), (False, True)))


def shown(engine: Engine, name: str) -> media.Shown | None:
    return run(engine.read(lambda tx: media.shown(tx, name)))


@pytest.mark.parametrize("exposure", Exposure)
def test_a_file_goes_exactly_as_far_as_its_post(engine: Engine, exposure: Exposure) -> None:
    cases = [case for case in CASES if case[1] is exposure]
    for number, (visibility, _, state, deleted) in enumerate(cases):
        author = replace(
            IT,
            id=1000 + number,
            username=f"ikt{number}",
            uri=URLS.actor(1000 + number),
            exposure=exposure,
            suspended=NOW if state == "suspended" else None,
            deleted=NOW if state == "gone" else None,
        )
        name, small = f"{exposure}-{number}.png", f"{exposure}-{number}.webp"
        item = Media(url=URLS.media(name), preview=URLS.media(small))
        one = post(author, DAY, "Se", visibility=visibility, media=(item,))
        put(engine, author, one)

        async def unit(tx: Tx, one=one, name=name, small=small) -> None:  # type: ignore[no-untyped-def]
            for file in (name, small):
                await media.add(tx, file, one.author_id, "image/png", 1, NOW)
            await media.note_use(tx, one, URLS, NOW)

        run(engine.write(unit))
        if deleted:
            gone = replace(one, deleted=NOW, media=())
            put(engine, gone)
            run(engine.write(lambda tx, gone=gone: media.note_use(tx, gone, URLS, NOW)))  # type: ignore[misc]
        anybody = run(engine.read(lambda tx, one=one: may_see(tx, one.id, Nobody())))  # type: ignore[misc]
        author_sees = run(
            engine.read(lambda tx, one=one: may_see(tx, one.id, LocalActor(one.author_id)))  # type: ignore[misc]
        )
        for file in (name, small):
            found = shown(engine, file)
            case = (visibility, state, deleted)
            assert (found is not None) == author_sees, case
            assert (found is not None and found.everybody) == anybody, case


@pytest.mark.parametrize("exposure", Exposure)
def test_a_portrait_goes_as_far_as_its_actor(engine: Engine, exposure: Exposure) -> None:
    face = replace(IT, exposure=exposure, icon=Image(URLS.media("face.png")))

    async def unit(tx: Tx) -> None:
        await tx.run(ACTOR.replace, ACTOR.encode(face))
        await media.add(tx, "face.png", face.id, "image/png", 1, NOW)
        await media.note_face(tx, face, URLS, NOW)

    run(engine.write(unit))
    assert shown(engine, "face.png") == media.Shown(exposure is Exposure.OPEN)
    bare = replace(face, icon=None)
    run(engine.write(lambda tx: media.note_face(tx, bare, URLS, NOW)))
    assert shown(engine, "face.png") is None


def test_a_name_that_never_was_is_sent_to_nobody(engine: Engine) -> None:
    assert shown(engine, "aldri.png") is None


def test_who_only_knows_a_name_neither_keeps_a_file_nor_makes_it_public(engine: Engine) -> None:
    item = Media(url=URLS.media("hemmelig.png"))
    inside = post(IT, DAY, "Internt", visibility=Visibility.INTERNAL, media=(item,))
    copied = post(SECRETARIAT, DAY, "Se", media=(item,))
    put(engine, IT, SECRETARIAT, inside, copied)

    async def unit(tx: Tx) -> None:
        await media.add(tx, "hemmelig.png", IT.id, "image/png", 1, NOW)
        await media.note_use(tx, inside, URLS, NOW)
        await media.note_use(tx, copied, URLS, NOW)

    run(engine.write(unit))
    assert shown(engine, "hemmelig.png") == media.Shown(False)
    gone = replace(inside, deleted=NOW, media=())
    run(engine.write(lambda tx: media.note_use(tx, gone, URLS, NOW)))
    assert shown(engine, "hemmelig.png") is None


@pytest.mark.slow
def test_every_statement_goes_by_an_index(engine: Engine) -> None:
    some = [
        attachments.Attachment(
            id=n, actor_id=IT.id if n == 7 else PEOPLE + n, post_id=n if n % 3 else None,
            name=f"{n}.png", preview=f"{n}.webp" if n % 2 else "", created=NOW,
            original=f"{n}.upload", state="ready" if n % 50 else "processing",
        )
        for n in range(1, 4000)
    ]  # fmt: skip
    table = attachments.ATTACHMENT

    async def fill(tx: Tx) -> None:
        await tx.many(table.insert, [table.encode(one) for one in some])
        for one in some:
            await media.add(tx, one.name, IT.id, "image/png", 1, NOW)
        await tx.run("UPDATE media SET unused = NULL WHERE name < '3'")
        await tx.many(
            "INSERT INTO media_use (post_id, name) VALUES (?, ?)",
            [(one.id, one.name) for one in some],
        )

    grow(engine)
    put(engine, IT)
    run(engine.write(fill))
    run(engine.write(lambda tx: tx.run("ANALYZE")))
    noting = Noting(engine)
    item = Media(url=URLS.media("7.png"), id=7)

    async def work(tx: Tx) -> None:
        await media.note_use(tx, post(IT, DAY, "Se", media=(item,)), URLS, NOW)
        await media.note_face(tx, replace(IT, icon=Image(item.url)), URLS, NOW)
        await media.shown(tx, "7.png")
        await media.unused(tx, NOW, 100)
        await media.retire(tx, ["7.png"])
        await media.let_go(tx, ["7.png"])
        await media.forget(tx, ["7.png"])
        await media.drop_uses(tx, [7], NOW)
        await attachments.owned(tx, IT.id, [7, 8])
        await attachments.of_post(tx, 7)
        await attachments.waits(tx, NOW)
        await attachments.lease(tx, NOW, NOW + 1)
        await attachments.take(tx, IT.id, 7, None, NOW)
        await attachments.give_back(tx, [7])
        await attachments.unfinished(tx, NOW, 100)
        await attachments.replace(tx, some[0], unless_used=True)
        await attachments.remove(tx, some[0])

    run(noting.write(work))
    assert len(noting.texts) > 20
    found = []
    for sql, params in noting.texts.items():
        for fault in run(engine.write(partial(faults, sql=sql, params=params))):
            found.append(f"{fault}\n    {sql}")
    assert not found, "\n".join(found)
