"""Records to rows and back: one table per record of the rooms, columns named as its fields.

Enums are kept as their words, truth values as 0 and 1, everything compound as JSON text. The
statements are made once, at import, from the records themselves; there is no other mapping.
"""

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from operator import attrgetter
from typing import Any, Final, Generic, TypeVar

import msgspec

from actors.grouping import Grouping, GroupKeeper, Invitation
from actors.inquiries import Inquiry
from actors.membership import Delegation, Membership
from actors.people import Actor, HandleRow, Key, Person, Token
from actors.posts import Addressee, Hashtag, Pin, Poll, Post, Quote, Revision, Vote
from actors.relationships import GroupHost, Marker, Notification, Reaction, Relation, Report

R = TypeVar("R")
_Coder = Callable[[Any], Any]
_PLAIN: Final = (int, str, bytes, float)


def _coders(hint: Any) -> tuple[_Coder | None, _Coder | None]:
    """Return how a value of this type goes to a column and comes back; None where it is as is."""
    options = [part for part in typing.get_args(hint) if part is not type(None)]
    optional = len(options) != len(typing.get_args(hint)) and typing.get_origin(hint) is not tuple
    inner = options[0] if optional and len(options) == 1 else hint
    if inner is bool:
        return int, bool
    if inner in _PLAIN:
        return None, None
    if isinstance(inner, type) and issubclass(inner, Enum):
        return attrgetter("value"), inner
    encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder(inner)
    empty: Any = () if typing.get_origin(inner) is tuple else {}

    def encode(value: Any) -> str | None:
        return None if value is None else encoder.encode(value).decode()

    def decode(text: str | None) -> Any:
        if text is None:
            return None
        return empty if text in ("[]", "{}") else decoder.decode(text)

    return encode, decode


