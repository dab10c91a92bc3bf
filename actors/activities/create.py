"""Create: an actor publishes a post.

From outside, only what concerns someone here is kept: its author is followed, it names or
answers one of us, it came to someone's own inbox, or we fetched it ourselves. From us, the
audience is narrowed to what the parent and the author's exposure allow before anything leaves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from actors import admitting, consent, elsewhere, groups, questions, relaying, sharing
from actors import quoting as quotes
from actors.access import saying
from actors.audience import (
    addressing,
    leaves_the_house,
    narrowed,
    narrowed_by_quote,
    stays_inside,
    visibility_of,
)
from actors.cautions import stop
from actors.drafts import WAITS
from actors.effects import (
    Decision,
    Effect,
    Effects,
    Need,
    Put,
    Recipients,
    Refusal,
    Send,
    Show,
)
from actors.groups import Placed
from actors.people import Actor, ActorKind
from actors.ports import Store
from actors.posting import Around, around, beside, row_of, thread, told
from actors.posts import Addressee, Note, Post, Quotable, Quote, QuoteState, Visibility
from actors.quoting import Quoting
from actors.urls import Urls
from actors.verbs import Create

__all__ = ["Create", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """`inside` are those named who may see what is answered; `sent_to` the groups without rules
    that it was sent to, `groups` those of ours with rules that the post touches, and `members`
    whom of those it names is in them."""

    activity: Create
    author: Actor
    waits: bool
    existing: Post | None
    around: Around
    deleted: bool
    followed_here: bool
    post_id: int
    new_context: str
    inside: frozenset[str]
    sent_to: tuple[Actor, ...]
    groups: groups.Surroundings
    members: frozenset[int]
    boards: tuple[Actor, ...]
    voices: relaying.Voices
    unasked: tuple[str, ...]
    handed: sharing.HandedOn | None
    quoting: Quoting | None
    quoted_by: tuple[Quote, ...]
    asking: questions.Asking
    urls: Urls
    now: int

    @property
    def quoted(self) -> Post | None:
        return self.quoting.post if self.quoting is not None else None


async def gather(store: Store, activity: Create) -> Facts | Need | Refusal:
    speaker = await saying(store, activity.actor, activity.person, activity.approval)
    if not isinstance(speaker, tuple):
        return speaker
    author, waits = speaker
    note = activity.note
    local = store.urls.parse(note.uri)
    if note.attributed_to != author.uri or (local is not None) != author.local:
        return Refusal("not_yours", "A post must be its sender's own.")
    traces = await store.traces(note.uri, author)
    surrounding = await around(store, note, author, answered=traces.answered)
    quoting = await quotes.look(store, note, author)
    touched = await groups.touched(store, author, surrounding, quoting)
    existing = await store.post(note.uri) if traces.known else None
    return Facts(
        activity=activity,
        author=author,
        waits=waits,
        existing=existing,
        around=surrounding,
        deleted=traces.deleted,
        followed_here=not author.local and traces.followed,
        post_id=local.id if local is not None else store.back_dated_id(note.published),
        new_context=store.urls.context(store.new_id()) if author.local else "",
        inside=await _inside(store, author, surrounding),
        sent_to=await _sent_to(store, author, surrounding),
        groups=touched,
        members=await groups.members(store, surrounding, touched),
        boards=await elsewhere.boards(store, author, surrounding.parent, surrounding.named),
        voices=await relaying.voices(store, touched.actors, existing),
        unasked=await consent.unasked(store, author, touched, activity.person),
        handed=await sharing.look(store, activity.announced, existing),
        quoting=quoting,
        quoted_by=await store.waiting_quotes(note.uri) if traces.quoted else (),
        asking=await questions.look(store, author, surrounding, speakers(activity)),
        urls=store.urls,
        now=store.now,
    )


def speakers(activity: Create) -> tuple[int | None, ...]:
    """Return who stands behind what is said, whoever is there to be told of something last; none
    for what was meant long before."""
    if activity.meant:
        return ()
    approval = activity.approval
    return (activity.person,) if approval is None else (activity.person, approval.by)


async def _inside(store: Store, author: Actor, around: Around) -> frozenset[str]:
    """Return whom of those named an answer of ours may name: those who may see the parent."""
    parent = around.parent
    if parent is None or not author.local or parent.author_id == author.id:
        return frozenset(around.named)
    return frozenset(
        [uri for uri, actor in around.named.items() if await store.may_see(parent, actor)]
    )


async def _sent_to(store: Store, author: Actor, around: Around) -> tuple[Actor, ...]:
    """Return the groups that the parent was sent to, if it was for a group alone."""
    parent = around.parent
    if parent is None or not author.local or parent.visibility is not Visibility.GROUP:
        return ()
    rows = await store.addressees(parent.id)
    found = await store.actors_by_id(tuple(row.actor_id for row in rows))
    return tuple(actor for actor in found.values() if actor.kind is ActorKind.GROUP)


def decide(facts: Facts) -> Decision:
    if facts.deleted:
        return ()
    if facts.existing is not None:
        return _known(facts, facts.existing)
    if facts.author.local:
        return _ours(facts)
    return _theirs(facts)


def _known(facts: Facts, post: Post) -> Decision:
    """A known post: one more reader perhaps, and what a fetch before its arrival left undone."""
    activity, author = facts.activity, facts.author
    if post.author_id != author.id or post.deleted is not None or post.boost_of is not None:
        return ()
    if author.local:
        return ()
    if activity.fetched or activity.announced is not None:
        return sharing.boosted(facts.handed, post, author)
    effects: list[Effect] = _reader(facts, post.id)
    effects += _told(facts, activity.note, post, facts.around)
    effects.append(Show(post.id, author.id, "late"))
    admitted = _admitted(facts)
    if isinstance(admitted, admitting.Admitted):
        effects += admitting.known(admitted, post, facts.voices, activity.uri, author)
    return tuple(effects)


def _reader(facts: Facts, post_id: int) -> list[Effect]:
    """The person at whose own inbox it came in is one of its readers."""
    reader = facts.activity.reader
    if not reader or any(actor.id == reader for actor in facts.around.named.values()):
        return []
    return [Put(Addressee(post_id=post_id, actor_id=reader, silent=True))]


def _theirs(facts: Facts) -> Decision:
    note, author = facts.activity.note, facts.author
    if not _concerns_us(facts):
        return Refusal("not_for_us", "Nobody here follows the author or is named.")
    admitted = _admitted(facts)
    if isinstance(admitted, Refusal):
        return admitted
    post = row_of(note, author, facts.post_id, admitted.visibility, facts.around)
    named = admitted.named(facts.around, facts.members)
    then: list[Effect] = [*beside(note, post.id, author, named), *admitted.put(post.id)]
    then += _reader(facts, post.id)
    if not facts.activity.fetched:
        then += _told(facts, note, post, named)
        then.append(Show(post.id, author.id, groups=admitted.home()))
        then += admitted.told(facts.voices, post, facts.activity.uri, author)
    then += sharing.boosted(facts.handed, post, author)
    # What we fetched ourselves asks for its own parent within a budget (fedi/wanted.py).
    then += thread(note, post, facts.around, ask=not facts.activity.fetched)
    then += quotes.found(facts.quoted_by, post)
    if facts.quoting is not None:
        row = quotes.claimed(facts.quoting, note, author, post.id, facts.now)
        then += quotes.keep(facts.quoting, row, author, depth=int(facts.activity.fetched))
    return (Put(post, tuple(then)),)


def _admitted(facts: Facts) -> admitting.Admitted | Refusal:
    """Return where a post from elsewhere goes. What nobody has sent to a group isn't in one."""
    note, author = facts.activity.note, facts.author
    visibility = visibility_of(note.to, note.cc, author.followers)
    if facts.activity.fetched or facts.activity.announced is not None:
        return admitting.Admitted(visibility=visibility)
    return admitting.admit(facts.groups, visibility, author, note)


