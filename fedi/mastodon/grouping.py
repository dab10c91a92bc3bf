"""What apps do in groups beyond follow and post: those who manage one delete what is said there."""

from actors.people import Actor
from actors.posts import Post
from fedi.groups.keeping import Groups
from fedi.mastodon.asking import Ask, Reply
from fedi.store import groups, hydrating
from fedi.store.engine import Tx


def groups_of(ask: Ask) -> Groups:
    """Return what keeps groups."""
    writing = ask.api.writing
    return Groups(writing.performer, writing.resolver, writing.limits)


async def taken_out(ask: Ask) -> Reply | None:
    """Delete the post in the path where it is another's in a group that the caller manages, with
    the group's token or their own; None where it isn't."""
    id = ask.id()

    async def query(tx: Tx) -> tuple[Post, Actor] | None:
        post = await hydrating.post_for(tx, id, ask.viewer)
        if post is None or post.author_id == ask.me.id or post.boost_of is not None:
            return None
        managed = await groups.managed_by(tx, ask.person.id, ask.api.clock.now())
        return next(
            ((post, one) for one in await groups.of_post(tx, id) if one.id in managed), None
        )

    found = await ask.api.engine.glance(query)
    if found is None:
        return None
    post, group = found
    body = await ask.api.engine.glance(lambda tx: ask.api.renderer.status(tx, id, ask.viewer))
    await groups_of(ask).take_out(group, post, person=ask.person.id)
    return Reply(body or b"{}")