class Table(Generic[R]):
    """The table of one record type. `key` names the columns that make a row the same row.

    `derived` are columns that no record has, filled once, when a row is new: by name the SQL
    (with one parameter) and the field whose value that takes. `changed` says, by name, what becomes
    of a column where a row takes another's place, if not the new value.
    """

    def __init__(
        self,
        name: str,
        record: type[R],
        key: Sequence[str],
        derived: Mapping[str, tuple[str, str]] | None = None,
        changed: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._derived = derived or {}
        self._changed = changed or {}
        self.record = record
        hints = typing.get_type_hints(record)
        fields = [field.name for field in dataclasses.fields(record)]  # type: ignore[arg-type]
        self.columns = tuple(fields)
        self.key = tuple(key)
        coders = [_coders(hints[field]) for field in fields]
        self._encoders = [(i, c[0]) for i, c in enumerate(coders) if c[0] is not None]
        self._decoders = [(i, c[1]) for i, c in enumerate(coders) if c[1] is not None]
        taken = [field for _, field in self._derived.values()]
        self._values = attrgetter(*fields, *taken)
        self._key_values = attrgetter(*key) if len(key) > 1 else self._single(key[0])
        self._write_statements()

    @staticmethod
    def _single(name: str) -> Callable[[Any], tuple[Any, ...]]:
        get = attrgetter(name)
        return lambda row: (get(row),)

    def _write_statements(self) -> None:
        names = ", ".join(self.columns)
        new = ", ".join((*self.columns, *self._derived))
        marks = ", ".join(("?",) * len(self.columns) + tuple(v[0] for v in self._derived.values()))
        rest = [column for column in self.columns if column not in self.key]
        changes = ", ".join(
            f"{column} = {self._changed.get(column, f'excluded.{column}')}" for column in rest
        )
        where = " AND ".join(f"{column} = ?" for column in self.key)
        start = f"INSERT INTO {self.name} ({new}) VALUES ({marks}) ON CONFLICT"
        self.insert = f"{start} DO NOTHING"
        self.replace = f"{start} ({', '.join(self.key)}) DO UPDATE SET {changes}"
        self.delete = f"DELETE FROM {self.name} WHERE {where}"
        self.select = f"SELECT {names} FROM {self.name}"

    def selected(self, alias: str) -> str:
        """Return the columns for a join, each with the alias before it."""
        return ", ".join(f"{alias}.{column}" for column in self.columns)

    def encode(self, row: R) -> tuple[Any, ...]:
        """Return the parameters of `insert` and `replace`."""
        values = list(self._values(row))
        for index, encoder in self._encoders:
            value = values[index]
            if value is not None:
                values[index] = encoder(value)
        return tuple(values)

    def key_of(self, row: R) -> tuple[Any, ...]:
        values = self._key_values(row)
        return tuple(v.value if isinstance(v, Enum) else v for v in values)

    def decode(self, row: Sequence[Any]) -> R:
        values = list(row[: len(self.columns)])
        for index, decoder in self._decoders:
            value = values[index]
            if value is not None:
                values[index] = decoder(value)
        return self.record(**dict(zip(self.columns, values, strict=True)))


ACTOR: Final = Table("actor", Actor, ["id"])
KEY: Final = Table("actor_key", Key, ["uri"])
HANDLE: Final = Table("handle", HandleRow, ["username"])
PERSON: Final = Table("person", Person, ["id"])
MEMBERSHIP: Final = Table("membership", Membership, ["person_id", "actor_id"])
DELEGATION: Final = Table("delegation", Delegation, ["actor_id", "absent_id", "stand_in_id"])
TOKEN: Final = Table("token", Token, ["id"])
POST: Final = Table("post", Post, ["id"])
QUOTE: Final = Table("quote", Quote, ["uri"])
ADDRESSEE: Final = Table("addressee", Addressee, ["post_id", "actor_id"])
HASHTAG: Final = Table("hashtag", Hashtag, ["post_id", "name"])
POLL: Final = Table("poll", Poll, ["post_id"])
VOTE: Final = Table("vote", Vote, ["post_id", "actor_id", "choice"])
REVISION: Final = Table("revision", Revision, ["post_id", "number"])
PIN: Final = Table("pin", Pin, ["actor_id", "post_id"])
RELATION: Final = Table(
    "relation",
    Relation,
    ["kind", "source_id", "target_id"],
    # Which of an author's followers are ours: found by an index, however many there are elsewhere.
    {"inside": ("coalesce((SELECT a.local FROM actor a WHERE a.id = ?), 0)", "source_id")},
    # What is said once more stays where it is; what was asked for and is granted is new.
    {
        "number": "CASE WHEN relation.state = excluded.state THEN relation.number"
        " ELSE excluded.number END"
    },
)
REACTION: Final = Table("reaction", Reaction, ["post_id", "actor_id", "content"])
GROUP_HOST: Final = Table("group_host", GroupHost, ["group_id", "host"])
MARKER: Final = Table("marker", Marker, ["uri", "kind", "actor_uri"])
NOTIFICATION: Final = Table("notification", Notification, ["id"])
REPORT: Final = Table("report", Report, ["id"])
INQUIRY: Final = Table("question", Inquiry, ["id"])

GROUPING: Final = Table("grouping", Grouping, ["actor_id"])
INVITATION: Final = Table("invitation", Invitation, ["group_id", "actor_id"])
GROUP_MANAGER: Final = Table("group_manager", GroupKeeper, ["group_id", "actor_id"])

TABLES: Final[Mapping[type, Table[Any]]] = {
    table.record: table
    for table in (
        ACTOR, KEY, HANDLE, PERSON, MEMBERSHIP, DELEGATION, TOKEN, POST, QUOTE, ADDRESSEE, HASHTAG,
        POLL, VOTE, REVISION, PIN, RELATION, REACTION, MARKER, NOTIFICATION, REPORT, INQUIRY,
        GROUPING, INVITATION, GROUP_MANAGER, GROUP_HOST,
    )
}  # fmt: skip
