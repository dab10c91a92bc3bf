"""Actor documents -> Profile: the actor with id 0, and the keys that it may sign with.

A key counts only if it names this actor as its owner and lives on the actor's own host. Nothing
here says that the actor may have its handle: `webfinger_claim` is what both_ends_agree
(actors/handles.py) asks for, and until then `domain` is the host of the id.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from actors.errors import Invalid
from actors.handles import domain_of, valid_remote_username
from actors.html import clean
from actors.people import Actor, ActorKind, Field, Key, KeyKind, Profile
from actors.signatures import keys as key_material
from actors.urls import same_host
from actors.vocabulary import CLOSED_GROUPS
from inbox import limits, values
from inbox.parse_media import image_of
from inbox.parse_note import LANGUAGES, preferred
from inbox.terms import READ_SPELLED_OUT

Document = Mapping[str, Any]

_AUTOMATIC: Final = frozenset({ActorKind.APPLICATION, ActorKind.SERVICE})


def profile_of(document: Document, *, languages: Sequence[str] = LANGUAGES) -> Profile:
    """Read an actor document. Raises Invalid where id, type, inbox or user name are missing,
    or the inbox is on another host."""
    uri = values.uri(document.get("id"))
    if not uri:
        raise Invalid("The actor has no id.", code="no_id")
    kind = _kind(document)
    summaries = _by_language(document, "summary", limits.SUMMARY.size)
    summaries = {tag: clean(words) for tag, words in summaries.items()}
    names = _by_language(document, "name", limits.NAME.size)
    names = {tag: values.line(words, limits.NAME.size) for tag, words in names.items()}
    host = domain_of(uri)
    actor = Actor(
        id=0,
        kind=kind,
        uri=uri,
        username=_username(document, kind, host),
        domain=host,
        host=host,
        name=values.line(document.get("name"), limits.NAME.size) or _chosen(names, languages),
        names=names,
        summary=_summary(document) or _chosen(summaries, languages),
        summaries=summaries,
        url=values.link(_pages(document.get("url")), uri) or uri,
        inbox=_inbox(document, uri),
        shared_inbox=_shared_inbox(document, uri),
        outbox=_near(document.get("outbox"), uri),
        followers=_near(document.get("followers"), uri),
        following=_near(document.get("following"), uri),
        featured=_near(document.get("featured"), uri),
        icon=image_of(document.get("icon"), uri),
        image=image_of(document.get("image"), uri),
        fields=_fields(document),
        locked=values.flag(
            document.get("manuallyApprovesFollowers", document.get(READ_SPELLED_OUT))
        ),
        discoverable=values.flag(document.get("discoverable")),
        indexable=values.flag(document.get("indexable")),
        bot=kind in _AUTOMATIC,
        shares_groups=CLOSED_GROUPS in _implemented(document),
        also_known_as=values.uris(document.get("alsoKnownAs"), limits.ALIASES.size),
        moved_to=values.uri(document.get("movedTo")),
        created=values.when(document.get("published")) or 0,
        updated=values.when(document.get("updated")) or 0,
    )
    return Profile(actor=actor, keys=tuple(_keys(document, uri)))


def webfinger_claim(document: Document) -> str:
    """Return the handle that an actor document claims (FEP-2c59), unconfirmed, or ""."""
    return values.line(document.get("webfinger"), limits.USERNAME.size)


def key_owner(document: Document) -> str:
    """Return whom a fetched key document belongs to: a Key's owner or controller, the owner in
    the actor stub that GoToSocial serves at a key's id, or the actor itself; "" if it says none."""
    found = values.uri(document.get("owner")) or values.uri(document.get("controller"))
    if found:
        return found
    for key in values.items(document.get("publicKey")):
        if isinstance(key, dict) and values.uri(key.get("owner")):
            return values.uri(key["owner"])
    return values.uri(document.get("id")) if values.uri(document.get("inbox")) else ""


def _kind(document: Document) -> ActorKind:
    for kind in values.types(document):
        if kind in ActorKind._value2member_map_:
            return ActorKind(kind)
    raise Invalid("This is not an actor.", code="not_an_actor")


def _username(document: Document, kind: ActorKind, host: str) -> str:
    """The user name as stated, never guessed from the path. Server actors may have none (Lemmy's
    Application); they go by their host, as Mastodon's do."""
    name = values.text(document.get("preferredUsername"), limits.USERNAME.size + 1)
    if not name and kind in _AUTOMATIC:
        name = host.partition(":")[0]
    if not valid_remote_username(name):
        raise Invalid("The actor's user name cannot be used here.", code="invalid_username")
    return name


