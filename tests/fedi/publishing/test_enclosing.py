"""Files on a note that a client of ActivityPub hands in: its own, uploaded here, and no others."""

import io
import json
from pathlib import Path
from typing import Any

from fedi.media.attachments import Given
from tests.fedi.mastodon.apps import ORIGIN, Apps, Client, tell
from tests.fedi.media.made import picture
from tests.fedi.publishing.test_submitting import done, latest, note, read, refused


async def uploaded(client: Client, apps: Apps, words: str = "") -> Any:
    """Return a picture of the client's, as the API shows it."""
    assert client.actor is not None
    given = Given(file=io.BytesIO(picture()), name="bilde.png", description=words)
    made = await apps.house.media.upload(client.actor, given, wait=True)
    return made, apps.house.media.media(made)


def test_files_of_ones_own_are_put_on_a_note_by_address_or_id(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        (one, shown), (two, _), (three, other) = [await uploaded(apps.it, apps) for _ in range(3)]
        attachment: list[Any] = [
            {"type": "Image", "url": shown.url, "name": "Broen", "focalPoint": [0.5, -0.5]},
            {"type": "Document", "id": f"{two.id:018d}"},
            {"type": "Link", "href": other.url},
        ]
        await done(apps.it, note("", attachment=attachment))
        post = await latest(apps.it, apps.it)
        found = post["media_attachments"]
        assert [item["id"] for item in found] == [f"{x.id:018d}" for x in (one, two, three)]
        assert (found[0]["description"], found[1]["description"]) == ("Broen", None)
        assert found[0]["meta"]["focus"] == {"x": 0.5, "y": -0.5}
        again = note(attachment=[shown.url])
        assert await refused(apps.it, again) == 422  # it is on a post already
        outside = json.loads((await read(apps.nobody, post["uri"])).body)
        assert outside["attachment"][0]["url"] == shown.url

    tell(tmp_path, story)


def test_no_other_files_are_put_on_a_note(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        mine, shown = await uploaded(apps.it, apps)
        _, theirs = await uploaded(apps.ola, apps)
        for odd in (
            theirs.url, {"type": "Image", "url": "https://elsewhere.test/x.png"},
            f"{ORIGIN}/media/none.png", {"type": "Image"}, {"type": "Image", "id": "1"}, 17,
            {"type": "Image", "url": [theirs.url]},
        ):  # fmt: skip
            document = note(attachment=[shown.url, odd])
            assert await refused(apps.it, document) in (400, 422), odd
        assert await refused(apps.it, note(attachment=[shown.url] * 50)) == 400
        assert await latest(apps.it, apps.it) is None
        await done(apps.it, note(attachment=shown.url))  # nothing held it back
        assert (await apps.it.get(f"v1/media/{mine.id:018d}"))["id"] == f"{mine.id:018d}"

    tell(tmp_path, story)
