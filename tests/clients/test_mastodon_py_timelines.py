"""Mastodon.py reads: timelines page by page, lists, filters, hashtags, search, places."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients.house import DEPARTMENT
from tests.peers.lab import eventually

pytestmark = [pytest.mark.slow]


def test_timelines_turn_page_by_page_both_ways(anne: Any, department: Any, ola: Any) -> None:
    ola.account_follow(department.me())
    posts = [department.status_post(f"Nummer {n} #sider", visibility="public") for n in range(7)]
    newest_first = [post.id for post in reversed(posts)]
    reads: list[Callable[[], Any]] = [
        lambda: ola.timeline_hashtag("sider", limit=3),
        lambda: ola.account_statuses(department.me(), tagged="sider", limit=3),
    ]
    for read in reads:
        first = read()
        assert [one.id for one in first] == newest_first[:3]
        second = ola.fetch_next(first)
        assert [one.id for one in second] == newest_first[3:6]
        assert [one.id for one in ola.fetch_previous(second)] == newest_first[:3]
        assert [one.id for one in ola.fetch_remaining(read())] == newest_first
    for timeline in (ola.timeline_home, ola.timeline_local, ola.timeline_public):
        page = timeline(limit=3)
        assert [one.id for one in page] == newest_first[:3]
        assert [one.id for one in ola.fetch_next(page)] == newest_first[3:6]
    upward = ola.timeline_home(min_id=posts[2], limit=2)
    assert [one.id for one in upward] == [posts[4].id, posts[3].id]
    assert [one.id for one in anne.timeline_hashtag("sider", local=True)] == newest_first


def test_a_list_has_members_and_a_timeline(ola: Any, department: Any) -> None:
    ola.account_follow(department.me())
    made = ola.list_create("Kolleger", replies_policy="followed", exclusive=True)
    assert (made.title, made.replies_policy, made.exclusive) == ("Kolleger", "followed", True)
    ola.list_accounts_add(made, [department.me()])
    assert [one.acct for one in ola.list_accounts(made)] == [DEPARTMENT]
    assert [one.id for one in ola.account_lists(department.me())] == [made.id]
    post = department.status_post("Til lista", visibility="public")
    eventually(lambda: post.id in [one.id for one in ola.timeline_list(made)], "in the list")
    assert ola.list_update(made, "Folk", "list", False).title == "Folk"
    ola.list_accounts_delete(made, [department.me()])
    assert ola.list_accounts(made) == []
    ola.list_delete(made)
    assert ola.lists() == []


def test_markers_keep_the_place(anne: Any) -> None:
    post = anne.status_post("Hit har jeg lest")
    kept = anne.markers_set(["home"], [post.id])
    assert kept.home.last_read_id == post.id
    assert anne.markers_get(["home"]).home.last_read_id == post.id
    assert isinstance(anne.markers_get(["home"]).home.updated_at, datetime.datetime)


def test_a_filter_marks_what_it_finds(ola: Any, department: Any) -> None:
    post = department.status_post("Fotball i kveld #filterprøve", visibility="public")
    made = ola.create_filter_v2(
        "Sport", context=["public", "home"], filter_action="warn",
        keywords_attributes=[{"keyword": "fotball", "whole_word": True}], expires_in=3600,
    )  # fmt: skip
    assert isinstance(made.expires_at, datetime.datetime)
    seen = next(one for one in ola.timeline_hashtag("filterprøve") if one.id == post.id)
    assert [one.filter.title for one in seen.filtered] == ["Sport"]
    assert seen.filtered[0].keyword_matches == ["fotball"]
    word = ola.add_filter_keyword_v2(made, "håndball", whole_word=False)
    assert len(ola.filter_keywords_v2(made)) == 2
    ola.delete_filter_keyword_v2(word)
    on_post = ola.add_filter_status_v2(made, post)
    assert [one.status_id for one in ola.filter_statuses_v2(made)] == [post.id]
    ola.delete_filter_status_v2(on_post)
    assert ola.update_filter_v2(made, title="Idrett").title == "Idrett"
    assert [one.id for one in ola.filters_v2()] == [made.id]
    ola.delete_filter_v2(made)
    assert ola.filters_v2() == []


def test_hashtags_are_followed_and_featured(ola: Any, department: Any) -> None:
    assert ola.tag_follow("budsjett").following
    assert [one.name for one in ola.followed_tags()] == ["budsjett"]
    post = department.status_post("Nytt #budsjett", visibility="public")
    eventually(lambda: post.id in [one.id for one in ola.timeline_home()], "in the home timeline")
    assert not ola.tag_unfollow("budsjett").following
    featured = department.featured_tag_create("budsjett")
    assert [one.name for one in ola.account_featured_tags(department.me())] == ["budsjett"]
    department.featured_tag_delete(featured)
    department.featured_tag_suggestions()
    ola.trending_tags()
    ola.trending_statuses()
    ola.trending_links()
    ola.suggestions_v2()


def test_searching_finds_people_posts_and_hashtags(ola: Any, department: Any) -> None:
    post = department.status_post("Brannøvelse på rådhuset #øvelse", visibility="public")
    found = eventually(
        lambda: (r := ola.search("brannøvelser", result_type="statuses")).statuses and r, "found"
    )
    assert [one.id for one in found.statuses] == [post.id]
    assert DEPARTMENT in [one.acct for one in ola.search("IKT").accounts]
    assert "øvelse" in [one.name for one in ola.search("øvelse").hashtags]
    assert ola.account_lookup(DEPARTMENT).acct == DEPARTMENT
    assert [one.acct for one in ola.account_search("anne")][:1] == ["anne"]
    assert [one.id for one in ola.search(post.url, resolve=True).statuses] == [post.id]