def _told(facts: Facts, note: Note, post: Post, around: Around) -> Effects:
    """Return whom a new post tells of itself, and what departments are asked by it."""
    notes = told(note, post, facts.author, around)
    whom = {one.recipient_id for one in notes}
    return (*notes, *questions.asks(facts.asking, post, facts.author, whom, facts.now))


def _concerns_us(facts: Facts) -> bool:
    if facts.handed is not None and facts.handed.followed:
        return True
    by_itself = facts.activity.fetched and facts.activity.announced is None
    if by_itself or facts.activity.reader or facts.followed_here:
        return True
    if facts.around.parent is not None or facts.around.waiting or facts.quoted_by:
        return True
    quoted = facts.quoting.author if facts.quoting is not None and facts.quoting.visible else None
    if quoted is not None and quoted.local:
        return True
    return any(actor.local for actor in facts.around.named.values())


def _ours(facts: Facts) -> Decision:
    activity, author = facts.activity, facts.author
    parent = facts.around.parent
    if activity.note.in_reply_to and (parent is None or not facts.around.parent_visible):
        return Refusal("no_such_post", "There is no such post to answer.")
    asked = activity.visibility or visibility_of(
        activity.note.to, activity.note.cc, author.followers
    )
    placed = groups.place(facts.groups, asked, parent, facts.quoted, guest=author.guest)
    if isinstance(placed, Refusal):
        return placed
    asked = placed.visibility if placed is not None else asked
    width = (parent.visibility, parent.author_id) if parent is not None else None
    visibility = narrowed(asked, author, width)
    visibility = narrowed_by_quote(visibility, author, quotes.width(facts.quoting))
    if placed is not None and placed.for_members and visibility is not Visibility.GROUP:
        return groups.WIDER
    named = _named(facts, asked, visibility, placed)
    stopped = (
        stop(activity.caution, visibility, named.values())
        or facts.asking.met
        or consent.stop(placed, facts.unasked, meant=activity.meant)
    )
    if stopped is not None:
        return stopped
    quoting = facts.quoting
    state = quotes.wanted(quoting, author, visibility, frozenset(named)) if quoting else None
    if isinstance(state, Refusal):
        return state
    if facts.waits:
        return WAITS
    around = replace(facts.around, named=named)
    note = _addressed(facts, visibility, named, placed)
    post = _post(facts, note, visibility, around)
    then: list[Effect] = [*beside(note, post.id, author, around)]
    then += groups.put(placed, post.id)
    then += _told(facts, note, post, groups.telling(placed, around, facts.members))
    then += questions.answers(facts.asking, post, author, activity.person, facts.now)
    then.append(Show(post.id, author.id, readers=(author.id,), groups=groups.at_home(placed)))
    leaves = leaves_the_house(visibility) and visibility is not Visibility.GROUP
    row = _row(facts, quoting, post, state) if quoting and state else None
    note = replace(note, stamp=row.stamp) if row is not None else note
    then += _leaving(facts, replace(activity, note=note), post, named, placed)
    if quoting is not None and row is not None:
        then += quotes.asked(quoting, row, author, note, post.id, activity.person, leaves=leaves)
    return (Put(post, tuple(then)),)


