"""Create: what it means, whoever does it."""

from dataclasses import dataclass

from actors.posts import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """`actor` publishes `note`. `reader` is the local actor at whose own inbox it arrived;
    `fetched` one that nobody sent us; `person` and `source` are who of ours wrote what."""

    uri: str
    actor: str
    note: Note
    person: int | None = None
    source: str = ""
    reader: int = 0
    fetched: bool = False
