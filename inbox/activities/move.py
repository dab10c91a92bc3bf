"""Move arrives: an actor elsewhere has moved. The new one is asked before anything follows it."""

from actors.activities.move import Move
from actors.effects import Refusal
from actors.urls import Urls
from inbox.parse import Arrived


def read(arrived: Arrived, urls: Urls) -> Move | Refusal:
    """Read a Move of the actor by itself (S23); whether the target agrees is the rule's to ask."""
    if arrived.object_uri != arrived.actor:
        return Refusal("not_owner", "An actor can only move itself.")
    if not arrived.target or arrived.target == arrived.actor:
        return Refusal("no_target", "It does not say where the actor moves.")
    return Move(uri=arrived.uri, actor=arrived.actor, object=arrived.actor, target=arrived.target)
