"""Polls: asked, voted in once, told to each as they may know, over when their time is."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_poll_is_voted_in_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        poll = {"options": ["a", "b", "c"], "expires_in": 600}
        post = await apps.it.says("?", poll=poll)
        path = f"v1/polls/{post['poll']['id']}"
        assert (post["poll"]["voted"], post["poll"]["own_votes"]) == (True, [])
        wrongs: tuple[list[object], ...] = ([], [3], ["x"], [0, 1])
        for wrong in ({"choices": one} for one in wrongs):
            assert await apps.ola.refused("POST", f"{path}/votes", wrong) == 422, wrong
        assert await apps.it.refused("POST", f"{path}/votes", {"choices": [0]}) == 422
        voted = await apps.ola.post(f"{path}/votes", {"choices": ["1"]})
        assert (voted["voted"], voted["own_votes"], voted["votes_count"]) == (True, [1], 1)
        assert [option["votes_count"] for option in voted["options"]] == [0, 1, 0]
        assert await apps.ola.refused("POST", f"{path}/votes", {"choices": [2]}) == 422
        assert (await apps.kari.get(path))["voted"] is False
        assert (await apps.nobody.get(path))["votes_count"] == 1
        apps.clock.ahead += 601_000
        assert (await apps.ola.get(path))["expired"] is True
        assert await apps.kari.refused("POST", f"{path}/votes", {"choices": [0]}) == 422
        plain = await apps.it.says("Ingen")
        assert await apps.ola.refused("GET", f"v1/polls/{plain['id']}") == 404

    tell(tmp_path, story)


def test_several_choices_count_one_voter(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        answered = await apps.it.form(
            "POST", "v1/statuses",
            "status=%3F&poll[options][]=a&poll[options][]=b&poll[expires_in]=600"
            "&poll[multiple]=true",
        )  # fmt: skip
        poll = answered.json()["poll"]
        assert poll["multiple"] is True
        answered = await apps.ola.form(
            "POST", f"v1/polls/{poll['id']}/votes", "choices[]=0&choices[]=1"
        )
        voted = answered.json()
        assert (voted["votes_count"], voted["voters_count"]) == (2, 1)
        assert voted["own_votes"] == [0, 1]

    tell(tmp_path, story)


def test_what_is_no_poll_is_refused(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        right = {"options": ["a", "b"], "expires_in": 600}
        for wrong in (
            {"options": ["a"]}, {"options": ["a", "a"]}, {"options": ["a", ""]},
            {"options": ["a"] * 50}, {"options": ["a", "x" * 101]}, {"expires_in": 1},
            {"expires_in": None}, {"expires_in": 10**9},
        ):  # fmt: skip
            asked = {"status": "?", "poll": {**right, **wrong}}
            assert await apps.it.refused("POST", "v1/statuses", asked) == 422, wrong

    tell(tmp_path, story)


def test_an_edit_that_asks_something_else_takes_no_votes_along(tmp_path: Path) -> None:
    """S22: nobody is made to have voted for words that came after their vote."""

    async def story(apps: Apps) -> None:
        poll = {"options": ["Ja", "Nei"], "expires_in": 600}
        post = await apps.it.says("?", poll=poll)
        path, edit = f"v1/polls/{post['id']}", f"v1/statuses/{post['id']}"
        await apps.ola.post(f"{path}/votes", {"choices": [0]})
        kept = await apps.it.put(edit, {"status": "??", "poll": poll})
        assert [one["votes_count"] for one in kept["poll"]["options"]] == [1, 0]
        for other in ({"options": ["Nei", "Ja"]}, {"options": ["A", "B"]}, {"multiple": True}):
            changed = await apps.it.put(edit, {"status": "?", "poll": {**poll, **other}})
            assert [one["votes_count"] for one in changed["poll"]["options"]] == [0, 0]
            found = await apps.ola.get(path)
            assert (found["voted"], found["own_votes"], found["voters_count"]) == (False, [], 0)
            await apps.ola.post(f"{path}/votes", {"choices": [1]})
            poll = {**poll, **other}

    tell(tmp_path, story)
