"""Update: an author changes a post, or an actor itself. Earlier texts are kept as revisions.

A post never grows a wider audience by an Update. One that comes before its Create stands for
it: the Create is then already there. An older Update than what is kept changes nothing.
"""

from dataclasses import dataclass, replace

from actors import admitting, elsewhere, groups, questions, relaying
from actors import quoting as quotes
from actors.access import acting, saying
from actors.audience import addressing, leaves_the_house, visibility_of
from actors.cautions import stop
from actors.drafts import WAITS
from actors.effects import (
    Decision,
    Drop,
    Effect,
    Effects,
    Fetch,
    Need,
    Notify,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.hashtags import hashtag_key
from actors.people import Actor, Exposure, Key, Profile
from actors.ports import Store
from actors.posting import (
    Around,
    around,
    beside,
    hashtags_of,
    poll_of,
    row_of,
    thread,
    told,
)
from actors.posts import (
    Hashtag,
    Note,
    Poll,
    Post,
    Question,
    Quotable,
    Quote,
    QuoteState,
    Revision,
    Visibility,
)
from actors.quoting import Quoting
from actors.relationships import MarkerKind, NotificationKind
from actors.verbs import Update

__all__ = ["Update", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteFacts:
    activity: Update
    note: Note
    author: Actor
    waits: bool
    existing: Post | None
    poll: Poll | None
    hashtags: tuple[str, ...]
    around: Around
    asking: questions.Asking
    deleted: bool
    followed_here: bool
    quoting: Quoting | None
    quote: Quote | None
    quoted_by: tuple[Quote, ...]
    quoted_here: tuple[tuple[int, int], ...]
    placed: elsewhere.Groups
    voices: relaying.Voices
    repeats: Effects
    new_id: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    activity: Update
    profile: Profile
    actor: Actor
    keys: tuple[Key, ...]
    now: int


async def gather(store: Store, activity: Update) -> NoteFacts | ProfileFacts | Need | Refusal:
    if activity.profile is not None:
        actor = await acting(store, activity.actor, activity.person, itself=True)
        if not isinstance(actor, Actor):
            return actor
        return ProfileFacts(
            activity=activity,
            profile=activity.profile,
            actor=actor,
            keys=await store.keys(actor.id),
            now=store.now,
        )
    note = activity.note
    if note is None:
        return Refusal("unreadable", "This Update changes nothing we know.")
    speaker = await saying(store, activity.actor, activity.person, activity.approval)
    if not isinstance(speaker, tuple):
        return speaker
    actor, waits = speaker
    existing = await store.post(note.uri)
    surrounding = await groups.after(store, existing, await around(store, note, actor))
    fresh = existing is None and not actor.local
    return NoteFacts(
        activity=activity,
        note=note,
        author=actor,
        waits=waits,
        existing=existing,
        poll=await store.poll(existing.id) if existing is not None else None,
        hashtags=await store.hashtags(existing.id) if existing is not None else (),
        around=surrounding,
        asking=await questions.look(store, actor, surrounding) if fresh else questions.NOTHING,
        deleted=await store.marked(note.uri, MarkerKind.DELETED, actor.uri),
        followed_here=not actor.local and await store.local_followers(actor.id),
        quoting=await quotes.look(store, note, actor),
        quote=await store.quote(note.uri) if existing is not None and existing.quote else None,
        quoted_by=await store.waiting_quotes(note.uri) if existing is None else (),
        quoted_here=await store.quoted_here(existing.id) if existing is not None else (),
        placed=await elsewhere.placed(store, existing),
        voices=await relaying.of_post(store, existing),
        repeats=await admitting.repeats(store, existing),
        new_id=store.back_dated_id(note.published),
        now=store.now,
    )


def decide(facts: NoteFacts | ProfileFacts) -> Decision:
    if isinstance(facts, ProfileFacts):
        return _profile(facts)
    if facts.note.attributed_to != facts.author.uri:
        return Refusal("not_yours", "Only its author may change a post.")
    if facts.deleted:
        return ()
    if facts.existing is None:
        return _before_its_create(facts)
    if facts.existing.author_id != facts.author.id or facts.existing.boost_of is not None:
        return Refusal("not_yours", "Only its author may change a post.")
    named = facts.around.named.values()
    return stop(facts.activity.caution, facts.existing.visibility, named) or _edit(
        facts, facts.existing
    )


def _before_its_create(facts: NoteFacts) -> Decision:
    note, author = facts.note, facts.author
    if author.local:
        return Refusal("no_such_post", "There is no such post.")
    named = any(actor.local for actor in facts.around.named.values())
    quoted = facts.quoting.author if facts.quoting is not None and facts.quoting.visible else None
    concerns = named or facts.quoted_by or (quoted is not None and quoted.local)
    if not (facts.followed_here or concerns or facts.around.parent is not None):
        return Refusal("not_for_us", "Nobody here follows the author or is named.")
    visibility = visibility_of(note.to, note.cc, author.followers)
    post = row_of(note, author, facts.new_id, visibility, facts.around)
    notes = told(note, post, author, facts.around)
    whom = {one.recipient_id for one in notes}
    then = (
        *beside(note, post.id, author, facts.around),
        *notes,
        *questions.asks(facts.asking, post, author, whom, facts.now),
        Show(post.id, author.id),
        *thread(note, post, facts.around),
        *quotes.found(facts.quoted_by, post),
        *_quote(facts, post),
    )
    return (Put(post, then),)


def _quotes(facts: NoteFacts, post: Post) -> str:
    """Return what the post quotes now; one of ours quotes what it did from the beginning."""
    return post.quote if facts.author.local else facts.note.quote


def _can_quote(facts: NoteFacts, post: Post) -> Quotable | None:
    """Return who may quote the post now; for one of ours saying nothing changes nothing."""
    stated = facts.note.can_quote
    return post.can_quote if facts.author.local and stated is None else stated


def _quote(facts: NoteFacts, post: Post) -> Effects:
    """Return what another's post says of its quote now, or that it quotes nothing any more."""
    if facts.author.local:
        return ()
    if facts.quoting is None:
        return (Drop(facts.quote),) if facts.quote is not None else ()
    row = quotes.claimed(facts.quoting, facts.note, facts.author, post.id, facts.now)
    return quotes.keep(facts.quoting, row, facts.author, depth=0)


def _edit(facts: NoteFacts, post: Post) -> Decision:
    if post.deleted is not None:
        return ()
    note = facts.note
    edited = note.updated or facts.now
    if post.edited is not None and edited < post.edited:
        return ()
    poll = poll_of(note, post.id)
    tally = _tally(facts.poll, poll)
    if _same(facts, post, poll):
        return _unchanged(facts, post, poll, tally)
    if facts.waits:
        return WAITS
    changed = replace(
        post,
        content=note.content,
        content_map=note.content_map,
        source=facts.activity.source,
        language=note.language,
        summary=note.summary,
        sensitive=note.sensitive,
        name=note.name,
        url=note.url or post.url,
        edited=edited,
        emojis=note.emojis,
        media=note.media,
        quote=_quotes(facts, post),
        can_quote=_can_quote(facts, post),
        edit_number=post.edit_number + 1,
    )
    effects: list[Effect] = [Put(_revision(facts, post)), Put(changed, replace=True)]
    effects += beside(note, post.id, facts.author, facts.around)
    effects += tally
    effects += _lost_tags(facts, post)
    effects += _quote(facts, post)
    effects += [
        Notify(quoter, NotificationKind.QUOTED_UPDATE, facts.author.id, quoting)
        for quoter, quoting in facts.quoted_here
        if quoter != facts.author.id
    ]
    effects.append(Show(post.id, facts.author.id, "edit"))
    if facts.author.local:
        effects += _send(facts, post)
    effects += relaying.changed(facts.voices, post, "Update", facts.activity.uri, facts.author)
    effects += facts.repeats
    return tuple(effects)


def _unchanged(facts: NoteFacts, post: Post, poll: Poll | None, tally: Effects) -> Decision:
    """Return what an Update causes whose words are those that are here: who may quote may be
    other, and a poll of ours tells its followers the count now and then; that is no edit."""
    said: list[Effect] = []
    quote, policy = _quotes(facts, post), _can_quote(facts, post)
    if policy != post.can_quote or quote != post.quote:
        if facts.waits:
            return WAITS
        as_said = replace(post, can_quote=policy, quote=quote)
        said = [Put(as_said, replace=True), Show(post.id, facts.author.id, "edit")]
    again = poll is not None or said or facts.note.stamp
    told_on = _send(facts, post) if facts.author.local and again else []
    return (*tally, *said, *_quote(facts, post), *told_on)


def _tally(before: Poll | None, now: Poll | None) -> Effects:
    """Return what keeps a poll as it now is. A vote is for words that somebody read: with other
    ones, in another order, or for another number of them, nobody has voted yet."""
    if now is None:
        return ()
    put = Put(now, replace=True)
    return (put,) if before is None or _asked(before) == _asked(now) else (Drop(before), put)


def _asked(poll: Poll) -> tuple[list[str], bool]:
    return [option.title for option in poll.options], poll.multiple


def _same(facts: NoteFacts, post: Post, poll: Poll | None) -> bool:
    """Return whether only tallies differ: a poll's votes are no edit."""
    note = facts.note
    titles = [o.title for o in poll.options] if poll is not None else []
    before = [o.title for o in facts.poll.options] if facts.poll is not None else []
    return (
        note.content == post.content
        and note.content_map == post.content_map
        and note.summary == post.summary
        and note.sensitive == post.sensitive
        and note.name == post.name
        and note.media == post.media
        and titles == before
    )


def _revision(facts: NoteFacts, post: Post) -> Revision:
    poll = facts.poll
    question = (
        Question(options=poll.options, multiple=poll.multiple, ends=poll.ends)
        if poll is not None
        else None
    )
    return Revision(
        post_id=post.id,
        number=post.edit_number,
        content=post.content,
        summary=post.summary,
        sensitive=post.sensitive,
        media=post.media,
        question=question,
        created=post.edited or post.published,
        person_id=post.acting_person,
    )


def _lost_tags(facts: NoteFacts, post: Post) -> list[Effect]:
    kept = {tag.name for tag in hashtags_of(facts.note, post.id)}
    return [
        Drop(Hashtag(post_id=post.id, name=hashtag_key(tag), shown=tag))
        for tag in facts.hashtags
        if hashtag_key(tag) not in kept
    ]


def _send(facts: NoteFacts, post: Post) -> list[Effect]:
    if not leaves_the_house(post.visibility):
        return []
    author = facts.author
    named = {uri: actor for uri, actor in facts.around.named.items() if actor.id != author.id}
    outside = tuple(sorted(actor.id for actor in named.values() if not actor.local))
    followers = post.visibility is not Visibility.DIRECT
    recipients = Recipients(
        followers_of=author.id if followers else None, actors=outside, of_post=post.id
    )
    to, cc = addressing(post.visibility, author.followers, tuple(named))
    audience = tuple(group.uri for group in facts.placed)
    to, cc = elsewhere.to_groups(to, cc, audience)
    quote = facts.quote
    stands = quote is not None and quote.state is QuoteState.ACCEPTED
    note = replace(
        facts.note,
        to=to,
        cc=cc,
        audience=audience,
        quote=post.quote,
        can_quote=_can_quote(facts, post),
        stamp=quote.stamp if quote is not None and stands else "",
    )
    activity = replace(facts.activity, note=note)
    if post.visibility is Visibility.GROUP:
        return [*elsewhere.sent(facts.placed, activity, author, post)]
    return [Send(activity, author.id, recipients, about=post.uri, post_id=post.id)]


def _profile(facts: ProfileFacts) -> Decision:
    new, old = facts.profile.actor, facts.actor
    if new.uri != old.uri:
        return Refusal("not_yours", "Only an actor may change itself.")
    renamed = not old.local and new.username != old.username
    kept = replace(
        new,
        id=old.id,
        local=old.local,
        # A handle counts once both ends agree (FEP-2c59), which takes a look at the other end.
        username=old.username,
        domain=old.domain,
        host=old.host,
        moved_at=old.moved_at,
        created=old.created or new.created,
        fetched=old.fetched if old.local else 0 if renamed else facts.now,
        suspended=old.suspended,
        deleted=None,
    )
    effects: list[Effect] = [Put(kept, replace=True)]
    if old.local:
        if kept.exposure is not Exposure.INTERNAL:
            recipients = Recipients(followers_of=old.id)
            effects.append(Send(facts.activity, old.id, recipients, about=old.uri))
        return tuple(effects)
    listed = {key.uri for key in facts.profile.keys}
    effects += [Put(replace(k, actor_id=old.id), replace=True) for k in facts.profile.keys]
    effects += [Drop(key) for key in facts.keys if key.uri not in listed]
    if renamed:
        effects.append(Fetch(old.uri, "actor"))
    return tuple(effects)
