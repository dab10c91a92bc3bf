"""Which drafts are there for whom in apps, on both engines."""

import json
from dataclasses import replace

import pytest

from actors.audience import LocalActor
from actors.drafts import DraftState, SharedDraft
from actors.membership import Membership, Role
from fedi.mastodon.making import Making
from fedi.mastodon.pending import pending, readable
from fedi.mastodon.rendering import Renderer
from fedi.publishing.wishes import Wish
from tests.people import KARI, LEDERGRUPPEN, NOW, PERSON_KARI, PERSON_OLA, URLS, Nordvik
from tests.running import run

WISH = Wish(text="Hei #drift", visibility="unlisted", choices=["ja", "nei"], poll_seconds=60)
DRAFT = SharedDraft(
    id=77, actor_id=LEDERGRUPPEN.id, author_id=PERSON_OLA.id, state=DraftState.PENDING,
    wish=WISH.encoded(), html="<p>Hei</p>", named=(KARI.id,), created=NOW, changed=NOW,
)  # fmt: skip


@pytest.fixture
def desk(nordvik: Nordvik) -> Nordvik:
    for person, role in ((PERSON_OLA, Role.CONTRIBUTOR), (PERSON_KARI, Role.APPROVER)):
        nordvik.put(Membership(person_id=person.id, actor_id=LEDERGRUPPEN.id, role=role))
    return nordvik


@pytest.mark.parametrize(
    ("state", "author", "approver"),
    [("open", 0, 0), ("pending", 1, 1), ("returned", 1, 1), ("approved", 1, 1),
     ("published", 0, 0), ("rejected", 1, 0), ("withdrawn", 0, 0)],
)  # fmt: skip
def test_it_is_there_while_it_is_on_its_way(
    desk: Nordvik, state: str, author: int, approver: int
) -> None:
    draft = replace(DRAFT, state=DraftState(state))
    both = [(draft, PERSON_OLA), (draft, PERSON_KARI)]
    seen = run(desk.engine.read(lambda tx: readable(tx, both, NOW)))
    assert [person.id for _, person in seen] == [
        *([PERSON_OLA.id] * author), *([PERSON_KARI.id] * approver),
    ]  # fmt: skip


def test_it_is_a_status_with_a_last_line(desk: Nordvik) -> None:
    renderer = Renderer(Making(URLS, proxied=lambda url: url), now=lambda: NOW)
    me = LocalActor(KARI.id)
    shown = run(desk.engine.read(lambda tx: pending(renderer, tx, [(DRAFT, PERSON_KARI)], me)))
    status = json.loads(shown[77])
    assert status["id"] == f"{77:018d}"
    assert status["content"].startswith("<p>Hei</p><p><em>Skrevet av Ola Hansen.</em></p>")
    assert [one["acct"] for one in status["mentions"]] == ["kari"]
    assert [one["name"] for one in status["tags"]] == ["drift"]
    assert [one["votes_count"] for one in status["poll"]["options"]] == [0, 0]
    assert (status["visibility"], status["replies_count"]) == ("unlisted", 0)
    assert renderer.fragments.statuses.some([77], True)[0] == {}  # nothing of it is remembered
