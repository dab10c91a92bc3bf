"""Who would get a post, in words and numbers, in the language of whoever writes it.

"Synlig for 53 ansatte i Bystyrets sekretariat": what fedi/publishing/foreseeing.py found, as the
sentences that a composer shows under the text. Words and their plural forms: fedi/pages/words.
"""

from collections.abc import Iterable

from actors.people import Exposure
from actors.posts import Visibility
from fedi.pages.language import Speech
from fedi.publishing.foreseeing import Foreseen

_MOST_NAMES = 5


def sentences(foreseen: Foreseen, say: Speech, organisation: str) -> list[str]:
    """Return what to tell of an audience, the widest first; each is a sentence of its own."""
    told = [_who(foreseen, say, organisation), _here(foreseen, say, organisation)]
    if foreseen.outside:
        where = say.text("aud.servers", len(foreseen.outside))
        told.append(say.text("aud.seen_outside", foreseen.followers, where=where))
    elif not foreseen.leaves:
        told.append(say.text("aud.not_outside", org=organisation))
    if foreseen.unknown:
        told.append(say.text("aud.unknown", names=_names(str(one) for one in foreseen.unknown)))
    narrower = _narrowed(foreseen, say)
    return [one for one in (*told, narrower) if one]


def _who(foreseen: Foreseen, say: Speech, organisation: str) -> str:
    author, limited = foreseen.author, foreseen.author.exposure is Exposure.ALLOWED
    match foreseen.visibility:
        case Visibility.PUBLIC | Visibility.UNLISTED if limited:
            return say.text("aud.partners")
        case Visibility.PUBLIC:
            return say.text("aud.public_long", org=organisation)
        case Visibility.UNLISTED:
            return say.text("aud.unlisted_long")
        case Visibility.FOLLOWERS:
            return say.text("aud.followers_long", name=author.name or author.username)
        case Visibility.GROUP:
            return _groups(foreseen, say)
        case Visibility.DIRECT:
            named = [one.name or one.username for one in foreseen.mentioned]
            if not named:
                return say.text("aud.nobody")
            return say.text("aud.mentioned_long", names=_names(named))
        case Visibility.INTERNAL:
            return say.text("aud.internal_long", org=organisation)


def _groups(foreseen: Foreseen, say: Speech) -> str:
    return " ".join(
        say.text("aud.group_members", members, name=group.name or group.username)
        for group, members in foreseen.groups
    )


def _here(foreseen: Foreseen, say: Speech, organisation: str) -> str:
    return say.text("aud.seen_by", foreseen.people, org=organisation)


def _narrowed(foreseen: Foreseen, say: Speech) -> str:
    if foreseen.visibility is foreseen.asked:
        return ""
    if foreseen.visibility is Visibility.GROUP:
        return say.text("aud.narrowed_group")
    if foreseen.answers:
        return say.text("aud.narrowed_parent")
    return say.text("aud.narrowed_account", name=foreseen.author.name or foreseen.author.username)


def _names(names: Iterable[str]) -> str:
    found = list(names)
    shown = ", ".join(found[:_MOST_NAMES])
    return f"{shown} (+{len(found) - _MOST_NAMES})" if len(found) > _MOST_NAMES else shown
