"""An Idempotency-Key at the outbox: once is once, for one token, for an hour."""

import asyncio
from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.publishing.test_enclosing import uploaded
from tests.fedi.publishing.test_submitting import hand_in, latest, note


def test_what_comes_again_under_its_key_is_done_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        _, shown = await uploaded(apps.it, apps)
        document = note("<p>Én gang</p>", attachment=[shown.url])
        answers = await asyncio.gather(*(hand_in(apps.it, document, key="a") for _ in range(3)))
        places = {answered.headers["location"] for answered in answers}
        assert [answered.status for answered in answers] == [201, 201, 201]
        assert len(places) == 1
        assert len(await apps.it.get(f"v1/accounts/{apps.it.id}/statuses")) == 1
        other = await hand_in(apps.it, note("<p>To ganger</p>"), key="b")
        assert other.headers["location"] not in places
        # Another's key, the same key at another door, and a key that has grown old are new.
        assert (await hand_in(apps.ola, note(), key="a")).headers["location"] not in places
        headers = {"idempotency-key": "a"}
        said = await apps.it.call("POST", "/api/v1/statuses", {"status": "Tre"}, headers)
        assert said.json()["content"] == "<p>Tre</p>"
        post = (await latest(apps.ola, apps.ola))["uri"]
        liking = {"type": "Like", "object": post}
        likes = [await hand_in(apps.it, liking, key="c") for _ in range(2)]
        assert len({answered.headers["location"] for answered in likes}) == 1
        apps.clock.ahead += 3_600_001
        late = await hand_in(apps.it, note("<p>Igjen</p>"), key="a")
        assert late.headers["location"] not in places

    tell(tmp_path, story)
