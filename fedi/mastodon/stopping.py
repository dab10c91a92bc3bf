"""Why a post was stopped, in the language of whoever wrote it: their app shows it as it is.

What stops one is in actors/cautions.py, how one goes on in fedi/publishing/cautioning.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from actors.cautions import Caution, code_of
from actors.errors import Invalid
from fedi.mastodon.asking import Ask
from fedi.pages.language import choose, speech


@contextmanager
def in_their_words(ask: Ask) -> Iterator[None]:
    """Say why a post was stopped inside in the language of the person who asks."""
    try:
        yield
    except Invalid as problem:
        caution = next((one for one in Caution if code_of(one) == problem.code), None)
        if caution is None:
            raise
        say = speech(choose("", ask.person.language))
        raise Invalid(say.text(f"stop.{caution.value}"), code=problem.code) from None
