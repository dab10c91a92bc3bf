"""Proof of no leak: whoever is outside a post's audience gets what they would get without it.

Every place of the house that may be read is read by everybody outside, by every name the post
could be asked for, in a house where it was said and in one where it wasn't (twins.py).
"""

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.dice import Dice
from tests.fedi.asking import Answered
from tests.fediverse.houses import START
from tests.fediverse.inline import InlineEngine
from tests.leaks import places
from tests.leaks.ears import listening, pushed, quiet
from tests.leaks.stories import HIDDEN, STORIES, Story, gathered, say, told, untold
from tests.leaks.twins import HOUR, ORIGIN, Stage, Twin, furnished, shown, twin

NEVER_MIND = (
    "/api/v1/streaming",  # stays open
    "/metrics",
)


@pytest.fixture(scope="session")
def stage(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("furnished") / "house"
    shutil.copytree(founded, folder)
    return asyncio.run(furnished(folder))


def _names(twin: Twin, said: dict[str, str]) -> dict[str, str]:
    """Return what somebody outside might ask by."""
    names = {key: f"{id:018d}" for key, id in twin.stage.ids.items()}
    names |= {"uri": f"{ORIGIN}/posts/{said['post']}", "page": places.page_of(int(said["post"]))}
    return names | said


async def _meanwhile(one: Twin) -> bytes:
    """An hour later, in both houses: all that follows is done, and others talk openly. Return
    how to know what was said last."""
    one.running.clock.time += HOUR
    one.running.dice._state = Dice(5)._state
    await one.work()
    open_talk = await say(one, "ola", "v1/statuses", status="Hei #drift", visibility="public")
    await say(
        one, "lise", "v1/statuses", status="@ola Hei", visibility="public",
        in_reply_to_id=open_talk["id"],
    )  # fmt: skip
    await one.work()
    one.running.clock.time += HOUR
    last = await say(one, "anne", "v1/statuses", status="Til slutt", visibility="public")
    await one.work()
    return str(last["id"]).encode()


async def _compared(story: Story, with_it: Twin, without: Twin, said: dict[str, str]) -> list[str]:
    names = _names(with_it, said)
    by_id = [value for value in dict.fromkeys(said.values()) if ":" not in value]
    known = [*by_id, names["kari"], names["lise"], names["klubb"], "hemmelig", "kari"]
    paths = [
        path
        for path in places.readable(with_it)
        if not ("/" + "/".join(path)).startswith(NEVER_MIND)
    ]
    targets = [*places.filled(paths, known), *places.asked_for(names)]
    different = []
    for who in story.outside:
        for target in targets:
            there = await with_it.call(who, "GET", target)
            absent = await without.call(who, "GET", target)
            if shown(there) != shown(absent):
                different.append(_told_apart(f"{who} GET {target}", there, absent))
    return different


def _told_apart(what: str, there: Answered, absent: Answered) -> str:
    """Say where two answers begin to differ."""
    one, other = (repr((said[0], said[2], said[1])) for said in (shown(there), shown(absent)))
    at = next(i for i, (a, b) in enumerate(zip(f"{one}.", f"{other},", strict=False)) if a != b)
    begin = max(0, at - 120)
    return f"{what}\n    {one[begin : at + 120]}\n    {other[begin : at + 120]}"


async def _tried(story: Story, with_it: Twin, without: Twin, said: dict[str, str]) -> list[str]:
    """Everything that changes something, tried on the post by those outside who have a token."""
    post = said["post"]
    bodies = {
        "/api/v1/statuses": {"status": "svar", "in_reply_to_id": post},
        "/api/v1/statuses?2": {"status": "sitat", "quoted_status_id": post},
        "/api/v1/reports": {
            "account_id": f"{with_it.stage.ids['kari']:018d}",
            "status_ids": [post],
        },
        "/api/v1/markers": {"home": {"last_read_id": post}},
        "/api/v1/statuses?3": {"status": "@skjulingen hei"},
        "/api/v1/statuses?4": {"status": "@skjulingen hei", "visibility": "direct"},
    }
    if "group" in said:
        verbs = ("follow", "unfollow", "block", "unblock", "mute", "unmute", "note", "pin")
        bodies |= {f"/api/v1/accounts/{said['group']}/{verb}": {} for verb in verbs}
        bodies["/api/v1/reports?2"] = {"account_id": said["group"]}
    done = ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "mute",
            "unmute", "pin", "unpin", "translate")  # fmt: skip
    bodies |= {f"/api/v1/statuses/{post}/{verb}": {} for verb in done}
    bodies[f"/api/v1/polls/{said.get('poll', post)}/votes"] = {"choices": [0]}
    different = []
    for who in story.outside:
        for target, body in bodies.items():
            method = "POST"
            asked = [
                await one.call(who, method, target.partition("?")[0], json.dumps(body).encode())
                for one in (with_it, without)
            ]
            if shown(asked[0]) != shown(asked[1]):
                different.append(_told_apart(f"{who} {method} {target}", *asked))
    return different


