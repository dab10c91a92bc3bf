"""Actor documents: Organization, Person, Group, Service and the Application actor.

The RSA key stands as one object in `publicKey`, never a list; the Ed25519 key as a Multikey in
`assertionMethod` (FEP-521a). `webfinger` is the way back to the handle (FEP-2c59), `implements`
says that RFC 9421 signatures and closed groups are understood (FEP-844e).
"""

from typing import Any, Final

from actors.departments import identifier_of
from actors.people import Actor, ActorKind, Key, KeyKind, Profile
from actors.urls import Urls
from actors.vocabulary import CLOSED_GROUPS
from outbox.objects import media
from outbox.objects.moment import stamp

_IMPLEMENTS: Final = [
    {
        "type": "Link",
        "href": "https://datatracker.ietf.org/doc/html/rfc9421",
        "name": "RFC-9421: HTTP Message Signatures",
    },
    {
        "type": "Link",
        "href": "https://datatracker.ietf.org/doc/html/rfc9421#name-eddsa-using-curve-edwards25",
        "name": "RFC-9421 signatures using the Ed25519 algorithm",
    },
    {"type": "Link", "href": CLOSED_GROUPS, "name": "Closed groups across servers"},
]


def write(profile: Profile, urls: Urls) -> dict[str, Any]:
    """Return the document of one of our actors, without `@context`."""
    actor = profile.actor
    shape: dict[str, Any] = {
        "type": actor.kind.value,
        "id": actor.uri,
        "preferredUsername": actor.username,
        "webfinger": f"{actor.username}@{actor.domain or urls.handle_domain}",
        "name": actor.name,
        "summary": actor.summary,
        "inbox": actor.inbox,
        "manuallyApprovesFollowers": actor.locked,
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
    }
    _links(shape, actor, urls)
    _looks(shape, actor)
    _past(shape, actor)
    _keys(shape, profile)
    _capabilities(shape, actor, urls)
    return shape


def _links(shape: dict[str, Any], actor: Actor, urls: Urls) -> None:
    for term in ("outbox", "followers", "following", "featured", "url"):
        if address := getattr(actor, term):
            shape[term] = address
    local = urls.parse(actor.uri)
    if local is not None and local.kind == "actor":
        shape["featuredTags"] = urls.actor(local.id, "tags")
        if actor.kind is ActorKind.GROUP:
            shape["attributedTo"] = urls.actor(local.id, "moderators")
    shape["endpoints"] = {"sharedInbox": actor.shared_inbox or urls.shared_inbox()}
    if local is not None and local.kind == "actor":
        shape["endpoints"] |= {
            "oauthAuthorizationEndpoint": urls.page("oauth/authorize"),
            "oauthTokenEndpoint": urls.page("oauth/token"),
        }


def _looks(shape: dict[str, Any], actor: Actor) -> None:
    if actor.names:
        shape["nameMap"] = dict(actor.names)
    if actor.summaries:
        shape["summaryMap"] = dict(actor.summaries)
    if actor.icon is not None:
        shape["icon"] = media.image(actor.icon)
    if actor.image is not None:
        shape["image"] = media.image(actor.image)
    shape["attachment"] = [
        {"type": "PropertyValue", "name": field.name, "value": field.value}
        for field in actor.fields
    ]
    if identifier := identifier_of(actor.fields):
        shape["identifier"] = identifier


def _past(shape: dict[str, Any], actor: Actor) -> None:
    if actor.created:
        shape["published"] = stamp(actor.created)
    if actor.updated:
        shape["updated"] = stamp(actor.updated)
    if actor.also_known_as:
        shape["alsoKnownAs"] = list(actor.also_known_as)
    if actor.moved_to:
        shape["movedTo"] = actor.moved_to


def _keys(shape: dict[str, Any], profile: Profile) -> None:
    owner = profile.actor.uri
    rsa = _newest(profile.keys, KeyKind.RSA)
    if rsa is not None:
        shape["publicKey"] = {"id": rsa.uri, "owner": owner, "publicKeyPem": rsa.public}
    multikeys = [
        {"type": "Multikey", "id": key.uri, "controller": owner, "publicKeyMultibase": key.public}
        for key in profile.keys
        if key.kind is KeyKind.ED25519 and key.retired is None
    ]
    if multikeys:
        shape["assertionMethod"] = multikeys


def _newest(keys: tuple[Key, ...], kind: KeyKind) -> Key | None:
    """Return the key to show: the newest that is not retired, so that a peer learns of one that
    waits for its turn (rotation) before anything is signed with it."""
    shown = [key for key in keys if key.kind is kind and key.retired is None]
    return max(shown, key=lambda key: key.created, default=None)


def _capabilities(shape: dict[str, Any], actor: Actor, urls: Urls) -> None:
    if actor.kind is ActorKind.APPLICATION:
        shape["implements"] = _IMPLEMENTS
    else:
        shape["generator"] = {
            "type": "Application",
            "id": urls.application(),
            "implements": _IMPLEMENTS,
        }
