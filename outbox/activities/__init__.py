"""The register of leaving verbs: record -> JSON, one file each, named as in actors/activities.

`write` is the only way out: it finds the verb's file and puts `@context` on, once. Reading what
was written gives the same record again (tests/laws/test_read_of_write.py).
"""

from types import ModuleType
from typing import Any, Final

from actors import verbs
from actors.effects import Activity
from actors.urls import Urls
from outbox.activities import (
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
from outbox.context import document

WRITERS: Final[dict[type, ModuleType]] = {
    verbs.Accept: accept,
    verbs.Add: add,
    verbs.Announce: announce,
    verbs.Block: block,
    verbs.Create: create,
    verbs.Delete: delete,
    verbs.Flag: flag,
    verbs.Follow: follow,
    verbs.Like: like,
    verbs.Move: move,
    verbs.QuoteRequest: quoterequest,
    verbs.Reject: reject,
    verbs.Remove: remove,
    verbs.Undo: undo,
    verbs.Update: update,
    verbs.Vote: vote,
}


def write(activity: Activity, urls: Urls, named: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an activity of ours as a whole document.

    `named` are the URIs of the actors it is sent to by name: a Like, Vote, Flag or Undo cannot
    know them from its record alone.
    """
    return document(shape(activity, urls, named))


def shape(activity: Activity, urls: Urls, named: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return an activity without `@context`, to stand inside a collection."""
    writer: Any = WRITERS[type(activity)]
    written: dict[str, Any] = writer.write(activity, urls, named)
    return written
