"""ActivityStreams names, contexts and the Public constant: spelled here and nowhere else.

Source: ActivityStreams 2.0 vocabulary, the security and multikey contexts, and the terms that
Mastodon's toot: namespace gave the fediverse. `CONTEXT` is what every document of ours carries;
tests expand each shape we emit with pyld to prove that it says what it is meant to say.
"""

from typing import Final

ACTIVITYSTREAMS: Final = "https://www.w3.org/ns/activitystreams"
SECURITY: Final = "https://w3id.org/security/v1"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v1"
MULTIKEY: Final = "https://w3id.org/security/multikey/v1"

PUBLIC: Final = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_SPELLINGS: Final = frozenset({PUBLIC, "as:Public", "Public"})

CLOSED_GROUPS: Final = "urn:uuid:7d0f3a52-5a6c-4f0e-9f5d-0c5b1f6a9e21"
"""What a server says that it understands (FEP-844e `implements`) if it shows the posts of a closed
group to members of that group alone: FEDERATION.md, Groups."""

ACTIVITY_JSON: Final = "application/activity+json"

TERMS: Final[dict[str, object]] = {
    "toot": "http://joinmastodon.org/ns#",
    "schema": "http://schema.org#",
    "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
    "movedTo": {"@id": "as:movedTo", "@type": "@id"},
    "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
    "featured": {"@id": "toot:featured", "@type": "@id"},
    "featuredTags": {"@id": "toot:featuredTags", "@type": "@id"},
    "discoverable": "toot:discoverable",
    "indexable": "toot:indexable",
    "webfinger": "https://purl.archive.org/socialweb/webfinger#webfinger",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "identifier": "schema:identifier",
    "Hashtag": "as:Hashtag",
    "sensitive": "as:sensitive",
    "votersCount": "toot:votersCount",
    "Emoji": "toot:Emoji",
    "blurhash": "toot:blurhash",
    "focalPoint": {"@container": "@list", "@id": "toot:focalPoint"},
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "assertionMethod": {
        "@id": "https://w3id.org/security#assertionMethod",
        "@type": "@id",
        "@container": "@set",
    },
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteAuthorization": {
        "@id": "https://w3id.org/fep/044f#quoteAuthorization",
        "@type": "@id",
    },
    "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
    "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
    "gts": "https://gotosocial.org/ns#",
    "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
    "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
    "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
    "manualApproval": {"@id": "gts:manualApproval", "@type": "@id"},
    "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
    "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "implements": {
        "@id": "https://w3id.org/fep/844e#implements",
        "@type": "@id",
        "@container": "@set",
    },
}
CONTEXT: Final[list[object]] = [ACTIVITYSTREAMS, SECURITY, DATA_INTEGRITY, MULTIKEY, TERMS]

ACTOR_TYPES: Final = frozenset({"Person", "Organization", "Group", "Application", "Service"})
NOTE_TYPES: Final = frozenset({"Note", "Question"})
FOREIGN_TYPES: Final = frozenset({"Article", "Page", "Event", "Video", "Audio", "Image"})
POST_TYPES: Final = NOTE_TYPES | FOREIGN_TYPES
COLLECTION_TYPES: Final = frozenset(
    {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
)
