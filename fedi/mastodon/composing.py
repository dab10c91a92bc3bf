"""What a request says of a post to come: its audience, poll, language, who may quote it."""

from dataclasses import dataclass
from typing import Final

from actors.errors import Invalid
from actors.people import Actor, ActorKind
from actors.posts import Post, Visibility
from fedi.mastodon.accounts import QUOTE_POLICIES
from fedi.mastodon.asking import Ask
from fedi.net.params import Params

POLL_SECONDS: Final = (300, 2_629_746)
_LOCAL: Final = "local"
_PLAIN: Final = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "direct": Visibility.DIRECT,
}


def audience_of(ask: Ask, params: Params, parent: Post | None) -> Visibility:
    """Return the audience that a request asks for (architecture.md, "Exposure and default
    audience are two settings"); narrowing is Create's rule."""
    asked = params.text("visibility") or ""
    local_only = params.flag("local_only")
    if local_only or asked == _LOCAL:
        return Visibility.INTERNAL
    if asked in _PLAIN:
        return _PLAIN[asked]
    if asked == "private":
        return _private(ask.me, local_only, parent)
    if asked:
        raise Invalid("Validation failed: Visibility is not included in the list")
    default = ask.me.default_audience
    return Visibility(default) if default in set(Visibility) else Visibility.PUBLIC


def _private(me: Actor, local_only: bool | None, parent: Post | None) -> Visibility:
    if local_only is False:
        return Visibility.FOLLOWERS
    if parent is not None and parent.visibility is Visibility.INTERNAL:
        return Visibility.INTERNAL
    if parent is not None and (not parent.local or parent.visibility is Visibility.FOLLOWERS):
        return Visibility.DIRECT
    return Visibility.INTERNAL if me.kind is ActorKind.PERSON else Visibility.FOLLOWERS


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll to come; open for some seconds."""

    choices: tuple[str, ...] = ()
    multiple: bool = False
    seconds: int = 0


def poll_of(params: Params) -> Poll:
    """Return the poll that a request asks for."""
    inner = params.inner("poll")
    if inner is None:
        return Poll()
    choices = tuple(one.strip() for one in inner.texts("options"))
    if not choices:
        return Poll()
    least, most = POLL_SECONDS
    seconds = inner.whole("expires_in")
    if seconds is None or not least <= seconds <= most:
        raise Invalid(f"Validation failed: Expires in must be between {least} and {most} seconds")
    return Poll(choices, bool(inner.flag("multiple")), seconds)


def policy_named(text: str | None) -> str:
    """Return who may quote, as a request says it; Invalid for another word."""
    if text not in QUOTE_POLICIES:
        raise Invalid("Validation failed: Quote approval policy is not included in the list")
    return text


def language_of(text: str | None) -> str:
    """Return a language code as it is kept, "" for none or what is no code."""
    code = (text or "").strip().replace("_", "-")
    if not code or len(code) > 12 or not code.replace("-", "").isalnum():
        return ""
    return code
