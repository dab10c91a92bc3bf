"""What a draft looks like in our own API: the questions and answers of drafts.py."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from msgspec import Meta

from actors import ids
from actors.drafts import MOST_COMMENT, DraftState, SharedDraft, Step, after
from actors.effects import Refusal
from actors.membership import Membership
from actors.people import Person
from fedi.mastodon.asking import Ask
from fedi.mastodon.composing import POLL_SECONDS
from fedi.mastodon.entities import moment, moment_or_none
from fedi.native.asking import Answer, Body, Id, Moment, Paged, When
from fedi.native.questions import Colleague
from fedi.publishing.wishes import Wish, wish_of
from fedi.store import drafts, roles
from fedi.store.engine import Tx

_STEPS: Final = (
    Step.CHANGE, Step.HAND_IN, Step.COMMENT, Step.RETURN, Step.APPROVE, Step.REJECT, Step.WITHDRAW,
)  # fmt: skip
Audience = Literal["public", "unlisted", "followers", "direct", "internal"]


class DraftPoll(Body):
    options: Annotated[tuple[str, ...], Meta(min_length=2)]
    expires_in: Annotated[int, Meta(ge=POLL_SECONDS[0], le=POLL_SECONDS[1])]
    multiple: bool = False


class NewDraft(Body):
    """What is to be said, and when."""

    text: str
    audience: Annotated[Audience | None, Meta(description="Else the department's own.")] = None
    spoiler_text: str = ""
    sensitive: bool = False
    language: Annotated[str, Meta(max_length=12)] = ""
    in_reply_to_id: Id | None = None
    media_ids: Annotated[tuple[Id, ...], Meta(description="Of POST /api/v2/media.")] = ()
    poll: DraftPoll | None = None
    scheduled_at: Annotated[When | None, Meta(description="When it is to appear.")] = None


class ChangedDraft(NewDraft, kw_only=True):
    """The whole draft as it is to be; `version` is the one that was changed."""

    version: int


class ReadDraft(Body):
    version: Annotated[int | None, Meta(description="What was read: 409 if it is another.")] = None


class DraftComment(Body):
    comment: Annotated[str, Meta(min_length=1, max_length=MOST_COMMENT)]


class DraftReason(Body):
    comment: Annotated[str, Meta(max_length=MOST_COMMENT)] = ""


class DraftsWanted(Paged):
    state: Annotated[DraftState | None, Meta(description="Else all that are on their way.")] = None


class DraftPollShown(Answer):
    options: list[str]
    expires_in: int
    multiple: bool


class DraftShown(Answer):
    """A draft; names of people never leave the house."""

    id: Id
    department_id: Id
    state: DraftState
    version: int
    text: str
    content: Annotated[str, Meta(description="The text as HTML.")]
    audience: str
    spoiler_text: str
    sensitive: bool
    language: str
    in_reply_to: Annotated[str, Meta(description="The address of the post it answers.")]
    media_ids: list[Id]
    poll: DraftPollShown | None
    scheduled_at: Moment | None
    author: Annotated[Colleague | None, Meta(description="Who wrote it and handed it in.")]
    created_at: Moment
    changed_by: Colleague | None
    changed_at: Moment
    comment: str
    comment_by: Colleague | None
    approved_by: Colleague | None
    approved_at: Moment | None
    edits_id: Annotated[Id | None, Meta(description="The post whose new words it is.")]
    status_id: Annotated[Id | None, Meta(description="The post that came of it.")]
    may: Annotated[list[Step], Meta(description="What whoever asks may do with it.")]


class DraftStep(Answer):
    step: Step
    by: Colleague | None
    at: Moment
    comment: str
    text: Annotated[str, Meta(description="What it said before this, where that was changed.")]


class DraftInFull(DraftShown):
    history: Annotated[list[DraftStep], Meta(description="First things first.")]


async def people_of(tx: Tx, ids_: Sequence[int | None]) -> dict[int, Colleague]:
    """Return people by id, those who have left too: what they did stays theirs."""
    known = [one for one in dict.fromkeys(ids_) if one is not None]
    return {one.id: colleague(one) for one in await drafts.people(tx, known)}


def colleague(person: Person) -> Colleague:
    """Return somebody of ours as the API tells them."""
    return Colleague(id=ids.text(person.id), username=person.username, name=person.name)


async def shown(ask: Ask, tx: Tx, some: Sequence[SharedDraft]) -> list[DraftShown]:
    """Return drafts as whoever asks sees them."""
    named = [
        id
        for one in some
        for id in (one.author_id, one.changed_by, one.comment_by, one.approved_by)
    ]
    people, now = await people_of(tx, named), ask.api.clock.now()
    held = await roles.of_person(tx, ask.person.id, now)
    return [
        DraftShown(**_fields(one, people, _may(one, ask.person.id, held.get(one.actor_id), now)))
        for one in some
    ]


def _may(draft: SharedDraft, person: int, role: Membership | None, now: int) -> list[Step]:
    return [s for s in _STEPS if not isinstance(after(draft, s, person, role, now), Refusal)]


def _fields(one: SharedDraft, people: dict[int, Colleague], may: list[Step]) -> dict[str, Any]:
    wish = wish_of(one.wish) if one.wish else Wish(text="", visibility="")
    poll = DraftPollShown(
        options=wish.choices, expires_in=wish.poll_seconds, multiple=wish.multiple
    )
    return {
        "id": ids.text(one.id),
        "department_id": ids.text(one.actor_id),
        "state": one.state,
        "version": one.version,
        "text": wish.text,
        "content": one.html,
        "audience": wish.visibility,
        "spoiler_text": wish.summary,
        "sensitive": wish.sensitive,
        "language": wish.language,
        "in_reply_to": wish.reply_to,
        "media_ids": [ids.text(id) for id in wish.media],
        "poll": poll if wish.choices else None,
        "scheduled_at": moment_or_none(one.wished),
        "author": people.get(one.author_id or 0),
        "created_at": moment(one.created),
        "changed_by": people.get(one.changed_by or 0),
        "changed_at": moment(one.changed),
        "comment": one.comment,
        "comment_by": people.get(one.comment_by or 0),
        "approved_by": people.get(one.approved_by or 0),
        "approved_at": moment_or_none(one.approved),
        "edits_id": ids.text(one.edits_id) if one.edits_id is not None else None,
        "status_id": ids.text(one.post_id) if one.post_id is not None else None,
        "may": may,
    }
