"""The register of verbs: one file each, with its record, `gather` and `decide`.

    async gather(store, activity) -> facts | Need | Refusal    all reading, inside the unit
    decide(facts) -> effects | Need | Refusal                  pure: the verb's one meaning

The same rule serves a Like by one of us and a Like from abroad. A test checks that the register
equals the directory listing. inbox/activities and outbox/activities carry the same names.
"""

from types import ModuleType
from typing import Any, Final

from actors.activities import (
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
from actors.effects import Activity, Decision, Need, Refusal
from actors.ports import Store

RULES: Final[dict[type, ModuleType]] = {
    accept.Accept: accept,
    add.Add: add,
    announce.Announce: announce,
    block.Block: block,
    create.Create: create,
    delete.Delete: delete,
    flag.Flag: flag,
    follow.Follow: follow,
    like.Like: like,
    move.Move: move,
    quoterequest.QuoteRequest: quoterequest,
    reject.Reject: reject,
    remove.Remove: remove,
    undo.Undo: undo,
    update.Update: update,
    vote.Vote: vote,
}


async def rule(store: Store, activity: Activity) -> Decision:
    """Gather what the verb needs to know and decide: effects, Need or Refusal."""
    module: Any = RULES[type(activity)]
    facts = await module.gather(store, activity)
    if isinstance(facts, Need | Refusal):
        return facts
    decision: Decision = module.decide(facts)
    return decision
