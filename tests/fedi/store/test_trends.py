"""What is talked about, as each reader may know of it. On both engines."""

from dataclasses import replace

from actors.audience import LocalActor, Viewer
from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import Reaction
from fedi.search.trending import Trends
from fedi.store import trends
from fedi.store.trends import DAY
from tests.fedi.search.talked_about import INSIDE, OUTSIDE, subjects, tagged
from tests.people import (
    ALICE,
    BOB,
    CARLA,
    IKT,
    KARI,
    LEDERGRUPPEN,
    NOW,
    OLA,
    Nordvik,
)
from tests.running import run

INTERNAL, DIRECT = Visibility.INTERNAL, Visibility.DIRECT


def liked(house: Nordvik, post: Post, *who: Actor) -> None:
    house.put(*(Reaction(post_id=post.id, actor_id=one.id, created=NOW) for one in who))


def test_posts_that_several_like_are_shown_to_who_may_see_them(nordvik: Nordvik) -> None:
    nordvik.put(replace(LEDERGRUPPEN, discoverable=True))
    public = nordvik.says(LEDERGRUPPEN, content="<p>Bra</p>")
    internal = nordvik.says(KARI, INTERNAL)
    alone = nordvik.says(LEDERGRUPPEN)
    warned = nordvik.says(LEDERGRUPPEN, summary="Advarsel")
    answer = nordvik.says(LEDERGRUPPEN, reply_to=public.uri)
    liked(nordvik, public, OLA, ALICE, BOB)
    liked(nordvik, internal, OLA, IKT)
    liked(nordvik, alone, OLA, LEDERGRUPPEN)
    for post in (warned, answer):
        liked(nordvik, post, OLA, ALICE, BOB)
    run(Trends(nordvik.engine, nordvik.clock.now).count())

    def seen(viewer: Viewer) -> list[int]:
        return run(nordvik.engine.read(lambda tx: trends.post_ids(tx, viewer, 20, 0)))

    assert seen(INSIDE) == [public.id, internal.id]
    assert seen(OUTSIDE) == [public.id]
    nordvik.blocks(LEDERGRUPPEN, OLA)
    assert seen(LocalActor(OLA.id)) == [internal.id]


def test_a_moderator_may_reject_what_is_talked_about(nordvik: Nordvik) -> None:
    for author in (LEDERGRUPPEN, IKT):
        tagged(nordvik, author, "tull")
    assert subjects(nordvik, "tag") == ["tull"]

    def say(approved: bool) -> None:
        run(
            nordvik.engine.write(
                lambda tx: trends.review(tx, "tag", "tull", approved=approved, now=NOW)
            )
        )

    say(False)
    assert subjects(nordvik, "tag") == []
    found = run(nordvik.engine.read(lambda tx: trends.for_review(tx, "tag", 10)))
    assert [(one.subject, one.approved) for one in found] == [("tull", False)]
    say(True)
    assert subjects(nordvik, "tag") == ["tull"]


def test_a_history_has_seven_days_and_counts_what_one_may_see(nordvik: Nordvik) -> None:
    tagged(nordvik, LEDERGRUPPEN, "sak")
    tagged(nordvik, LEDERGRUPPEN, "sak")
    tagged(nordvik, CARLA, "sak")
    tagged(nordvik, KARI, "sak", INTERNAL)
    tagged(nordvik, KARI, "sak", DIRECT)
    tagged(nordvik, BOB, "sak", ago=2 * DAY)
    tagged(nordvik, BOB, "sak", ago=8 * DAY)

    def history(viewer: Viewer) -> list[tuple[int, int]]:
        found = run(
            nordvik.engine.read(lambda tx: trends.tag_history(tx, ["sak", "ingen"], viewer, NOW))
        )
        assert [day.uses for day in found["ingen"]] == [0] * 7
        days = found["sak"]
        assert [day.at for day in days] == [NOW // DAY * DAY - n * DAY for n in range(7)]
        return [(day.uses, day.accounts) for day in days]

    assert history(INSIDE) == [(4, 3), (0, 0), (1, 1), *[(0, 0)] * 4]
    assert history(OUTSIDE) == [(3, 2), (0, 0), (1, 1), *[(0, 0)] * 4]


def test_a_tag_is_shown_as_it_was_last_written_where_one_may_see_it(nordvik: Nordvik) -> None:
    tagged(nordvik, LEDERGRUPPEN, "NordVik")
    tagged(nordvik, KARI, "nordVIK", INTERNAL, ago=1)

    def shown(viewer: Viewer) -> dict[str, str]:
        return run(
            nordvik.engine.read(lambda tx: trends.shown_tags(tx, ["nordvik", "ingen"], viewer))
        )

    assert shown(INSIDE) == {"nordvik": "nordVIK"}
    assert shown(OUTSIDE) == {"nordvik": "NordVik"}
