"""The register of arriving verbs: type on the wire -> the file that reads it.

Each file has one `read(arrived, urls)`, and the same name as the verb's rule in actors/activities.
"""

from collections.abc import Callable
from typing import Final

from actors.effects import Activity, Refusal
from actors.urls import Urls
from inbox.activities import (
    accept,
    add,
    announce,
    block,
    create,
    delete,
    flag,
    follow,
    like,
    move,
    quoterequest,
    reject,
    remove,
    undo,
    update,
    vote,
)
from inbox.parse import Arrived

Reader = Callable[[Arrived, Urls], Activity | Refusal]

READERS: Final[dict[str, Reader]] = {
    "Accept": accept.read,
    "Add": add.read,
    "Announce": announce.read,
    "Block": block.read,
    "Create": create.read,
    "Delete": delete.read,
    "EmojiReact": like.read,
    "Flag": flag.read,
    "Follow": follow.read,
    "Like": like.read,
    "Move": move.read,
    "QuoteRequest": quoterequest.read,
    "Reject": reject.read,
    "Remove": remove.read,
    "Undo": undo.read,
    "Update": update.read,
}


def read(arrived: Arrived, urls: Urls) -> Activity | Refusal:
    """Return the activity as a record, or why it is dropped. Raises Invalid."""
    if vote.is_vote(arrived):
        return vote.read(arrived, urls)
    reader = READERS.get(arrived.type)
    if reader is None:
        return Refusal("unsupported_activity", "This kind of activity is not acted upon here.")
    return reader(arrived, urls)