def _post(facts: Facts, note: Note, visibility: Visibility, around: Around) -> Post:
    row = row_of(note, facts.author, facts.post_id, visibility, around)
    return replace(row, source=facts.activity.source, acting_person=facts.activity.person)


def _row(facts: Facts, quoting: Quoting, post: Post, state: QuoteState) -> Quote:
    stamp = facts.urls.stamp(quoting.stamp_id)
    return quotes.row_of_ours(quoting, post, facts.author, state, stamp, facts.now)


def _named(
    facts: Facts, asked: Visibility, visibility: Visibility, placed: Placed | None
) -> dict[str, Actor]:
    """Return whom the post may name: of a narrow one, only who may see what it answers; of one
    for the members of a group, only members; and no group that it is not posted in."""
    touched = set(facts.groups.ids)
    kept = {uri: one for uri, one in facts.around.named.items() if one.id not in touched}
    if placed is not None and placed.for_members:
        kept = {uri: actor for uri, actor in kept.items() if actor.id in facts.members}
    elif visibility not in (Visibility.PUBLIC, Visibility.UNLISTED):
        kept = {uri: actor for uri, actor in kept.items() if uri in facts.inside}
    quoted = quotes.width(facts.quoting)
    inside_only = stays_inside(asked, facts.author) or (
        quoted is not None and quoted[0] is Visibility.INTERNAL
    )
    if not leaves_the_house(visibility) or inside_only:
        kept = {uri: actor for uri, actor in kept.items() if actor.local}
    if visibility is Visibility.GROUP:
        kept |= {group.uri: group for group in facts.sent_to}
    if placed is not None:
        kept |= {group.uri: group for group in placed.groups}
    if visibility in sharing.OPEN and not inside_only:
        kept |= {group.uri: group for group in facts.boards}
    return kept