def _implemented(document: Document) -> frozenset[str]:
    """What its server says that it understands (FEP-844e): the server actor says it of itself,
    every other of its `generator`."""
    generator = values.first(document.get("generator"))
    stated = values.items(document.get("implements"))
    if isinstance(generator, dict):
        stated += values.items(generator.get("implements"))
    hrefs = [one.get("href") if isinstance(one, dict) else one for one in stated]
    return frozenset(href for href in hrefs[: limits.OBJECTS.size] if isinstance(href, str))


def _summary(document: Document) -> str:
    """The description; PeerTube's is plain text, whose line breaks are kept."""
    words = values.text(document.get("summary"), limits.SUMMARY.size)
    if "<" not in words and "\n" in words:
        blocks = words.replace("\r\n", "\n").split("\n\n")
        words = "".join(f"<p>{b.strip().replace(chr(10), '<br>')}</p>" for b in blocks if b.strip())
    return clean(words)


def _by_language(document: Document, key: str, most: int) -> dict[str, str]:
    found = values.by_language(document.get(f"{key}Map"), most)
    return found or values.by_language(document.get(key), most)


def _chosen(tagged: Mapping[str, str], languages: Sequence[str]) -> str:
    return tagged[preferred(tagged, languages)] if tagged else ""


def _pages(value: Any) -> Any:
    """Of several links the one to a page for people (PeerTube, WordPress)."""
    for item in values.items(value):
        if isinstance(item, dict) and "text/html" in (item.get("mediaType"), item.get("mimeType")):
            return item
    return value


def _inbox(document: Document, uri: str) -> str:
    """The inbox, on the actor's own host: at another it would be somebody else who got our posts,
    as many as an attacker has actors."""
    inbox = values.uri(document.get("inbox"))
    if not inbox:
        raise Invalid("The actor has no inbox.", code="no_inbox")
    if not same_host(inbox, uri):
        raise Invalid("The actor's inbox is on another server.", code="foreign_inbox")
    return inbox


def _shared_inbox(document: Document, uri: str) -> str:
    """The shared inbox, only on the actor's own host: another's would get everybody's mail."""
    endpoints = values.first(document.get("endpoints"))
    shared = endpoints.get("sharedInbox") if isinstance(endpoints, dict) else None
    return _near(shared or document.get("sharedInbox"), uri)


def _near(value: Any, uri: str) -> str:
    """A collection's id, if it is on the actor's host; an inlined collection is named by its id."""
    found = values.uri(value)
    return found if same_host(found, uri) else ""


def _fields(document: Document) -> tuple[Field, ...]:
    found: list[Field] = []
    for item in values.items(document.get("attachment")):
        if isinstance(item, dict) and "PropertyValue" in _short_types(item):
            name = values.line(item.get("name"), limits.FIELD.size)
            value = clean(values.text(item.get("value"), limits.FIELD.size))
            if name:
                found.append(Field(name, value))
                if len(found) == limits.FIELDS.size:
                    break
    return tuple(found)


def _short_types(item: Document) -> tuple[str, ...]:
    return tuple(kind.removeprefix("schema:") for kind in values.types(item))


def _keys(document: Document, uri: str) -> Iterator[Key]:
    listed = values.items(document.get("publicKey")) + values.items(document.get("assertionMethod"))
    seen: set[str] = set()
    for item in listed[: limits.KEYS.size]:
        if isinstance(item, dict):
            key = _key(item, uri)
            if key is not None and key.uri not in seen:
                seen.add(key.uri)
                yield key


def _key(item: Document, uri: str) -> Key | None:
    """One key, or None for what is another's or of a kind we cannot verify with."""
    key_uri = values.uri(item.get("id"))
    owner = values.uri(item.get("owner") or item.get("controller"))
    if owner != uri or not same_host(key_uri, uri):
        return None
    try:
        if item.get("publicKeyMultibase") is not None:
            public = key_material.from_multibase(item["publicKeyMultibase"])
        else:
            public = key_material.load_public(values.literal(item.get("publicKeyPem")))
        kind = KeyKind(key_material.kind_of(public))
        rsa = kind is KeyKind.RSA
        written = key_material.public_pem(public) if rsa else _multibase(public)
    except Invalid:
        return None
    ended = [values.when(item.get(word)) for word in ("revoked", "expires")]
    return Key(
        uri=key_uri,
        actor_id=0,
        kind=kind,
        public=written,
        created=values.when(item.get("created")) or 0,
        retired=min((moment for moment in ended if moment is not None), default=None),
    )


def _multibase(public: Any) -> str:
    return key_material.to_multibase(public)
