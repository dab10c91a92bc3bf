"""Like arrives, or a reaction: EmojiReact, or Misskey's Like with an emoji as its content."""

from actors.activities.like import Like
from actors.effects import Refusal
from actors.urls import Urls
from inbox.parse import Arrived
from inbox.reactions import reaction_of


def read(arrived: Arrived, urls: Urls) -> Like | Refusal:
    """Read a Like of whatever post it names."""
    if not arrived.object_uri:
        return Refusal("no_object", "It does not say what it likes.")
    return Like(
        uri=arrived.uri,
        actor=arrived.actor,
        object=arrived.object_uri,
        content=reaction_of(arrived.document),
    )
