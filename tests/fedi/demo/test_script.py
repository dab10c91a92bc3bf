"""The demo's script is complete and within the house's own limits."""

import re
import tomllib
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from actors.handles import valid_local_username
from fedi.config import Limits
from fedi.demo.script import FOLDER, Calendar, read
from outbox import compose

SCRIPT = read()
ACTORS = {one.handle for one in (*SCRIPT.departments, *SCRIPT.people, *SCRIPT.groups)}
NOON = 1_764_000_000_000  # Monday 24 November 2025, 16:00 UTC


def test_everyone_who_is_named_is_there() -> None:
    for scene in SCRIPT.scenes:
        voters = [who for some in scene.votes.values() for who in some]
        assert {scene.by, *scene.likes, *scene.boosts, *voters} <= ACTORS, scene.key
        handles = {handle.username for handle in compose.scan(scene.text).handles}
        assert handles <= ACTORS, scene.key


def test_whoever_writes_for_a_department_may() -> None:
    roles = {one.handle: one.speaks_for for one in SCRIPT.people}
    for scene in SCRIPT.scenes:
        if scene.person:
            assert roles[scene.person][scene.by] in ("author", "approver", "manager"), scene.key
        else:
            assert scene.by in roles, scene.key


def test_handles_are_such_as_we_give() -> None:
    assert all(valid_local_username(handle) for handle in ACTORS)
    assert len(SCRIPT.departments) == 5
    assert len(SCRIPT.people) >= 12


def test_answers_come_after_what_they_answer() -> None:
    calendar = Calendar(NOON)
    times = {scene.key: calendar.moment(scene.at) for scene in SCRIPT.scenes}
    assert len(times) == len(SCRIPT.scenes)
    for scene in SCRIPT.scenes:
        if scene.reply_to:
            assert times[scene.reply_to] < times[scene.key], scene.key
        if scene.edited:
            assert times[scene.key] < calendar.moment(scene.edited.at), scene.key


def test_nobody_votes_twice_or_likes_their_own() -> None:
    for scene in SCRIPT.scenes:
        voters = [who for some in scene.votes.values() for who in some]
        assert len(voters) == len(set(voters))
        assert scene.by not in (*scene.likes, *scene.boosts, *voters), scene.key
        assert set(scene.votes) <= set(scene.poll)


def test_texts_are_within_the_limits() -> None:
    for scene in SCRIPT.scenes:
        assert compose.length(scene.text) <= Limits().post_characters


def test_every_link_leads_to_a_name_that_nobody_can_have() -> None:
    for scene in SCRIPT.scenes:
        for link in re.findall(r"https?://([^/\s]+)", scene.text):
            assert link.endswith(".example"), scene.key


def test_the_organisation_number_adds_up_and_is_nobodys() -> None:
    digits = [int(digit) for digit in SCRIPT.organisation.number]
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    rest = -sum(one * by for one, by in zip(digits[:8], weights, strict=True)) % 11
    assert rest == digits[8]
    assert digits[0] == 0


def test_there_is_something_of_everything() -> None:
    scenes = SCRIPT.scenes
    assert any(scene.poll and scene.votes for scene in scenes)
    assert any(scene.picture and scene.picture.alt for scene in scenes)
    assert any(scene.summary for scene in scenes)
    assert sum(scene.edited is not None for scene in scenes) >= 2
    assert any(scene.visibility == "internal" for scene in scenes)
    assert {scene.language for scene in scenes} >= {"nb", "nn", "se"}
    assert sum(scene.pin for scene in scenes) >= 2
    assert {group.access for group in SCRIPT.groups} == {"open", "closed", "secret"}
    tags = {tag.lower() for scene in scenes for tag in compose.scan(scene.text).hashtags}
    assert tags >= {"bystyret", "komite", "drift"}


def test_the_picture_is_small() -> None:
    assert (FOLDER / "radhuset.png").stat().st_size < 60_000


def test_the_script_has_no_word_that_is_never_read() -> None:
    written = {
        key for post in tomllib.loads((FOLDER / "posts.toml").read_text())["post"] for key in post
    }
    assert written <= set(type(SCRIPT.scenes[0]).__dataclass_fields__)


@pytest.mark.parametrize("day", range(14))
@pytest.mark.parametrize("hour", [0, 5, 12, 17, 18, 23])
def test_weeks_end_with_the_last_friday_that_is_over(day: int, hour: int) -> None:
    now = NOON + (day * 24 + hour) * 3_600_000
    calendar = Calendar(now)
    last = calendar.moment("6 fre 15:30")
    assert datetime.fromtimestamp(last / 1000, UTC).weekday() == 4
    assert 0 < now - last <= 8 * 86_400_000
    weeks = [calendar.moment(f"{week} man 08:00") for week in range(7)]
    assert all(later > earlier for earlier, later in pairwise(weeks))
    assert calendar.moment("-3h") == now - 3 * 3_600_000
    assert calendar.moment("-40m") == now - 40 * 60_000
