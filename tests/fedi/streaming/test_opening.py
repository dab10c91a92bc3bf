"""Every path of streaming answers with a slash at its end and without, and is nobody's redirect."""

import asyncio
from pathlib import Path

import pytest

from fedi.app import application
from tests.fedi.asking import ask
from tests.fedi.streaming.apps import PATH
from tests.hostile.peer import town


def test_no_path_of_streaming_is_unknown_or_redirects(tmp_path: Path) -> None:
    async def story() -> None:
        async with town(tmp_path) as here:
            table = application(here.house)
            for path in (
                "",
                "/",
                "/user",
                "/user/",
                "/user/notification",
                "/public/local/",
                "/list",
            ):
                assert (await ask(table, PATH + path)).status == 401, path
                answered = await ask(table, PATH + path, "POST")
                assert answered.status in (404, 405), path
            for path in ("/health", "/health/"):
                answered = await ask(table, PATH + path)
                assert (answered.status, answered.body) == (200, b"OK")

    asyncio.run(story())


pytestmark = pytest.mark.slow
