"""Quotes through the API: asked for, shown to whom they are for, listed, allowed and taken back."""

from pathlib import Path

from tests.fedi.mastodon.apps import Apps, tell


def test_a_quote_shows_what_it_quotes_and_counts(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Ny vaktordning")
        assert post["quote"] is None
        assert post["quote_approval"]["current_user"] == "automatic"
        quote = await apps.ola.says("Les dette", quoted_status_id=post["id"], visibility="public")
        assert quote["content"] == "<p>Les dette</p>"
        assert quote["quote"]["state"] == "accepted"
        assert quote["quote"]["quoted_status"]["id"] == post["id"]
        for reader in (apps.kari, apps.nobody):
            seen = await reader.get(f"v1/statuses/{quote['id']}")
            assert seen["quote"]["quoted_status"]["content"] == "<p>Ny vaktordning</p>"
        assert (await apps.kari.get(f"v1/statuses/{post['id']}"))["quotes_count"] == 1
        listed = await apps.kari.get(f"v1/statuses/{post['id']}/quotes")
        assert [one["id"] for one in listed] == [quote["id"]]
        told = await apps.it.get("v1/notifications", types=["quote"])
        assert [(one["type"], one["status"]["id"]) for one in told] == [("quote", quote["id"])]
        await apps.ola.delete(f"v1/statuses/{quote['id']}")
        assert (await apps.kari.get(f"v1/statuses/{post['id']}"))["quotes_count"] == 0
        assert await apps.it.get("v1/notifications", types=["quote"]) == []

    tell(tmp_path, story)


def test_a_quote_of_a_quote_is_named_and_no_more(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        first = await apps.it.says("Først")
        second = await apps.ola.says("Så", quoted_status_id=first["id"], visibility="public")
        third = await apps.kari.says("Sist", quoted_status_id=second["id"], visibility="public")
        inner = third["quote"]["quoted_status"]
        assert inner["id"] == second["id"]
        assert inner["quote"] == {"state": "accepted", "quoted_status_id": first["id"]}

    tell(tmp_path, story)


def test_a_policy_is_chosen_and_kept_to(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Ikke siter", quote_approval_policy="nobody")
        approval = (await apps.ola.get(f"v1/statuses/{post['id']}"))["quote_approval"]
        assert approval == {"automatic": [], "manual": [], "current_user": "denied"}
        again = {"status": "x", "quoted_status_id": post["id"]}
        assert await apps.ola.refused("POST", "v1/statuses", again) == 404
        path = f"v1/statuses/{post['id']}/interaction_policy"
        assert await apps.ola.refused("PUT", path, {"quote_approval_policy": "public"}) == 404
        assert await apps.it.refused("PUT", path, {"quote_approval_policy": "alle"}) == 422
        changed = await apps.it.put(path, {"quote_approval_policy": "followers"})
        assert changed["edited_at"] is None
        assert changed["quote_approval"]["automatic"] == ["followers"]
        assert await apps.ola.refused("POST", "v1/statuses", again) == 404
        await apps.ola.post(f"v1/accounts/{apps.it.id}/follow")
        seen = await apps.ola.get(f"v1/statuses/{post['id']}")
        assert seen["quote_approval"]["current_user"] == "automatic"
        quote = await apps.ola.post("v1/statuses", {**again, "visibility": "public"})
        assert quote["quote"]["state"] == "accepted"
        bad = {"status": "x", "quote_approval_policy": "alle"}
        assert await apps.it.refused("POST", "v1/statuses", bad) == 422

    tell(tmp_path, story)


def test_the_policy_chosen_once_for_all_is_the_default(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        chosen = {"source": {"quote_policy": "followers"}}
        await apps.it.ok("PATCH", "/api/v1/accounts/update_credentials", chosen)
        post = await apps.it.says("Standard")
        assert post["quote_approval"]["automatic"] == ["followers"]
        narrow = await apps.it.says("Smal", visibility="private")
        assert narrow["quote_approval"]["automatic"] == []

    tell(tmp_path, story)


def test_a_quote_is_taken_back_by_who_is_quoted_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Sitert")
        quote = await apps.ola.says("Se", quoted_status_id=post["id"], visibility="public")
        path = f"v1/statuses/{post['id']}/quotes/{quote['id']}/revoke"
        assert await apps.ola.refused("POST", path) == 404
        assert (await apps.it.post(path))["quote"] == {"state": "revoked", "quoted_status": None}
        assert (await apps.it.post(path))["quote"]["state"] == "revoked"
        seen = await apps.kari.get(f"v1/statuses/{quote['id']}")
        assert seen["quote"] == {"state": "revoked", "quoted_status": None}
        assert (await apps.kari.get(f"v1/statuses/{post['id']}"))["quotes_count"] == 0
        assert await apps.kari.get(f"v1/statuses/{post['id']}/quotes") == []
        mine = await apps.it.says("Selv", quoted_status_id=post["id"])
        own = f"v1/statuses/{post['id']}/quotes/{mine['id']}/revoke"
        assert await apps.it.refused("POST", own) == 403

    tell(tmp_path, story)


def test_what_is_internal_is_quoted_inside_alone(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        inside = await apps.kari.says("Internt", visibility="private")
        assert inside["quote_approval"]["current_user"] == "automatic"
        quote = await apps.it.says("Se", quoted_status_id=inside["id"], visibility="public")
        assert (quote["visibility"], quote["local_only"]) == ("private", True)
        assert quote["quote"]["quoted_status"]["id"] == inside["id"]
        assert await apps.nobody.refused("GET", f"v1/statuses/{quote['id']}") == 404
        direct = await apps.kari.says("@ola hei", visibility="direct")
        again = {"status": "x", "quoted_status_id": direct["id"]}
        assert await apps.ola.refused("POST", "v1/statuses", again) == 404
        assert await apps.it.refused("POST", "v1/statuses", again) == 404
        mine = await apps.kari.says("Selv", quoted_status_id=direct["id"], visibility="public")
        assert mine["visibility"] == "direct"

    tell(tmp_path, story)


def test_only_who_is_named_is_quoted_in_a_direct_post(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Til alle")
        wrong = {"status": "@ola", "quoted_status_id": post["id"], "visibility": "direct"}
        assert await apps.kari.refused("POST", "v1/statuses", wrong) == 422
        right = await apps.kari.post("v1/statuses", {**wrong, "status": "@ola @it"})
        assert right["quote"]["state"] == "accepted"

    tell(tmp_path, story)


def test_who_wants_to_see_nothing_of_somebody_is_told_so(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Sitert")
        quote = await apps.ola.says("Se", quoted_status_id=post["id"], visibility="public")
        path = f"v1/statuses/{quote['id']}"
        await apps.kari.post(f"v1/accounts/{apps.it.id}/mute")
        assert (await apps.kari.get(path))["quote"]["state"] == "muted_account"
        await apps.kari.post(f"v1/accounts/{apps.it.id}/block")
        assert (await apps.kari.get(path))["quote"]["state"] == "blocked_account"
        await apps.it.delete(f"v1/statuses/{post['id']}")
        gone = (await apps.ola.get(path))["quote"]
        assert gone == {"state": "deleted", "quoted_status": None}

    tell(tmp_path, story)


def test_an_edit_tells_who_quotes(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Sitert")
        quote = await apps.ola.says("Se", quoted_status_id=post["id"], visibility="public")
        await apps.it.put(f"v1/statuses/{post['id']}", {"status": "Rettet"})
        told = await apps.ola.get("v1/notifications", types=["quoted_update"])
        assert [one["status"]["id"] for one in told] == [quote["id"]]
        edited = await apps.ola.put(f"v1/statuses/{quote['id']}", {"status": "Se her"})
        assert edited["quote"]["state"] == "accepted"
        assert edited["content"] == "<p>Se her</p>"
        blank = await apps.ola.says("", quoted_status_id=post["id"], visibility="public")
        assert blank["quote"]["quoted_status"]["content"] == "<p>Rettet</p>"

    tell(tmp_path, story)


def test_a_scheduled_quote_waits_with_what_it_quotes(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Sitert")
        waits = await apps.ola.says(
            "Senere",
            quoted_status_id=post["id"],
            quote_approval_policy="nobody",
            scheduled_at="2099-01-01T10:00:00Z",
        )
        assert waits["params"]["quoted_status_id"] == post["id"]
        assert waits["params"]["quote_approval_policy"] == "nobody"

    tell(tmp_path, story)


def test_each_state_of_an_edited_post_has_its_quote(tmp_path: Path) -> None:
    async def story(apps: Apps) -> None:
        post = await apps.it.says("Ny vaktordning")
        quote = await apps.ola.says("Les dete", quoted_status_id=post["id"], visibility="public")
        await apps.ola.put(f"v1/statuses/{quote['id']}", {"status": "Les dette"})
        for reader in (apps.kari, apps.nobody):
            states = await reader.get(f"v1/statuses/{quote['id']}/history")
            assert [one["content"] for one in states] == ["<p>Les dete</p>", "<p>Les dette</p>"]
            for one in states:
                assert one["quote"]["state"] == "accepted"
                assert one["quote"]["quoted_status"]["id"] == post["id"]
        await apps.it.delete(f"v1/statuses/{post['id']}")
        states = await apps.kari.get(f"v1/statuses/{quote['id']}/history")
        assert [one["quote"]["state"] for one in states] == ["deleted", "deleted"]
        plain = await apps.ola.says("Uten")
        assert (await apps.ola.get(f"v1/statuses/{plain['id']}/history"))[0]["quote"] is None

    tell(tmp_path, story)