@pytest.mark.slow
@pytest.mark.parametrize("story", [*STORIES, HIDDEN], ids=lambda story: story.name)
def test_it_is_not_there_for_whoever_is_outside(story: Story, stage: Stage, tmp_path: Path) -> None:
    async def main() -> None:
        async with (
            twin(stage, tmp_path / "with") as with_it,
            twin(stage, tmp_path / "without") as without,
        ):
            there, here, said = await _happens(story, with_it, without)
            different = [name for name in there if there[name] != here[name]]
            different += await _compared(story, with_it, without, said)
            different += await _tried(story, with_it, without, said)
            assert not different, f"{len(different)} differ:\n" + "\n".join(different[:20])
            for host in ("far", "third"):
                if host in story.outside:
                    assert getattr(with_it, host).got == getattr(without, host).got
            assert _told(with_it, story) == _told(without, story)
            if not story.alone:  # what waits has an id that nobody else was told, to be guessed
                assert not await _slower(story, with_it, said)

    asyncio.run(main())


@pytest.mark.slow
def test_who_is_inside_finds_it_in_all_those_places(stage: Stage, tmp_path: Path) -> None:
    story = replace(STORIES[0], outside=("lise",))

    async def main() -> None:
        async with (
            twin(stage, tmp_path / "with") as with_it,
            twin(stage, tmp_path / "without") as without,
        ):
            there, here, said = await _happens(story, with_it, without)
            found = await _compared(story, with_it, without, said)
            places = {line.split("?")[0].split("\n")[0].rstrip("/") for line in found}
            assert len(places) > 40, places
            assert there["lise user"] != here["lise user"]

    asyncio.run(main())


Heard = dict[str, bytes]


async def _happens(
    story: Story, with_it: Twin, without: Twin
) -> tuple[Heard, Heard, dict[str, str]]:
    """Tell the story in one house while all who are outside listen in both; return what they
    heard there and here, and the names of what was said."""
    listeners = tuple(who for who in story.outside if who in with_it.stage.tokens)
    async with (
        listening(with_it, listeners) as there,
        listening(without, listeners) as here,
    ):
        made = await gathered(with_it) if story is HIDDEN else {}
        said = {**await told(with_it, story), **made}
        await with_it.work()
        for one, ears in ((with_it, there), (without, here)):
            await untold(one)
            await quiet(ears, await _meanwhile(one))
            await pushed(one)
    return (
        {name: ear.events for name, ear in there.items()},
        {name: ear.events for name, ear in here.items()},
        said,
    )


async def _slower(story: Story, twin: Twin, said: dict[str, str]) -> list[str]:
    """Return where a question about what is hidden takes other work than about what never was:
    what it takes in time could tell them apart."""
    absent, found = f"{START - 5 * HOUR << 16:018d}", []
    for who in story.outside:
        for path in places.readable(twin):
            if path.count("{}") != 1 or ("/" + "/".join(path)).startswith(NEVER_MIND):
                continue
            place = "/" + "/".join(path)
            targets = [place.replace("{}", id) for id in (said["post"], absent)]
            counts = [await _statements(twin, who, target) for target in targets]
            if counts[0] != counts[1]:  # perhaps what is noted of a token once an hour
                counts = [await _statements(twin, who, target) for target in targets]
            if counts[0] != counts[1]:
                found.append(f"{who} {place} {counts}")
    return found


async def _statements(twin: Twin, who: str, target: str) -> int:
    engine, asked = twin.house.engine, list[str]()
    assert isinstance(engine, InlineEngine)
    engine.watch(asked.append)
    await twin.call(who, "GET", target)
    engine.watch(None)
    return len(asked)


def _told(twin: Twin, story: Story) -> list[str]:
    """Return whose phones, of those outside, were told how often."""
    return sorted(path for _, path, _ in twin.phones.got if path.strip("/") in story.outside)
