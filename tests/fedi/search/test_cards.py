"""Pages are fetched within limits, over real HTTP."""

import asyncio
from pathlib import Path

from actors.posts import Post, Visibility
from fedi.search.cards import Cards
from fedi.store import cards
from tests.hostile.peer import GOOD, Town, answer, redirect, town
from tests.people import MINUTE

URL = "https://nrk.test/sak"
LINK = f'<p>Se <a href="{URL}" rel="nofollow noopener noreferrer">nrk.test/sak</a></p>'


PAGE = b'<title>Sak</title><meta property="og:image" content="/1.jpg">'


async def looked_at(here: Town, path: str) -> tuple[int, str]:
    """Have a page of a stranger's looked at; (state, title)."""
    house = here.house
    url = f"http://{GOOD}{path}"

    async def want(tx):  # type: ignore[no-untyped-def]
        await tx.run("DELETE FROM card")
        post = Post(id=1, uri="x", author_id=1, visibility=Visibility.PUBLIC, published=0)
        await cards.link(tx, post, url, now=house.clock.now() - 1, jitter=0)

    await house.engine.write(want)
    fetching = Cards(house.engine, house.client, lambda: house.clock.now() + MINUTE, house.bus)
    await fetching.some()
    return (await here.sql("SELECT state, title FROM card"))[0]


def test_pages_are_fetched_within_limits(tmp_path: Path) -> None:
    async def story(here: Town) -> None:
        table = here.hostile.table
        table[f"{GOOD}/sak"] = answer(PAGE, kind="text/html")
        assert await looked_at(here, "/sak") == (1, "Sak")
        table[f"{GOOD}/videre"] = redirect(f"http://{GOOD}/sak")
        assert await looked_at(here, "/videre") == (1, "Sak")
        table[f"{GOOD}/hjem"] = redirect(f"{here.origin}/")
        assert await looked_at(here, "/hjem") == (2, "")
        table[f"{GOOD}/fil"] = answer(PAGE, kind="application/pdf")
        assert await looked_at(here, "/fil") == (2, "")
        table[f"{GOOD}/stor"] = answer(PAGE + b"x" * 1_100_000, kind="text/html")
        assert await looked_at(here, "/stor") == (2, "")
        assert await looked_at(here, "/borte") == (2, "")
        table[f"{GOOD}/nede"] = answer(PAGE, kind="text/html", status=503)
        assert await looked_at(here, "/nede") == (0, "")

    async def main() -> None:
        async with town(tmp_path) as here:
            await story(here)

    asyncio.run(main())
