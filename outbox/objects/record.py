"""Row -> travelling Note: what a stored post, with the rows around it, says to other servers."""

from dataclasses import dataclass, replace

from actors import audience, elsewhere
from actors.people import Actor, ActorKind
from actors.posts import Hashtag, Mention, Note, Poll, Post, Question, Visibility
from actors.urls import Urls


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One addressee: `silent` ones get the post without being mentioned in it."""

    actor: Actor
    silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """The rows around a post: its author, whom it names, its tags and poll, what it answers.

    `votes` counts the votes for each option of our own poll and `voters` those who voted; None
    where the tallies are another server's and stand in the poll itself. `parent` is the URI of
    what it answers, `boosted` of what it boosts, `stamp` of the leave to quote what it quotes.
    """

    author: Actor
    addressees: tuple[Named, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    poll: Poll | None = None
    votes: tuple[int, ...] | None = None
    voters: int | None = None
    parent: str = ""
    boosted: str = ""
    stamp: str = ""


def note_of(post: Post, around: Surroundings, urls: Urls) -> Note:
    """Return a stored post as it travels. An INTERNAL post gets no addressee at all."""
    to, cc = addressing_of(post, around)
    return Note(
        uri=post.uri,
        kind="Question" if around.poll else post.kind,
        attributed_to=around.author.uri,
        content=post.content,
        content_map=_by_language(post),
        language=post.language,
        summary=post.summary,
        sensitive=post.sensitive,
        name=post.name,
        url=post.url,
        published=post.published,
        updated=post.edited,
        to=to,
        cc=cc,
        audience=groups_of(post, around),
        in_reply_to=around.parent or post.in_reply_to_uri,
        context=post.context,
        mentions=tuple(
            mention_of(named.actor, urls) for named in around.addressees if not named.silent
        ),
        hashtags=tuple(tag.shown for tag in around.hashtags),
        emojis=post.emojis,
        media=post.media,
        question=question_of(around),
        quote=post.quote,
        stamp=around.stamp,
        can_quote=post.can_quote,
        replies=urls.post(post.id, "replies") if post.local else "",
    )


def addressing_of(post: Post, around: Surroundings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (to, cc) of a stored post or boost."""
    named = tuple(named.actor.uri for named in around.addressees)
    to, cc = audience.addressing(post.visibility, around.author.followers, named)
    return elsewhere.to_groups(to, cc, groups_of(post, around))


def groups_of(post: Post, around: Surroundings) -> tuple[str, ...]:
    """Return the groups that a stored post is in."""
    if post.visibility is Visibility.INTERNAL or post.boost_of is not None:
        return ()
    actors = (named.actor for named in around.addressees)
    return tuple(actor.uri for actor in actors if actor.kind is ActorKind.GROUP)


def mention_of(actor: Actor, urls: Urls) -> Mention:
    """Return the mention of an actor, by the full handle `@user@domain` even for our own."""
    return Mention(actor.uri, f"@{actor.username}@{actor.domain or urls.handle_domain}")


def question_of(around: Surroundings) -> Question | None:
    """Return the poll with its tallies: counted from votes where the poll is ours."""
    poll = around.poll
    if poll is None:
        return None
    options = poll.options
    if around.votes is not None:
        counted = zip(options, around.votes, strict=True)
        options = tuple(replace(option, votes=votes) for option, votes in counted)
    return Question(
        options=options,
        multiple=poll.multiple,
        ends=poll.ends,
        closed=poll.closed,
        voters=poll.voters if around.voters is None else around.voters,
    )


def _by_language(post: Post) -> dict[str, str]:
    if post.content_map or not post.language or not post.content:
        return dict(post.content_map)
    return {post.language: post.content}
