"""Delete: an author removes a post or takes back the leave to quote one, or an actor ends itself.

A post keeps its row as a tombstone without content. What has not arrived yet leaves a marker
for 30 days, so that a late Create brings nothing back.
"""

from dataclasses import dataclass, replace

from actors import admitting, elsewhere, questions, quoting, relaying
from actors.access import acting
from actors.audience import leaves_the_house
from actors.effects import (
    Decision,
    Drop,
    Effect,
    Effects,
    Need,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
    Spread,
)
from actors.groups import has
from actors.handles import same_host
from actors.hashtags import hashtag_key
from actors.inquiries import Inquiry
from actors.managing import takes_out
from actors.people import Actor
from actors.ports import Store
from actors.posts import (
    Addressee,
    Hashtag,
    Pin,
    Poll,
    Post,
    Quote,
    QuoteState,
    Visibility,
)
from actors.relationships import MARKER_DAYS, Marker, MarkerKind
from actors.verbs import Delete

__all__ = ["Delete", "decide", "gather"]

_DAY = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Delete
    actor: Actor
    post: Post | None
    hashtags: tuple[str, ...]
    addressees: tuple[Addressee, ...]
    remote_named: tuple[int, ...]
    quote: Quote | None
    stamped: Quote | None
    in_group: bool
    author: Actor | None
    placed: elsewhere.Groups
    voices: relaying.Voices
    repeats: Effects
    quoting: Post | None
    asked: tuple[Inquiry, ...]
    now: int


async def gather(store: Store, activity: Delete) -> Facts | Need | Refusal:
    itself = activity.object == activity.actor
    actor = await acting(store, activity.actor, activity.person, itself=itself)
    if isinstance(actor, Need):
        return Refusal("unknown_actor", "We never met this actor.")
    if isinstance(actor, Refusal):
        return actor
    post = await store.post(activity.object)
    actor = await takes_out(store, actor, post) or actor
    addressees = await store.addressees(post.id) if post is not None else ()
    named = await store.actors_by_id(tuple(row.actor_id for row in addressees))
    stamped = await store.quote_by_stamp(activity.object) if post is None else None
    by_id = stamped.post_id if stamped is not None else None
    return Facts(
        activity=activity,
        actor=actor,
        post=post,
        hashtags=await store.hashtags(post.id) if post is not None else (),
        addressees=addressees,
        remote_named=tuple(sorted(a.id for a in named.values() if not a.local)),
        quote=await store.quote(post.uri) if post is not None and post.quote else None,
        stamped=stamped,
        in_group=post is not None and await has(store, actor, post),
        author=await store.actor_by_id(post.author_id) if post is not None else None,
        placed=await elsewhere.placed(store, post),
        voices=await relaying.of_post(store, post),
        repeats=await admitting.repeats(store, post),
        quoting=await store.post_by_id(by_id) if by_id is not None else None,
        asked=await store.inquiries_about(post.id) if post is not None else (),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    if facts.activity.object == facts.actor.uri:
        return _actor(facts)
    if facts.stamped is not None:
        return _stamp(facts, facts.stamped)
    if facts.post is None:
        return _marker(facts)
    if facts.post.author_id != facts.actor.id and not facts.in_group:
        return Refusal("not_yours", "Only its author may delete a post.")
    if facts.post.deleted is not None:
        return ()
    if facts.post.author_id != facts.actor.id and _is_of_others(facts.post):
        return _out_of_group(facts, facts.post)
    return _post(facts, facts.post)


def _is_of_others(post: Post) -> bool:
    """Return whether a post is more than what was said in a group: others have it by other ways."""
    return not post.local or post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED)


def _out_of_group(facts: Facts, post: Post) -> Decision:
    """Those who manage a group take out of it what isn't theirs to delete."""
    group = facts.actor.id
    gone = Show(
        post.id, post.author_id, "delete" if post.visibility is Visibility.GROUP else "edit"
    )
    speaking = tuple(one for one in facts.voices if one.group.id == group)
    out = (gone, *relaying.removed(speaking, post))
    return (
        Drop(Addressee(post_id=post.id, actor_id=group), out),
        Drop(Pin(actor_id=group, post_id=post.id, created=0)),
    )


