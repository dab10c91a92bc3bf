"""A post of each kind as apps read it, as it was last reviewed (golden-entities.json).

FEDI_REWRITE_GOLDEN=1 writes the file anew; the difference is then read in review. Ids and times
stand as ID and TIME, in the order in which they come.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from actors.posts import Emoji, Media, Post, Visibility
from fedi.mastodon.entities import Account, Entity, Status, moment, moment_or_none
from tests.fedi.mastodon.apps import Apps, tell
from tests.fedi.mastodon.crowd import HOST, put, strangers
from tests.fedi.mastodon.test_accounts import sent
from tests.fedi.mastodon.test_table import PICTURE

GOLDEN = Path(__file__).with_name("golden-entities.json")
ID = re.compile(r"\b\d{18}\b")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
DAY = re.compile(r'"\d{4}-\d\d-\d\d"')
FILE = re.compile(r"/media/[\w-]+")
SEAL = re.compile(r"/proxy/[\w-]+")
FACE = re.compile(r"((?:avatars|headers)/ID\d+)-[0-9a-f]{10}")


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_764_000_000_007, "2025-11-24T16:00:00.007Z"),
        (-5, "1970-01-01T00:00:00.000Z"),
        (1 << 62, "9999-12-31T23:59:59."),
    ],
)
def test_a_time_has_three_digits_and_a_zone(ms: int, text: str) -> None:
    assert moment(ms).startswith(text)
    assert TIME.fullmatch(moment(ms))
    assert moment_or_none(None) is None


def still(value: Any) -> Any:
    """Return JSON in which nothing depends on when it was made."""
    text = json.dumps(value, ensure_ascii=False)
    names: dict[str, str] = {}
    text = ID.sub(lambda found: names.setdefault(found[0], f"ID{len(names) + 1}"), text)
    text = FACE.sub(r"\1-MARK", DAY.sub('"DAY"', TIME.sub("TIME", text)))
    return json.loads(SEAL.sub("/proxy/SEAL", FILE.sub("/media/FILE", text)))


def whole(value: Any, kind: type[Entity]) -> None:
    """Fail where a key of an entity lacks or is one too many."""
    assert set(value) == set(kind.__struct_fields__), set(value) ^ set(kind.__struct_fields__)


async def article(apps: Apps) -> str:
    """Return the id of an article of another server, with an emoji, a picture and a title."""
    [author] = await strangers(apps, 1)
    id, now = apps.house.performer.new_id(), apps.clock.now()
    post = Post(
        id=id, uri=f"https://{HOST}/articles/1", url=f"https://{HOST}/les/1", author_id=author.id,
        kind="Article", visibility=Visibility.PUBLIC,
        content="<p>Innhold :blob:</p>", name="Tittel", published=now, language="nn",
        emojis=(Emoji("blob", f"https://{HOST}/blob.png"),),
        media=(Media(url=f"https://{HOST}/a.png", media_type="image/png", width=2, height=1),),
    )  # fmt: skip
    await put(apps.house.engine, post)
    return f"{id:018d}"


async def kinds(apps: Apps) -> dict[str, Any]:
    """Return a post of each kind, by its name."""
    it, ola = apps.it, apps.ola
    text = await it.says("Hei @ola, se https://nordvik.test/ #drift", language="nb")
    made: dict[str, Any] = {"text": text}
    made["reply"] = await ola.says("Takk", visibility="public", in_reply_to_id=text["id"])
    made["boost"] = await ola.post(f"v1/statuses/{text['id']}/reblog")
    made["poll"] = await it.says("?", poll={"options": ["ja", "nei"], "expires_in": 600})
    file = await sent(it, "POST", "v1/media", ("file", "a.png", PICTURE))
    made["media"] = await it.says("Bilde", media_ids=[file["id"]], sensitive=True)
    made["warning"] = await it.says("Avsløring", spoiler_text="Film")
    made["quote"] = await ola.says("Les", visibility="public", quoted_status_id=text["id"])
    made["internal"] = await it.says("Inne", visibility="local")
    made["direct"] = await it.says("Bare @ola", visibility="direct")
    made["followers"] = await it.says("Følgere", visibility="private", local_only=False)
    edited = await it.says("Første")
    made["edited"] = await it.put(f"v1/statuses/{edited['id']}", {"status": "Andre"})
    made["article"] = await it.get(f"v1/statuses/{await article(apps)}")
    return made


def test_a_post_of_each_kind_is_as_it_was_reviewed(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        made = await kinds(apps)
        for post in made.values():
            whole(post, Status)
            whole(post["account"], Account)
            if post["reblog"] is not None:
                whole(post["reblog"], Status)
        found = {name: still(post) for name, post in made.items()}
        if os.environ.get("FEDI_REWRITE_GOLDEN"):
            text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
            GOLDEN.write_text(text + "\n", encoding="utf-8")
        reviewed = json.loads(GOLDEN.read_text(encoding="utf-8"))
        for name in found:
            assert found[name] == reviewed[name], name
        assert found.keys() == reviewed.keys()

    tell(tmp_path, story)
