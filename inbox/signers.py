"""Whose word an arrival is: the key that signed the request, or the proof in what is handed on.

Who hands on what another has said (inbox forwarding, ActivityPub 7.1.2; relays) vouches for
nothing (security.md S4). With a fresh proof by its actor (FEP-8b32) it counts as the actor's own.
"""

from typing import Any, Final, Protocol

from actors.errors import Unauthorized
from actors.signatures.authenticate import Window, verify
from actors.signatures.keys import PublicKey
from actors.signatures.message import Claim, Message
from actors.signatures.proofs import proof_method, verify_proof
from actors.urls import host_of, same_host
from inbox.callers import Callers
from inbox.values import types

PROVABLE: Final = frozenset(
    {"Create", "Update", "Delete", "Announce", "Like", "EmojiReact", "Dislike", "Undo"}
)
"""What is said to everybody. Who follows or blocks whom is told by the one who does, and a proof
from this morning must not tell it again."""


class KnownKey(Protocol):
    @property
    def public(self) -> PublicKey: ...
    @property
    def owner(self) -> str: ...


class KeyDoor(Protocol):
    """The part of the door that knows keys."""

    callers: Callers

    async def key(self, key_id: str) -> KnownKey | None: ...
    async def fetch_key(self, key_id: str) -> KnownKey: ...
    def may_refetch(self, key_id: str) -> bool: ...


class ProofDoor(KeyDoor, Protocol):
    """And what is asked of the door about proofs. Times in Unix ms."""

    window: Window

    def now(self) -> int: ...
    async def welcome(self, host: str) -> None:
        """Raise Forbidden for a host that is blocked or not allowed."""
        ...


async def signer_of(message: Message, signed: Claim, door: KeyDoor) -> KnownKey:
    """Return the key whose signature this is; Unauthorized if it is nobody's we can find.

    A key that we have is asked for anew where it fails, for it may have changed.
    """
    known = await door.key(signed.key_id)
    if known is None:
        return await _fetched_signer(message, signed, door)
    try:
        verify(message, signed, known.public)
    except Unauthorized:
        if not door.may_refetch(signed.key_id):
            raise
        known = await _fetched_signer(message, signed, door)
    return known


async def _fetched_signer(message: Message, signed: Claim, door: KeyDoor) -> KnownKey:
    """Fetch the key; who names keys that prove nothing soon has none fetched any more."""
    door.callers.fetching(message.peer)
    known = await door.fetch_key(signed.key_id)
    verify(message, signed, known.public)
    door.callers.proven(message.peer)
    return known


async def believed(document: dict[str, Any], actor: str, sender: str, door: ProofDoor) -> str:
    """Return the actor if what `sender` hands on has their proof; Unauthorized if it has not."""
    await door.welcome(host_of(actor))
    kinds = set(types(document))
    if not kinds or not kinds <= PROVABLE or not await _has_proof(document, actor, door):
        raise Unauthorized("The signature is not the actor's.", detail=f"{sender} for {actor}")
    return actor


async def _has_proof(document: dict[str, Any], actor: str, door: ProofDoor) -> bool:
    """Whether the document holds one proof, of our time, by a key that its actor lists.

    A key we lack is asked for, within the usual budgets; one that fails is not asked for anew.
    """
    method = proof_method(document)
    if method is None or not same_host(method, actor):
        return False
    now, window = door.now(), door.window
    try:
        known = await door.key(method) or await door.fetch_key(method)
        verify_proof(
            document,
            known.public,
            now_ms=now,
            made=(now - window.oldest, now + window.ahead),
        )
    except Unauthorized:
        return False
    return known.owner == actor
