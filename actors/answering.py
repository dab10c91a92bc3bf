"""How a quote of ours was answered: for the yes and the no alike (activities/accept.py, reject.py).

The answer names the QuoteRequest by its id, or by the two posts; only who is quoted may give it.
"""

from dataclasses import dataclass

from actors.effects import Effects, Refusal, Spread
from actors.people import Actor
from actors.ports import Store
from actors.posts import Post, Quote, QuoteState
from actors.quoting import settled
from actors.urls import same_host
from actors.verbs import Accept, Reject


@dataclass(frozen=True, slots=True)
class Asked:
    """A quote that is answered, the post of ours that quotes, and who answers."""

    quote: Quote
    post: Post | None
    by: Actor


async def asked_to_quote(store: Store, answer: Accept | Reject, by: Actor) -> Asked | None:
    """Return the quote that is answered; None where the answer is about a follow."""
    if by.local:
        return None
    quote = await store.quote_by_request(answer.object) if answer.object else None
    if quote is None and answer.instrument:
        quote = await store.quote(answer.instrument)
    if quote is None:
        return None
    post = await store.post_by_id(quote.post_id) if quote.post_id is not None else None
    return Asked(quote, post, by)


def answered(asked: Asked, state: QuoteState, stamp: str = "") -> Effects | Refusal:
    """Return what a yes or no means for a quote of ours: shown here, and told to its readers."""
    quote, post = asked.quote, asked.post
    if quote.author_id != asked.by.id or (stamp and not same_host(stamp, asked.by.uri)):
        return Refusal("not_yours", "Only who is quoted may answer.")
    if post is None or not post.local or post.deleted is not None:
        return Refusal("no_such_post", "There is no such quote.")
    if quote.state in (state, QuoteState.REVOKED):
        return ()
    if state is QuoteState.REJECTED and quote.state is QuoteState.ACCEPTED:
        state, stamp = QuoteState.REVOKED, quote.stamp
    again = Spread("tell-again", post.author_id, post.id)
    return (*settled(quote, state, stamp, post), again)
