"""Vote: an actor votes in a poll. One choice where only one is asked for, each choice once.

A vote counts only from its own signer, before the end, for a choice that exists (S22).
"""

from dataclasses import dataclass

from actors.access import acting
from actors.effects import Decision, Effect, Need, Put, Recipients, Refusal, Send, Show
from actors.people import Actor
from actors.ports import Store
from actors.posts import Poll, Post
from actors.posts import Vote as VoteRow
from actors.verbs import Vote

__all__ = ["Vote", "decide", "gather"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    activity: Vote
    voter: Actor
    post: Post
    author: Actor
    poll: Poll
    cast: tuple[VoteRow, ...]
    may_see: bool
    blocked: bool
    now: int


async def gather(store: Store, activity: Vote) -> Facts | Need | Refusal:
    voter = await acting(store, activity.actor, activity.person)
    if not isinstance(voter, Actor):
        return voter
    post = await store.post(activity.question)
    poll = await store.poll(post.id) if post is not None else None
    author = await store.actor_by_id(post.author_id) if post is not None else None
    if post is None or poll is None or author is None:
        return Refusal("no_such_post", "There is no such poll.")
    return Facts(
        activity=activity,
        voter=voter,
        post=post,
        author=author,
        poll=poll,
        cast=await store.votes(post.id, voter.id),
        may_see=await store.may_see(post, voter),
        blocked=await store.blocked(author.id, voter.id),
        now=store.now,
    )


def decide(facts: Facts) -> Decision:
    poll = facts.poll
    if not facts.may_see or facts.blocked:
        return Refusal("no_such_post", "There is no such poll.")
    if not facts.post.local and not facts.voter.local:
        return Refusal("not_ours", "The poll is another server's.")
    if facts.voter.id == facts.author.id:
        return Refusal("own_poll", "Nobody votes in their own poll.")
    if poll.closed is not None or (poll.ends is not None and facts.now >= poll.ends):
        return Refusal("poll_ended", "The poll has ended.")
    titles = [option.title for option in poll.options]
    if facts.activity.choice not in titles:
        return Refusal("no_such_choice", "There is no such choice.")
    choice = titles.index(facts.activity.choice)
    if any(vote.choice == choice for vote in facts.cast):
        return ()
    if facts.cast and not poll.multiple:
        return Refusal("voted", "You have voted already.")
    vote = VoteRow(
        post_id=facts.post.id,
        actor_id=facts.voter.id,
        choice=choice,
        uri=facts.activity.note,
        created=facts.now,
    )
    then: list[Effect] = [Show(facts.post.id, facts.author.id, "vote")]
    if facts.voter.local and not facts.author.local:
        then.append(
            Send(
                facts.activity,
                facts.voter.id,
                Recipients(actors=(facts.author.id,)),
                about=facts.post.uri,
            )
        )
    return (Put(vote, tuple(then)),)
