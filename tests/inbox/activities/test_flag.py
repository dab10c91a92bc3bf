from actors.activities.flag import Flag
from inbox import limits
from tests.inbox.arrivals import MALLORY, OUR_POST, SECRETARIAT, activity, receiving


def test_a_report_names_actor_and_posts_and_says_why_in_plain_text() -> None:
    found = receiving(activity("Flag", [SECRETARIAT, OUR_POST], content="<b>Støy</b>"))
    assert isinstance(found, Flag)
    assert (found.objects, found.content) == ((SECRETARIAT, OUR_POST), "Støy")
    single = receiving(activity("Flag", SECRETARIAT))
    assert isinstance(single, Flag)
    assert single.objects == (SECRETARIAT,)


def test_a_report_about_nothing_here_is_refused() -> None:
    assert getattr(receiving(activity("Flag", [MALLORY])), "code", "") == "not_here"


def test_a_report_is_cut() -> None:
    many = [SECRETARIAT, *(f"https://a.example/{n}" for n in range(500))]
    found = receiving(activity("Flag", many, content="x" * 99_999))
    assert isinstance(found, Flag)
    assert len(found.objects) == limits.OBJECTS.size
    assert len(found.content) == limits.COMMENT.size
