"""Why a post was stopped, in the language of whoever wrote it: their app shows it as it is.

What stops one is in actors/cautions.py and questions.py, how one goes on in fedi/publishing:
cautioning.py and crossing.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from actors import consent, questions
from actors.cautions import Caution, code_of
from actors.errors import Invalid
from fedi.mastodon.asking import Ask
from fedi.pages.language import choose, speech

_STOPS: Final = {code_of(caution) for caution in Caution} | questions.CODES | {consent.CODE}


@contextmanager
def in_their_words(ask: Ask) -> Iterator[None]:
    """Say why a post was stopped inside in the language of the person who asks."""
    try:
        yield
    except Invalid as problem:
        if problem.code not in _STOPS:
            raise
        say = speech(choose("", ask.person.language))
        told = say.text(problem.code.replace("_", ".", 1), name=problem.about)
        raise Invalid(told, code=problem.code) from None
