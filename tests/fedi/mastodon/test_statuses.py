"""Posts through the API: written, read, changed, and by whom."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_post_is_seen_by_those_it_is_for(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        public = await apps.it.says("Til alle")
        inside = await apps.kari.says("Bare for oss", visibility="private")
        direct = await apps.kari.says("Bare til @ola", visibility="direct")
        assert (public["visibility"], public["local_only"]) == ("public", False)
        assert (inside["visibility"], inside["local_only"]) == ("private", True)
        assert direct["visibility"] == "direct"
        for one in (public, inside, direct):
            assert (await apps.ola.get(f"v1/statuses/{one['id']}"))["content"] == one["content"]
        assert (await apps.nobody.get(f"v1/statuses/{public['id']}"))["id"] == public["id"]
        for hidden in (inside, direct):
            assert await apps.nobody.refused("GET", f"v1/statuses/{hidden['id']}") == 404
        assert await apps.it.refused("GET", f"v1/statuses/{direct['id']}") == 404

    tell(tmp_path, story)


def test_a_department_is_spoken_for_and_a_person_is_internal_by_default(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        assert (await apps.it.says("Fra IT"))["account"]["username"] == "it"
        said = await apps.kari.says("Fra Kari")
        assert said["account"]["username"] == "kari"
        followers = await apps.it.says("Til følgerne", visibility="private")
        assert (followers["visibility"], followers["local_only"]) == ("private", False)
        local = await apps.it.says("Internt", visibility="public", local_only=True)
        assert (local["visibility"], local["local_only"]) == ("private", True)

    tell(tmp_path, story)


def test_a_reply_is_never_wider_than_what_it_answers(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inside = await apps.kari.says("Internt", visibility="local")
        answer = await apps.it.says("Svar", in_reply_to_id=inside["id"], visibility="public")
        assert (answer["visibility"], answer["local_only"]) == ("private", True)
        assert answer["in_reply_to_id"] == inside["id"]
        assert answer["in_reply_to_account_id"] == apps.kari.id
        context = await apps.ola.get(f"v1/statuses/{inside['id']}/context")
        assert [one["id"] for one in context["descendants"]] == [answer["id"]]
        above = await apps.ola.get(f"v1/statuses/{answer['id']}/context")
        assert [one["id"] for one in above["ancestors"]] == [inside["id"]]

    tell(tmp_path, story)


def test_an_edit_keeps_the_history_and_a_deletion_gives_the_source_back(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        first = await apps.it.says("Først", spoiler_text="Merk")
        changed = await apps.it.put(f"v1/statuses/{first['id']}", {"status": "Så"})
        assert changed["content"] == "<p>Så</p>"
        assert changed["edited_at"] is not None
        assert changed["spoiler_text"] == "Merk"
        history = await apps.ola.get(f"v1/statuses/{first['id']}/history")
        assert [one["content"] for one in history] == ["<p>Først</p>", "<p>Så</p>"]
        source = await apps.it.get(f"v1/statuses/{first['id']}/source")
        assert source["text"] == "Så"
        assert await apps.ola.refused("GET", f"v1/statuses/{first['id']}/source") == 403
        assert await apps.ola.refused("PUT", f"v1/statuses/{first['id']}", {"status": "x"}) == 404
        assert await apps.ola.refused("DELETE", f"v1/statuses/{first['id']}") == 404
        gone = await apps.it.delete(f"v1/statuses/{first['id']}")
        assert gone["text"] == "Så"
        assert await apps.it.refused("GET", f"v1/statuses/{first['id']}") == 404

    tell(tmp_path, story)


def test_the_same_key_makes_one_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        again = {"idempotency-key": "ett"}
        said = [
            await apps.it.call("POST", "/api/v1/statuses", {"status": f"nr {n}"}, again)
            for n in range(3)
        ]
        assert {one.json()["id"] for one in said} == {said[0].json()["id"]}
        other = await apps.kari.call("POST", "/api/v1/statuses", {"status": "min"}, again)
        assert other.json()["content"] == "<p>min</p>"

    tell(tmp_path, story)


def test_what_one_does_with_a_post_shows_in_its_flags_and_counts(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Noe å like")
        on = f"v1/statuses/{post['id']}"
        for act, flag in (
            ("favourite", "favourited"),
            ("bookmark", "bookmarked"),
            ("mute", "muted"),
        ):
            assert (await apps.ola.post(f"{on}/{act}"))[flag] is True
            assert (await apps.ola.get(on))[flag] is True
            assert (await apps.kari.get(on))[flag] is False
            if act != "favourite":
                assert (await apps.ola.post(f"{on}/un{act}"))[flag] is False
        boost = await apps.ola.post(f"{on}/reblog")
        assert (boost["reblog"]["id"], boost["reblog"]["reblogged"]) == (post["id"], True)
        seen = await apps.kari.get(on)
        assert (seen["favourites_count"], seen["reblogs_count"]) == (1, 1)
        who = await apps.kari.get(f"{on}/favourited_by")
        assert [one["username"] for one in who] == ["ola"]
        who = await apps.kari.get(f"{on}/reblogged_by")
        assert [one["username"] for one in who] == ["ola"]
        assert (await apps.ola.get("v1/favourites"))[0]["id"] == post["id"]
        assert (await apps.ola.post(f"{on}/unreblog"))["reblogged"] is False
        assert (await apps.ola.post(f"{on}/unfavourite"))["favourites_count"] == 0
        assert (await apps.it.post(f"{on}/pin"))["pinned"] is True
        pinned = await apps.ola.get(f"v1/accounts/{apps.it.id}/statuses", pinned="true")
        assert [one["id"] for one in pinned] == [post["id"]]

    tell(tmp_path, story)


def test_an_internal_post_is_shared_inside_and_stays_there(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.kari.says("Internt", visibility="private")
        boost = await apps.ola.post(f"v1/statuses/{post['id']}/reblog")
        assert (boost["visibility"], boost["local_only"]) == ("private", True)
        assert await apps.nobody.refused("GET", f"v1/statuses/{boost['id']}") == 404

    tell(tmp_path, story)


def test_a_poll_is_voted_in_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Hva?", poll={"options": ["A", "B"], "expires_in": 3600})
        poll = post["poll"]
        assert [one["title"] for one in poll["options"]] == ["A", "B"]
        voted = await apps.ola.post(f"v1/polls/{poll['id']}/votes", {"choices": [1]})
        assert (voted["own_votes"], voted["votes_count"], voted["voted"]) == ([1], 1, True)
        again = await apps.ola.refused("POST", f"v1/polls/{poll['id']}/votes", {"choices": [0]})
        assert again == 422
        shown = await apps.kari.get(f"v1/polls/{poll['id']}")
        assert (shown["own_votes"], shown["votes_count"]) == ([], 1)

    tell(tmp_path, story)


def test_bad_input_is_told_and_loses_nothing(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        for data in (
            {},
            {"status": "   "},
            {"status": "x", "visibility": "hemmelig"},
            {"status": "x", "media_ids": ["1"]},
            {"status": "x", "poll": {"options": ["A", "B"]}},
            {"status": "x", "poll": {"options": ["A"], "expires_in": 600}},
            {"status": "x" * 6000},
            {"status": "x", "scheduled_at": "i morgen"},
            {"status": {"a": 1}},
        ):
            assert await apps.it.refused("POST", "v1/statuses", data) == 422, data
        assert (
            await apps.it.refused("POST", "v1/statuses", {"status": "x", "in_reply_to_id": "9"})
            == 404
        )

    tell(tmp_path, story)


def test_a_scheduled_post_waits_and_comes_once(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        later = {"status": "Senere", "scheduled_at": "2099-01-01T10:00:00Z"}
        waits = await apps.it.post("v1/statuses", later)
        assert waits["scheduled_at"] == "2099-01-01T10:00:00.000Z"
        assert waits["params"]["text"] == "Senere"
        assert [one["id"] for one in await apps.it.get("v1/scheduled_statuses")] == [waits["id"]]
        assert await apps.ola.refused("GET", f"v1/scheduled_statuses/{waits['id']}") == 404
        soon = {"scheduled_at": "2099-01-02T10:00:00Z"}
        moved = await apps.it.put(f"v1/scheduled_statuses/{waits['id']}", soon)
        assert moved["scheduled_at"].startswith("2099-01-02")
        api = apps.house
        from fedi.publishing import Writing
        from fedi.publishing.scheduling import Scheduling

        scheduling = Scheduling(Writing(api.performer, api.resolver, api.config.limits), api.media)
        assert await scheduling.publish_due() == 0
        apps.clock.ahead = 80 * 366 * 86_400_000
        assert await scheduling.publish_due() == 1
        assert await scheduling.publish_due() == 0
        posts = await apps.ola.get(f"v1/accounts/{apps.it.id}/statuses")
        assert [one["content"] for one in posts] == ["<p>Senere</p>"]
        assert await apps.it.get("v1/scheduled_statuses") == []

    tell(tmp_path, story)
