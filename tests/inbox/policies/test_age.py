from actors.activities.create import Create
from inbox.policies.age import check
from inbox.verdicts import PASS, Facts, Rewrite
from tests.inbox.arrivals import NOW, OUR_POST, PUBLIC, activity, arrived, note, receiving

DAY = 86_400_000
OLD = activity("Create", note(published="2020-01-01T00:00:00Z"))
MONTH = Facts(now=NOW, max_age=30 * DAY)


def test_an_old_public_post_becomes_unlisted() -> None:
    found = receiving(OLD, facts=MONTH)
    assert isinstance(found, Create)
    assert PUBLIC not in found.note.to
    assert PUBLIC in found.note.cc


def test_a_new_post_and_one_for_few_stay_as_they_are() -> None:
    assert check(arrived(activity("Create", note())), MONTH) == PASS
    few = activity("Create", note(published="2020-01-01T00:00:00Z", to=[]))
    assert check(arrived(few), MONTH) == PASS
    assert check(arrived(activity("Like", OUR_POST)), MONTH) == PASS
    assert check(arrived(activity("Create", note(published="?"))), MONTH) == PASS


def test_it_is_off_unless_an_age_is_set() -> None:
    assert check(arrived(OLD), Facts(now=NOW)) == PASS
    assert isinstance(check(arrived(OLD), MONTH), Rewrite)
