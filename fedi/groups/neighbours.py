"""Tells the servers of a closed group's members of one another, as members come and go.

What a member elsewhere writes is served by that member's own server, which has to know whose
servers have members (FEDERATION.md, Groups). We look whenever somebody has followed, left or been
blocked, and say only what has changed: an Add or Remove in the group's list of hosts.
"""

from actors.effects import Drop, Effects, Put, Recipients, Send
from actors.elsewhere import hosts_of
from actors.people import Actor
from actors.relationships import GroupHost
from actors.verbs import Add, Remove
from fedi.perform import Performer
from fedi.store import abroad
from fedi.store.engine import Tx


class Neighbours:
    """Keeps the lists of hosts that other servers have of our closed groups."""

    def __init__(self, performer: Performer) -> None:
        self._performer = performer

    async def tell(self) -> int:
        """Tell what has changed since the last time; return how much that was."""
        engine = self._performer.engine
        groups = await engine.glance(abroad.closed_groups)
        changed = 0
        for group_id in groups:
            if await engine.read(lambda tx, id=group_id: self._changes(tx, id)):  # type: ignore[misc]
                changed += await engine.write(lambda tx, id=group_id: self._tell(tx, id))  # type: ignore[misc]
        return changed

    async def _changes(self, tx: Tx, group_id: int) -> dict[str, bool]:
        """Return the hosts to be told of, and whether they have members now."""
        group = await self._performer.open(tx).actor_by_id(group_id)
        if group is None:
            return {}
        now = frozenset(await abroad.member_hosts(tx, group)) if not group.gone else frozenset()
        before = await abroad.told_hosts(tx, group_id)
        return {host: host in now for host in sorted(now ^ before)}

    async def _tell(self, tx: Tx, group_id: int) -> int:
        changes = await self._changes(tx, group_id)
        group = await self._performer.open(tx).actor_by_id(group_id)
        if group is None:
            return 0
        for host, is_in in changes.items():
            await self._performer.apply(tx, self._effects(group, host, is_in))
        return len(changes)

    def _effects(self, group: Actor, host: str, is_in: bool) -> Effects:
        urls = self._performer.urls
        row = GroupHost(group_id=group.id, host=host)
        said = (Add if is_in else Remove)(
            uri=urls.activity(self._performer.new_id()),
            actor=group.uri,
            object=urls.server(host),
            target=hosts_of(group.uri),
        )
        recipients = Recipients(followers_of=group.id, alike=True, by_name=True)
        send = (Send(said, group.id, recipients, about=hosts_of(group.uri)),)
        return (Put(row, send),) if is_in else (Drop(row, send),)
