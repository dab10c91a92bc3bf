"""From a notification to a phone: whom it goes to, once, and what a service's answer means."""

import asyncio
from dataclasses import replace
from pathlib import Path

import http_ece  # type: ignore[import-untyped]
import pytest

from actors.effects import Notify
from actors.membership import Membership, Role
from actors.people import Actor
from actors.posts import Post, Visibility
from actors.relationships import NotificationKind, Relation, RelationKind
from fedi.push.subscriptions import ALERTS
from fedi.store import push, told
from fedi.store.rows import PERSON
from fedi.store.settings import SENDING_HELD, put_setting
from fedi.store.told import Policy
from tests.fedi.net.peers import ok, until
from tests.fedi.push.phones import Phone, Station, Story, station
from tests.people import (
    ALICE,
    DAY,
    HOUR,
    KARI,
    LEDERGRUPPEN,
    MINUTE,
    OLA,
    PERSON_KARI,
    PERSON_OLA,
    Nordvik,
)  # fmt: skip
from tests.running import run


def tell(nordvik: Nordvik, folder: Path, story: Story) -> None:
    async def main() -> None:
        async with station(nordvik, folder) as here:
            await story(here)

    run(main())


async def notify(
    here: Station, whom: Actor, kind: NotificationKind, by: Actor, post: Post | None = None
) -> None:
    effect = Notify(whom.id, kind, by.id, post.id if post is not None else 0)
    await here.nordvik.engine.write(lambda tx: here.nordvik.performer.apply(tx, (effect,)))


async def follows(
    here: Station, who: Actor, whom: Actor, kind: RelationKind = RelationKind.FOLLOW
) -> None:
    await here.put(Relation(kind=kind, source_id=who.id, target_id=whom.id))


def test_a_phone_is_told_in_its_readers_words(nordvik: Nordvik, tmp_path: Path) -> None:
    post = nordvik.says(ALICE, content="<p>Når er møtet?</p>")

    async def story(here: Station) -> None:
        phone, pusher = Phone(), here.pusher()
        await pusher.collect()
        token = await here.signed_in(PERSON_KARI, LEDERGRUPPEN)
        await here.subscribed(token, phone)
        await notify(here, LEDERGRUPPEN, NotificationKind.MENTION, ALICE, post)
        (asked,) = await here.pushed(pusher)
        ((kept,),) = await here.sql("SELECT id FROM notification")
        assert phone.opens(asked) == {
            "access_token": "hemmelig",
            "preferred_locale": "nb",
            "notification_id": f"{kept:018d}",
            "notification_type": "mention",
            "icon": f"https://nordvik.test/avatars/{ALICE.id:018d}/avatar.svg",
            "title": "Alice nevnte deg",
            "body": "Når er møtet?",
        }
        assert asked.all("ttl") == ["172800"]
        assert asked.all("urgency") == ["normal"]
        assert asked.all("content-encoding") == ["aes128gcm"]
        assert await here.pushed(pusher) == []

    tell(nordvik, tmp_path, story)


