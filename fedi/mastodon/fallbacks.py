"""What a notification says to an app that doesn't know its kind (API level 10): a title in the
words of its reader, as a push would have it, and why there is no more to see."""

from dataclasses import dataclass

from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import Entity
from fedi.pages.language import FALLBACKS, speech
from fedi.push.notice import TITLES


class NotificationFallback(Entity, kw_only=True):
    title: str
    summary: str | None
    details: str | None


@dataclass(frozen=True, slots=True)
class Knows:
    """The kinds of notifications that an app says it shows, and its reader's language."""

    kinds: frozenset[str]
    language: str

    def lacks(self, kind: str) -> bool:
        """Return whether a notification of this kind is to have a fallback."""
        return kind not in self.kinds and kind in TITLES

    def fallback(
        self, kind: str, name: str, *, own: bool = False, details: str | None = None
    ) -> NotificationFallback | None:
        """Return what to say of a notification from somebody called `name` (`own`: from the
        reader themselves); None where the app knows the kind."""
        if not self.lacks(kind):
            return None
        say = speech(self.language if self.language in FALLBACKS else "nb")
        key = "not.poll_own" if kind == "poll" and own else TITLES[kind]
        return NotificationFallback(
            title=say.text(key, name=name), summary=say.text("not.unknown"), details=details
        )


def knows_of(ask: Ask) -> Knows | None:
    """Return what `supported_types[]` of a request names; None where it isn't given, and nothing
    is to have a fallback."""
    if "supported_types" not in ask.params:
        return None
    return Knows(frozenset(ask.params.texts("supported_types")[:64]), ask.person.language)