def _addressed(
    facts: Facts, visibility: Visibility, named: Mapping[str, Actor], placed: Placed | None
) -> Note:
    """Return the note with the to/cc its narrowed audience means, and no other mentions."""
    note, parent = facts.activity.note, facts.around.parent
    quoted = facts.quoted
    others = tuple(uri for uri in named if uri != facts.author.uri)
    to, cc = addressing(visibility, facts.author.followers, others)
    audience = _audience(facts, visibility, named, placed)
    to, cc = elsewhere.to_groups(to, cc, audience)
    known = set(facts.around.named) - set(named)
    mentions = tuple(mention for mention in note.mentions if mention.href not in known)
    context = parent.context if parent is not None and parent.context else facts.new_context
    return replace(
        note,
        to=to,
        cc=cc,
        audience=audience,
        mentions=mentions,
        # Whoever answers or quotes a boost answers or quotes the post.
        in_reply_to=parent.uri if parent is not None else "",
        quote=quoted.uri if quoted is not None else note.quote,
        stamp="",
        can_quote=_can_quote(facts, visibility),
        context=note.context or context,
    )


def _audience(
    facts: Facts, visibility: Visibility, named: Mapping[str, Actor], placed: Placed | None
) -> tuple[str, ...]:
    """Return the groups that the post is in (FEP-1b12)."""
    if visibility is Visibility.INTERNAL:
        return ()
    groups = (*(placed.groups if placed is not None else ()), *facts.boards)
    return tuple(dict.fromkeys(group.uri for group in groups if group.uri in named))


def _can_quote(facts: Facts, visibility: Visibility) -> Quotable:
    """Return who may quote the post: as its author says, but nobody one that is not for all."""
    default = quotes.default_policy(visibility)
    asked = facts.activity.note.can_quote
    if asked is not None and default != "nobody":
        return asked
    return quotes.policy_of(default, facts.author)


def _leaving(
    facts: Facts, said: Create, post: Post, named: Mapping[str, Actor], placed: Placed | None
) -> Effects:
    """Return what sends the post to those it is for, and has groups tell of it."""
    leaves = leaves_the_house(post.visibility) and post.visibility is not Visibility.GROUP
    sends: Effects = (_send(facts, said, post, named),) if leaves else ()
    if placed is None:
        return sends
    speaking = tuple(one for one in facts.voices if one.group.id in placed.ids)
    return (
        *sends,
        *elsewhere.sent(placed.groups, said, facts.author, post),
        *relaying.posted(speaking, post, said.uri, facts.author),
    )


def _send(facts: Facts, activity: Create, post: Post, named: Mapping[str, Actor]) -> Send:
    author, followers = facts.author, post.visibility is not Visibility.DIRECT
    reached = {actor.id for actor in named.values() if not actor.local}
    quoted = facts.quoting.author if facts.quoting is not None else None
    if quoted is not None and not quoted.local and post.visibility in quotes.OPEN:
        reached.add(quoted.id)
    return Send(
        activity,
        author.id,
        Recipients(followers_of=author.id if followers else None, actors=tuple(sorted(reached))),
        about=post.uri,
        post_id=post.id,
    )