def test_an_app_of_the_older_form_gets_a_number_as_from_mastodon(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        phone, pusher = Phone(), here.pusher()
        await pusher.collect()
        token = await here.signed_in(PERSON_OLA, OLA)
        await here.subscribed(token, phone, standard=False)
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        (asked,) = await here.pushed(pusher)
        read = phone.opens(asked)
        assert isinstance(read["notification_id"], int)
        assert read["title"] == "Alice følger deg"
        assert asked.all("content-encoding") == ["aesgcm"]

    tell(nordvik, tmp_path, story)


def test_every_app_of_everyone_who_speaks_for_an_actor_is_told(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        for person, bearer in ((PERSON_KARI, "a"), (PERSON_KARI, "b"), (PERSON_OLA, "c")):
            token = await here.signed_in(person, LEDERGRUPPEN, bearer)
            await here.subscribed(token, Phone(), bearer)
        own = await here.signed_in(PERSON_KARI, KARI, "d")
        await here.subscribed(own, Phone(), "d")
        await notify(here, LEDERGRUPPEN, NotificationKind.FOLLOW, ALICE)
        assert len(await here.pushed(pusher)) == 3

    tell(nordvik, tmp_path, story)


@pytest.mark.parametrize("alert", sorted(set(ALERTS) & set(NotificationKind)))
def test_each_kind_that_an_app_may_ask_for_reaches_it_and_no_other_does(
    nordvik: Nordvik, tmp_path: Path, alert: str
) -> None:
    post = nordvik.says(ALICE, content="<p>Når er møtet?</p>")
    of_a_person = {
        NotificationKind.FOLLOW,
        NotificationKind.FOLLOW_REQUEST,
        NotificationKind.SIGN_UP,
    }
    if alert.startswith("admin."):
        ola = PERSON.encode(replace(PERSON_OLA, admin=True))
        run(nordvik.engine.write(lambda tx: tx.run(PERSON.replace, ola)))

    async def story(here: Station) -> None:
        asked_for, other, pusher = Phone(), Phone(), here.pusher()
        await pusher.collect()
        rest = frozenset(ALERTS) - {alert}
        for phone, alerts, bearer in ((asked_for, frozenset({alert}), "a"), (other, rest, "b")):
            token = await here.signed_in(PERSON_OLA, OLA, bearer)
            await here.subscribed(token, phone, bearer, alerts=alerts)
        kind = NotificationKind(alert)
        about = replace(post, id=post.id + 1) if kind is NotificationKind.REPORT else post
        await notify(here, OLA, kind, ALICE, None if kind in of_a_person else about)
        (asked,) = await here.pushed(pusher)
        assert asked_for.opens(asked)["notification_type"] == alert

    tell(nordvik, tmp_path, story)


def test_only_what_was_asked_for_by_whom_it_was_asked_for(nordvik: Nordvik, tmp_path: Path) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        cases = {
            "all": {"follow"}, "followed": {"follow"}, "follower": {"follow"}, "none": {"follow"},
            "": {"mention"},
        }  # fmt: skip
        phones = {}
        for policy, alerts in cases.items():
            token = await here.signed_in(PERSON_OLA, OLA, f"bearer {policy}")
            phones[policy] = Phone()
            await here.subscribed(
                token, phones[policy], policy, policy=policy or "all", alerts=frozenset(alerts)
            )
        await follows(here, ALICE, OLA)
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        (first, second) = await here.pushed(pusher)
        heard = {phone_reads(phones, one) for one in (first, second)}
        assert heard == {"all", "follower"}
        await follows(here, OLA, ALICE)
        await notify(here, OLA, NotificationKind.FOLLOW, KARI)
        assert {phone_reads(phones, one) for one in await here.pushed(pusher)} == {"all"}

    tell(nordvik, tmp_path, story)


def phone_reads(phones: dict[str, Phone], asked: object) -> str:
    for phone in phones.values():
        try:
            return str(phone.opens(asked)["access_token"])  # type: ignore[arg-type]
        except http_ece.ECEException:
            continue
    raise AssertionError("nobody can read it")


def test_what_happened_before_somebody_subscribed_is_not_told(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        here.nordvik.clock.time += 1
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        assert await here.pushed(pusher) == []

    tell(nordvik, tmp_path, story)


def test_two_pushers_and_a_third_after_them_tell_once(nordvik: Nordvik, tmp_path: Path) -> None:
    async def story(here: Station) -> None:
        one, other = here.pusher(), here.pusher()
        await one.collect()
        await other.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        assert len(await here.pushed(one)) == 1
        assert await here.pushed(other) == []
        assert await here.pushed(here.pusher()) == []

    tell(nordvik, tmp_path, story)


def test_what_was_written_down_survives_the_process(nordvik: Nordvik, tmp_path: Path) -> None:
    async def story(here: Station) -> None:
        dies = here.pusher()
        await dies.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        await dies.collect()
        now = here.nordvik.clock.time
        await here.nordvik.engine.write(lambda tx: push.lease(tx, now, now + MINUTE, 100))
        lives = here.pusher()
        assert await here.pushed(lives) == []
        here.nordvik.clock.time += MINUTE
        assert len(await here.pushed(lives)) == 1

    tell(nordvik, tmp_path, story)


@pytest.mark.parametrize("end", ["revoked", "role", "departed", "suspended", "notification"])
def test_nothing_is_told_once_the_right_or_the_reason_has_ended(
    nordvik: Nordvik, tmp_path: Path, end: str
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        token = await here.signed_in(PERSON_KARI, LEDERGRUPPEN)
        await here.subscribed(token, Phone())
        await notify(here, LEDERGRUPPEN, NotificationKind.FOLLOW, ALICE)
        await pusher.collect()
        now = here.nordvik.clock.time
        membership = Membership(
            person_id=PERSON_KARI.id, actor_id=LEDERGRUPPEN.id, role=Role.AUTHOR, ends=now
        )
        match end:
            case "revoked":
                await here.put(replace(token, revoked=now))
            case "role":
                await here.put(membership)
            case "departed":
                await here.put(replace(PERSON_KARI, departed=now))
            case "suspended":
                await here.put(replace(LEDERGRUPPEN, suspended=now))
            case _:
                await here.nordvik.engine.write(lambda tx: tx.run("DELETE FROM notification"))
        assert await here.pushed(pusher) == []
        assert await here.sql("SELECT * FROM push_message") == []
        await pusher.sweep()
        kept = 1 if end == "notification" else 0
        assert len(await here.sql("SELECT id FROM push_subscription")) == kept

    tell(nordvik, tmp_path, story)


def test_a_post_that_its_reader_may_not_see_any_more_is_not_told_of(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    post = nordvik.says(ALICE, Visibility.DIRECT, OLA)

    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.UPDATE, ALICE, post)
        await here.put(replace(post, deleted=here.nordvik.clock.time))
        assert await here.pushed(pusher) == []

    tell(nordvik, tmp_path, story)


@pytest.mark.parametrize("held", ["policy", "block", "mute"])
def test_what_the_list_of_notifications_holds_back_is_not_pushed(
    nordvik: Nordvik, tmp_path: Path, held: str
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        if held == "policy":
            chosen = Policy(for_not_following="filter")
            await here.nordvik.engine.write(lambda tx: told.set_policy(tx, OLA.id, chosen))
        elif held == "block":
            await follows(here, OLA, ALICE, RelationKind.BLOCK)
        else:
            await follows(here, OLA, ALICE, RelationKind.MUTE)
            await here.nordvik.engine.write(
                lambda tx: tx.run(
                    "INSERT INTO acquaintance (owner_id, other_id, hides_boosts, notifies,"
                    " languages, mutes_notifications, endorsed, note)"
                    " VALUES (?, ?, 0, 0, '[]', 1, 0, '')",
                    (OLA.id, ALICE.id),
                )
            )
        assert await here.pushed(pusher) == []
        assert await here.sql("SELECT * FROM push_message") == []

    tell(nordvik, tmp_path, story)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 413])
def test_a_service_that_knows_the_app_no_more_is_left_alone(
    nordvik: Nordvik, tmp_path: Path, status: int
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        here.answers.append(ok(b"gone", "text/plain", status=status))
        assert len(await here.pushed(pusher)) == 1
        assert await here.sql("SELECT * FROM push_subscription") == []
        assert await here.sql("SELECT * FROM push_message") == []

    tell(nordvik, tmp_path, story)


@pytest.mark.parametrize("status", [301, 408, 429, 500, 503])
def test_anything_else_is_tried_again_later_under_the_same_id(
    nordvik: Nordvik, tmp_path: Path, status: int
) -> None:
    async def story(here: Station) -> None:
        phone, pusher = Phone(), here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), phone)
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        here.answers += [ok(b"", "", "Retry-After: 100", status=status)]
        (first,) = await here.pushed(pusher)
        here.nordvik.clock.time += 99_999
        assert await here.pushed(pusher) == []
        here.nordvik.clock.time += 1
        (second,) = await here.pushed(pusher)
        assert phone.opens(first) == phone.opens(second)
        assert first.all("topic") == second.all("topic")
        assert first.body != second.body
        assert await here.sql("SELECT failing FROM push_subscription") == [(None,)]

    tell(nordvik, tmp_path, story)


def test_while_a_service_is_down_nothing_more_goes_to_that_app(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        here.answers += [ok(b"", "", "Retry-After: 60", status=503)]
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        await notify(here, OLA, NotificationKind.FOLLOW, KARI)
        while await pusher.collect():
            pass
        first = (await here.sql("SELECT min(notification_id) FROM push_message"))[0][0]
        await here.nordvik.engine.write(
            lambda tx: tx.run(
                "UPDATE push_message SET due = due + 1 WHERE notification_id <> ?", (first,)
            )
        )
        assert len(await here.pushed(pusher)) == 1
        here.nordvik.clock.time += 59_999
        assert await here.pushed(pusher) == []
        here.nordvik.clock.time += 1
        assert len(await here.pushed(pusher)) == 2

    tell(nordvik, tmp_path, story)


def test_what_nobody_could_be_told_for_a_day_is_given_up(nordvik: Nordvik, tmp_path: Path) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        here.answers += [ok(b"", "", status=503)] * 100
        tries = 0
        for _ in range(200):
            tries += len(await here.pushed(pusher))
            here.nordvik.clock.time += HOUR // 4
        assert 20 < tries < 40
        assert await here.sql("SELECT * FROM push_message") == []
        assert len(await here.sql("SELECT * FROM push_subscription")) == 1

    tell(nordvik, tmp_path, story)


def test_an_app_that_nothing_has_reached_for_a_week_is_given_up(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        here.answers += [ok(b"", "", status=500)] * 10
        for by in (ALICE, KARI):
            await notify(here, OLA, NotificationKind.FOLLOW, by)
            await here.pushed(pusher)
            here.nordvik.clock.time += 8 * DAY
        assert await here.sql("SELECT * FROM push_subscription") == []

    tell(nordvik, tmp_path, story)


def test_a_restored_copy_tells_nobody_until_it_is_confirmed(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await here.nordvik.engine.write(lambda tx: put_setting(tx, SENDING_HELD, "true"))
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        assert await here.pushed(pusher) == []
        await here.nordvik.engine.write(lambda tx: put_setting(tx, SENDING_HELD, ""))
        assert len(await here.pushed(pusher)) == 1

    tell(nordvik, tmp_path, story)


def test_a_pusher_that_runs_tells_when_woken_and_ends_when_stopped(
    nordvik: Nordvik, tmp_path: Path
) -> None:
    async def story(here: Station) -> None:
        pusher, stop = here.pusher(), asyncio.Event()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        running = asyncio.create_task(pusher.run(stop))
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        here.bus.wake("event")
        await until(lambda: len(here.came) == 1)
        stop.set()
        async with asyncio.timeout(30):
            await running
        assert await here.sql("SELECT * FROM push_message") == []

    tell(nordvik, tmp_path, story)


def test_an_address_that_turned_inward_is_never_asked(nordvik: Nordvik, tmp_path: Path) -> None:
    async def story(here: Station) -> None:
        pusher = here.pusher()
        await pusher.collect()
        await here.subscribed(await here.signed_in(PERSON_OLA, OLA), Phone())
        await here.nordvik.engine.write(
            lambda tx: tx.run("UPDATE push_subscription SET endpoint = 'gopher://a.test/'")
        )
        await notify(here, OLA, NotificationKind.FOLLOW, ALICE)
        assert await here.pushed(pusher) == []
        assert await here.sql("SELECT * FROM push_subscription") == []

    tell(nordvik, tmp_path, story)
