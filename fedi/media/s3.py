"""Files in a bucket of a store that speaks S3: the other filling of the Blobs port.

For machines that share no disk. The bucket is closed to the public: everything is sent by us, so
that the rules of sending.py hold. Needs the extra `s3` (obstore); loaded only where it is used.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import obstore
from obstore.store import S3Store

from actors.errors import NotFound, Unavailable
from fedi.config.settings import Media as Settings
from fedi.media.blobs import CHUNK, Blob


class S3Blobs:
    """Files in one bucket, under one prefix."""

    def __init__(self, settings: Settings, secret: str) -> None:
        options: dict[str, Any] = {
            "access_key_id": settings.s3_access_key_id,
            "secret_access_key": secret,
            "region": settings.s3_region,
        }
        if settings.s3_endpoint:
            options["endpoint"] = settings.s3_endpoint
        self._store = S3Store(
            settings.s3_bucket,
            prefix=settings.s3_prefix.strip("/") or None,
            config=options,  # type: ignore[arg-type]
            client_options={
                "allow_http": settings.s3_endpoint.startswith("http://"),
                "timeout": "60s",
            },
            retry_config={"max_retries": 3},
        )

    async def put(self, name: str, source: Path) -> None:
        try:
            await obstore.put_async(self._store, name, source)
        except obstore.exceptions.BaseError as error:
            raise _unavailable(error) from error

    async def open(self, name: str) -> Blob:
        try:
            found = await obstore.head_async(self._store, name)
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            raise NotFound("There is no such file.") from None
        except obstore.exceptions.BaseError as error:
            raise _unavailable(error) from error
        return _InBucket(self._store, name, found["size"])

    async def fetch(self, name: str, target: Path) -> None:
        blob = await self.open(name)
        file = await asyncio.to_thread(target.open, "xb")
        try:
            async for chunk in blob.chunks(0, blob.size):
                await asyncio.to_thread(file.write, chunk)
        finally:
            await asyncio.to_thread(file.close)

    async def copy(self, name: str, new: str) -> None:
        try:
            await obstore.copy_async(self._store, name, new)
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            raise NotFound("There is no such file.") from None
        except obstore.exceptions.BaseError as error:
            raise _unavailable(error) from error

    async def remove(self, names: Sequence[str]) -> None:
        for name in names:
            try:
                await obstore.delete_async(self._store, name)
            except (FileNotFoundError, obstore.exceptions.NotFoundError):
                continue
            except obstore.exceptions.BaseError as error:
                raise _unavailable(error) from error


class _InBucket:
    """One file of the bucket, read in pieces as they are asked for."""

    def __init__(self, store: S3Store, name: str, size: int) -> None:
        self._store = store
        self._name = name
        self.size = size

    async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
        if length <= 0:
            return
        wanted = {"range": (start, start + length)}
        try:
            found = await obstore.get_async(self._store, self._name, options=wanted)  # type: ignore[arg-type]
            async for chunk in found.stream(min_chunk_size=CHUNK):
                yield bytes(chunk)
        except (FileNotFoundError, obstore.exceptions.NotFoundError):
            raise NotFound("There is no such file.") from None
        except obstore.exceptions.BaseError as error:
            raise _unavailable(error) from error

    async def close(self) -> None:
        """Nothing is held between two pieces."""


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable("The store of files can't be reached.", detail=str(error)[:300])