def _post(facts: Facts, post: Post) -> Decision:
    tombstone = replace(
        post,
        content="",
        content_map={},
        source="",
        summary="",
        name="",
        media=(),
        emojis=(),
        quote="",
        deleted=facts.now,
    )
    effects: list[Effect] = [Put(tombstone, replace=True)]
    effects += [
        Drop(Hashtag(post_id=post.id, name=hashtag_key(tag), shown=tag)) for tag in facts.hashtags
    ]
    pinned_by = {post.author_id, *(row.actor_id for row in facts.addressees)}
    effects += [Drop(Pin(actor_id=one, post_id=post.id, created=0)) for one in sorted(pinned_by)]
    effects.append(Drop(Poll(post_id=post.id, options=())))
    if facts.quote is not None:
        effects.append(Drop(facts.quote))
    effects += questions.gone(facts.asked, post)
    effects.append(Show(post.id, post.author_id, "delete"))
    effects.append(Spread("erase-revisions", post.author_id, post.id))
    # Of what a group deletes it is its author's server that says that it is gone.
    by, uri = facts.author or facts.actor, facts.activity.uri
    uri = uri if same_host(uri, by.uri) else f"{post.uri}#deleted"
    effects += relaying.changed(facts.voices, post, "Delete", uri, by)
    if not post.local:
        return (*effects, *facts.repeats, *_marker(facts))
    effects += elsewhere.sent(facts.placed, facts.activity, facts.actor, post)
    if leaves_the_house(post.visibility) and post.visibility is not Visibility.GROUP:
        followers = post.visibility is not Visibility.DIRECT
        recipients = Recipients(
            followers_of=facts.actor.id if followers else None,
            actors=facts.remote_named,
            of_post=post.id,
        )
        effects.append(
            Send(facts.activity, facts.actor.id, recipients, about=post.uri, post_id=post.id)
        )
    return tuple(effects)


def _stamp(facts: Facts, quote: Quote) -> Decision:
    """The leave to quote is taken back: who quoted, and who may have both posts, is told."""
    if quote.author_id != facts.actor.id:
        return Refusal("not_yours", "Only who is quoted may take back the leave to quote.")
    if quote.state is QuoteState.REVOKED:
        return ()
    effects: list[Effect] = [
        *quoting.settled(quote, QuoteState.REVOKED, quote.stamp, facts.quoting),
        *_marker(facts),
    ]
    if facts.quoting is not None and facts.quoting.local:
        effects.append(Spread("tell-again", facts.quoting.author_id, facts.quoting.id))
    inside = facts.quoting is not None and not leaves_the_house(facts.quoting.visibility)
    if facts.actor.local and not inside:
        quoter = (facts.quoting.author_id,) if facts.quoting and not facts.quoting.local else ()
        recipients = Recipients(followers_of=facts.actor.id, actors=quoter)
        effects.append(Send(facts.activity, facts.actor.id, recipients, about=quote.stamp))
    return tuple(effects)


def _actor(facts: Facts) -> Decision:
    if facts.actor.deleted is not None:
        return ()
    effects: list[Effect] = [
        Put(replace(facts.actor, deleted=facts.now), replace=True),
        Spread("erase-actor", facts.actor.id),
    ]
    if facts.actor.local:
        recipients = Recipients(followers_of=facts.actor.id)
        effects.append(Send(facts.activity, facts.actor.id, recipients, about=facts.actor.uri))
    return tuple(effects)


def _marker(facts: Facts) -> tuple[Put, ...]:
    if facts.actor.local:
        return ()
    return (
        Put(
            Marker(
                uri=facts.activity.object,
                kind=MarkerKind.DELETED,
                actor_uri=facts.actor.uri,
                until=facts.now + MARKER_DAYS * _DAY,
            )
        ),
    )
