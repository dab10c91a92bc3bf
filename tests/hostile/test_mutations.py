"""Activities with odd values in odd places: each is answered, and none is a fault of ours (S16,
S38, trial 31). Seeded; the seed is in the test's name."""

import asyncio
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.posts import Visibility
from fedi.publishing import Draft, Writing
from inbox.worker import Worker
from tests.dice import Dice
from tests.hostile.peer import EVIL, PUBLIC, Town, activity, create, note, town

pytestmark = pytest.mark.slow

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**53, -(2**63), 2**63 - 1, 1e308, "", " ", "\n"),
    *("x" * 3_000, "\u202e", "\u0130", "I\u0307", "https://", "http://[::1", "http://a b"),
    *("2026-13-45T99:99:99Z", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"),
    *("as:Public", "tag:x", "data:text/html,x", "<b>x", "&#x0;", "acct:x@y", "http://a:99999/"),
    *("http://evil.test/notes/1", "http://good.test/users/alice", "http://evil.test/%ff%fe"),
    *({}, [], [[]], [None], {"id": None}, {"type": []}, {"@value": "x"}, {"@value": {}}),
    *({"@list": []}, {"@list": None}, {"@set": [{}]}, {"type": "Note"}, {"en": "x", "nb": None}),
    {"type": "Collection", "totalItems": -5, "items": [{}]},
)


def places(value: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield so_far
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict | list):
        inner = list(value.items() if isinstance(value, dict) else enumerate(value))
    for key, child in inner:
        yield from places(child, (*so_far, key))


def mutated(dice: Dice, whole: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(whole)
    for _ in range(dice.one_of((1, 1, 1, 2, 3))):
        free = [place for place in places(whole) if place and place[0] not in ("actor", "id")]
        *way, last = dice.one_of(free)
        inside: Any = whole
        for key in way:
            inside = inside[key]
        inside[last] = copy.deepcopy(dice.one_of(ODD))
    return whole


async def seeds(here: Town, by: Any) -> list[dict[str, Any]]:
    post = await Writing(here.house.performer, here.house.resolver).publish(
        here.department, Draft(text="Hei", visibility=Visibility.PUBLIC)
    )
    tags = [
        {"type": "Mention", "href": here.department.uri, "name": "@it"},
        {"type": "Hashtag", "name": "#a"},
        {"type": "Emoji", "name": ":b:", "icon": {"url": f"http://{EVIL}/b.png"}},
    ]
    picture = {
        **{"type": "Document", "url": f"http://{EVIL}/p.png", "mediaType": "image/png"},
        **{"name": "alt", "width": 10, "focalPoint": [0.1, 0.2], "blurhash": "x"},
    }
    full = note(
        by, "1", tag=tags, attachment=[picture], inReplyTo=post.uri, contentMap={"nb": "Hei"},
        summary="cw", replies={"type": "Collection", "first": {"next": f"http://{EVIL}/r"}},
        updated="2026-11-25T00:00:00Z", url=[{"type": "Link", "href": f"http://{EVIL}/p"}],
    )  # fmt: skip
    options = [{"name": "a", "replies": {"totalItems": 3}}, {"name": "b"}]
    poll = {**note(by, "2"), "type": "Question", "oneOf": options, "votersCount": 3}
    follow, like = activity("Follow", by, here.department.uri), activity("Like", by, post.uri)
    return [
        *(create(full, by), create(poll, by), activity("Update", by, full)),
        *(activity("Update", by, poll), activity("Update", by, by.document)),
        *(follow, like, activity("Undo", by, follow), activity("Undo", by, like)),
        *(activity("Accept", by, follow), activity("Reject", by, follow)),
        activity("EmojiReact", by, post.uri, content=":b:", tag=tags),
        activity("Announce", by, post.uri, to=[PUBLIC]),
        activity("Announce", by, like),
        activity("Flag", by, [here.department.uri, post.uri], content="x"),
        activity("Move", by, by.uri, target=f"http://{EVIL}/users/x"),
        activity("Add", by, full["id"], target=f"{by.uri}/featured"),
        activity("Delete", by, {"type": "Tombstone", "id": full["id"]}),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_s16_s38_odd_values_anywhere_are_no_fault_of_ours(tmp_path: Path, seed: int) -> None:
    async def main() -> None:
        dice = Dice(seed)
        async with town(tmp_path, rate_per_host=10_000) as here:
            mallory = here.hostile.stranger("mallory", EVIL, 1)
            whole = await seeds(here, mallory)
            inboxes = (here.department.inbox.removeprefix(here.origin), "/inbox")
            for number in range(500):
                odd = mutated(dice, dice.one_of(whole))
                if odd.get("type") == "Delete" and odd.get("object") == mallory.uri:
                    continue
                odd["id"] = f"{mallory.uri}/odd/{number}"
                status, said = await here.post(mallory, odd, dice.one_of(inboxes))
                assert status in (202, 400), (odd, said)
            worker = Worker(here.house.desk)
            while arrivals := await here.house.desk.lease(50):
                for arrival in arrivals:
                    await worker.one(arrival)  # a fault would leave it here
            assert await here.number("SELECT count(*) FROM post") > 0
            for uri in (here.department.uri, f"{here.department.uri}/outbox?page=1"):
                status, said = await here.get(uri.removeprefix(here.origin))
                assert status == 200, said

    asyncio.run(main())
