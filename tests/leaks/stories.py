"""What is said in one house and not in the other, and who is outside its audience."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from actors.grouping import Access, Grouping
from actors.people import ActorKind
from actors.relationships import Relation, RelationKind
from fedi.organisation import NewActor, add_actor
from fedi.store.engine import Tx
from fedi.store.rows import TABLES
from tests.fedi.mastodon.test_table import PICTURE
from tests.leaks.twins import Twin

NOBODY = ("nobody", "browser", "reader")
STRANGERS = ("far", "third")
LATER = "2025-12-31T12:00:00Z"


@dataclass(frozen=True)
class Story:
    """Something said by `by`; `outside` are those for whom it must not be there."""

    name: str
    by: str
    asked: Mapping[str, Any]
    outside: tuple[str, ...]
    text: str = "Hemmeligheten #hemmelig @lise https://lenke.test/sak"
    alone: bool = False
    """Whether nobody can do anything with it yet."""
    also: str = ""
    """What everything else said besides begins with."""
    shared: bool = False
    """Whether it may be boosted by one who sees it."""


STORIES = (
    Story("internal", "kari", {"visibility": "private"}, (*NOBODY, *STRANGERS), shared=True),
    Story(
        "followers", "kari", {"visibility": "private", "local_only": False},
        (*NOBODY, "third", "ola", "anne"),
    ),
    Story("direct", "kari", {"visibility": "direct"}, (*NOBODY, *STRANGERS, "ola", "anne")),
    Story("a hidden actor's", "skjult", {"visibility": "public"}, (*NOBODY, *STRANGERS)),
    Story(
        "a closed group's", "kari", {"visibility": "public"}, (*NOBODY, *STRANGERS, "ola", "anne"),
        text="@klubb hemmeligheten #hemmelig @lise https://lenke.test/sak", also="@klubb ",
    ),
    Story(
        "a hidden group's", "kari", {"visibility": "private"},
        (*NOBODY, *STRANGERS, "ola", "anne"),
        text="@gjengen hemmeligheten #hemmelig @lise https://lenke.test/sak", also="@gjengen ",
    ),
    Story(
        "waiting for approval", "bo", {"visibility": "public"},
        (*NOBODY, *STRANGERS, "kari", "lise"), alone=True,
    ),
    Story(
        "scheduled", "kari", {"visibility": "public", "scheduled_at": LATER},
        (*NOBODY, *STRANGERS, "ola", "anne", "lise"), alone=True,
    ),
)  # fmt: skip


async def say(twin: Twin, who: str, path: str, **data: Any) -> Any:
    """Have somebody of ours do something that must succeed."""
    answered = await twin.call(who, "POST", f"/api/{path}", json.dumps(data).encode())
    assert answered.status == 200, (who, path, answered.status, answered.text)
    return answered.json()


async def upload(twin: Twin, who: str) -> str:
    """Attach a picture with a description; return its id."""
    kind = "multipart/form-data; boundary=x"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="description"\r\n\r\nhemmelig bilde\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\n" + PICTURE + b"\r\n--x--\r\n"
    )
    answered = await twin.call(who, "POST", "/api/v2/media", body, kind)
    assert answered.status in (200, 202), answered.text
    return str(answered.json()["id"])


async def told(twin: Twin, story: Story) -> dict[str, str]:
    """Tell a story in this house; return the names by which somebody might ask for it."""
    by = story.by
    file = await upload(twin, by)
    post = await say(
        twin, by, "v1/statuses", status=story.text, media_ids=[file], spoiler_text="hemmelig sak",
        **story.asked,
    )  # fmt: skip
    names = {"post": post["id"], "file": file}
    if story.alone:
        return {**names, "answer": post["id"], "shared": post["id"]}
    names |= {"uri": post["uri"], "url": post["url"]}
    poll = {"options": ["ja", "nei"], "expires_in": 86_400}
    asking = await say(
        twin, by, "v1/statuses", status="Hemmelig valg @lise", poll=poll,
        in_reply_to_id=post["id"], **story.asked,
    )  # fmt: skip
    names |= {"poll": asking["poll"]["id"], "asking": asking["id"]}
    answer = await say(
        twin, "lise", "v1/statuses", status=f"@{by} hemmelig svar", visibility="private",
        in_reply_to_id=post["id"],
    )  # fmt: skip
    names["answer"] = answer["id"]
    for done in ("favourite", "bookmark"):
        await say(twin, "lise", f"v1/statuses/{post['id']}/{done}")
    await say(twin, "lise", f"v1/polls/{asking['poll']['id']}/votes", choices=[0])
    names["shared"] = post["id"]
    if story.shared:
        names["shared"] = (await say(twin, "lise", f"v1/statuses/{post['id']}/reblog"))["id"]
    await _afterwards(twin, story, post["id"])
    return names


async def untold(twin: Twin) -> None:
    """The same people are at their apps in the other house, and say nothing."""
    for who in twin.stage.tokens:
        await twin.call(who, "GET", "/api/v1/accounts/verify_credentials")


async def _afterwards(twin: Twin, story: Story, post: str) -> None:
    """The author edits it, and takes back something else."""
    edited = json.dumps({"status": f"{story.text} rettet", "media_ids": []}).encode()
    answered = await twin.call(story.by, "PUT", f"/api/v1/statuses/{post}", edited)
    assert answered.status == 200, answered.text
    mistake = await say(
        twin, story.by, "v1/statuses", status=f"{story.also}Feil #hemmelig", **story.asked
    )
    answered = await twin.call(story.by, "DELETE", f"/api/v1/statuses/{mistake['id']}")
    assert answered.status == 200, answered.text


HIDDEN = Story(
    "a hidden group", "kari", {"visibility": "public"}, (*NOBODY, *STRANGERS, "ola", "anne"),
    text="@skjulingen hemmeligheten #hemmelig @lise https://lenke.test/sak", also="@skjulingen ",
)  # fmt: skip


async def gathered(twin: Twin) -> dict[str, str]:
    """Make a group that only Kari and Lise know of, in this house; return its names."""
    performer = twin.house.performer
    made = await add_actor(
        performer,
        NewActor(kind=ActorKind.GROUP, username="skjulingen", name="Skjulingen", locked=True),
    )
    rows = [replace(made, secret=True), Grouping(actor_id=made.id, access=Access.SECRET)]
    rows += [
        Relation(kind=RelationKind.FOLLOW, source_id=twin.stage.ids[name], target_id=made.id)
        for name in ("kari", "lise")
    ]

    async def put(tx: Tx) -> None:
        for row in rows:
            await tx.run(TABLES[type(row)].replace, TABLES[type(row)].encode(row))

    await twin.house.engine.write(put)
    return {"group": f"{made.id:018d}", "group_handle": made.username}
