"""From what was sent to files that are kept: taken in, made ready by a child, named, put away.

Every name is noted in the database before its file is there, and forgotten after it is gone, so
that no crash leaves a file that nobody knows of. attachments.py says what the files are for.
"""

import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal

from fedi.config import Config
from fedi.media.bench import Bench, made_at, size_of
from fedi.media.blobs import Blobs
from fedi.media.errand import Ready, Unusable
from fedi.media.kinds import Family, Kind
from fedi.media.records import Stored, fresh, type_of
from fedi.media.storage import blobs_of
from fedi.media.workshop import Workshop
from fedi.perform import Performer
from fedi.store import media as files
from fedi.store.engine import Tx

_RAW: Final = ".upload"
_NO_PICTURE: Final = {
    "preview": "A preview is a picture: JPEG, PNG, GIF, WebP or AVIF.",
    "portrait": "A profile's picture is a picture: JPEG, PNG, GIF, WebP or AVIF.",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, in a working folder of its own, and what it is."""

    place: Path
    source: Path
    kind: Kind


class Shelf:
    """Where one house's files are made ready and kept."""

    def __init__(self, performer: Performer, config: Config, blobs: Blobs | None = None) -> None:
        self._engine = performer.engine
        self._clock = performer.clock
        self.bench = Bench(config.server.data_dir / "work", config.media)
        self.blobs: Blobs = blobs or blobs_of(config)
        self.workshop = Workshop(config.media)

    @asynccontextmanager
    async def taken_in(self, file: BinaryIO) -> AsyncIterator[Upload]:
        """Take a file in for the length of a block. Unusable for what no program here reads."""
        async with self.bench.place() as place:
            source, kind = await self.bench.take_in(file, place)
            self.workshop.check(kind)
            yield Upload(place, source, kind)

    @asynccontextmanager
    async def fetched(self, original: str) -> AsyncIterator[Upload]:
        """Take an upload that was put off up again, for the length of a block."""
        async with self.bench.place() as place:
            source = place / "upload"
            await self.blobs.fetch(original, source)
            yield Upload(place, source, await self.bench.look(source))

    async def made_ready(self, actor_id: int, upload: Upload) -> Stored:
        """Have an upload made ready, and keep what comes of it."""
        made = upload.place / "made"
        made.mkdir(mode=0o700)
        ready = await self.workshop.make("attachment", upload.source, upload.kind, made)
        return await self._kept(actor_id, made, ready)

    async def picture(
        self,
        actor_id: int,
        file: BinaryIO,
        task: Literal["preview", "portrait"],
        side: int | None = None,
    ) -> Stored:
        """Take a picture that goes with something else, make it ready and keep it."""
        async with self.taken_in(file) as upload:
            if upload.kind.family is not Family.PICTURE:
                raise Unusable(_NO_PICTURE[task])
            made = upload.place / "made"
            made.mkdir(mode=0o700)
            ready = await self.workshop.make(task, upload.source, upload.kind, made, side=side)
            return await self._kept(actor_id, made, ready)

    async def put_off(self, actor_id: int, source: Path) -> str:
        """Keep an upload as it came, to be made ready later; its name, under which nothing is
        ever sent."""
        name = secrets.token_urlsafe(24) + _RAW
        await self._note(actor_id, [name], size_of(source))
        await self.blobs.put(name, source)
        return name

    async def renamed(self, actor_id: int, names: Sequence[str], size: int) -> list[str]:
        """Keep files under new names too, and return those in the same order ("" stays "")."""
        new = [fresh(name) if name else "" for name in names]
        await self._note(actor_id, [name for name in new if name], size)
        for before, after in zip(names, new, strict=True):
            if before:
                await self.blobs.copy(before, after)
        return new

    async def remove(self, names: Sequence[str]) -> None:
        """Remove files that were let go of; one that can't be now is tried by the next pruning."""
        if names:
            await self.blobs.remove(names)
            await self._engine.write(lambda tx: files.forget(tx, names))

    async def _kept(self, actor_id: int, folder: Path, ready: Ready) -> Stored:
        main, size = made_at(folder, ready.main)
        preview = made_at(folder, ready.preview)[0] if ready.preview else None
        name = fresh(main.name)
        small = fresh(preview.name) if preview is not None else ""
        await self._note(actor_id, [one for one in (name, small) if one], size)
        await self.blobs.put(name, main)
        if preview is not None:
            await self.blobs.put(small, preview)
        return Stored(ready, name, small, size)

    async def _note(self, actor_id: int, names: Iterable[str], size: int) -> None:
        now = self._clock.now()

        async def unit(tx: Tx) -> None:
            for name in names:
                await files.add(tx, name, actor_id, type_of(name), size, now)

        await self._engine.write(unit)
