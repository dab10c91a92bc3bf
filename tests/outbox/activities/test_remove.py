"""Remove, leaving."""

from actors.verbs import Remove
from actors.vocabulary import PUBLIC
from outbox.activities.remove import write
from tests.outbox.cast import LEDERGRUPPEN, NOTICE, URLS


def test_the_removed_pin_names_the_post_and_the_collection() -> None:
    pin = Remove(
        uri=URLS.activity(1),
        actor=LEDERGRUPPEN.uri,
        object=NOTICE.uri,
        target=LEDERGRUPPEN.featured,
    )
    shape = write(pin, URLS, ())
    assert (shape["object"], shape["target"]) == (NOTICE.uri, LEDERGRUPPEN.featured)
    assert (shape["to"], shape["cc"]) == ([PUBLIC], [LEDERGRUPPEN.followers])
