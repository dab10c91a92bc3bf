"""Who the tests of this room are about: departments and people of Nordvik, and some from outside.

Nordvik has split domains: handles at nordvik.test, actors at sosial.nordvik.test.
"""

from dataclasses import replace

from actors.people import Actor, ActorKind, Field, Image, Key, KeyKind, Profile
from actors.posts import Hashtag, Media, Option, Poll, Post, Visibility
from actors.urls import Urls
from outbox.objects.record import Named, Surroundings

NOW = 1_764_000_000_000
URLS = Urls("https://sosial.nordvik.test", "nordvik.test")

RSA_PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAreXzcOWQ5uUmxEcP3NoG
MQcgSyuDT2XKdwH3xsVSoroaYivQX2KPKSDIJJzUMLvWcLy20TnSrQzf0cZ/jgun
sIiQlAuj7S2Xj0kGdpP9SHMPHj70D/NziJ9n19kW/Q72IVBf8rGfRN0zsAWJVHjO
3s57rJbK577goRtzkFWj71ivG99LFMsdYKUKDAF6IpeoOtelHEAD4N3pVK/nN2tw
MX742PYrpECMrkmqNPQS0/FbBO5pZ8DjVM1nN45ReinBZMpkKBjIdmMZ1eKHh5rT
TfzfTWLsiE8p/Tf6i2UrE+10FkPlxbWhDbsuDRyVxMouUsVtjGu9dDOWyzkUlkK9
IwIDAQAB
-----END PUBLIC KEY-----
"""
MULTIKEY = "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"


def local(id: int, kind: ActorKind, username: str, name: str) -> Actor:
    """One of our actors, with all its addresses."""
    return Actor(
        id=id,
        kind=kind,
        uri=URLS.actor(id),
        local=True,
        username=username,
        host="sosial.nordvik.test",
        name=name,
        url=URLS.profile(username),
        inbox=URLS.actor(id, "inbox"),
        shared_inbox=URLS.shared_inbox(),
        outbox=URLS.actor(id, "outbox"),
        followers=URLS.actor(id, "followers"),
        following=URLS.actor(id, "following"),
        featured=URLS.actor(id, "featured"),
        created=NOW - 86_400_000,
        updated=NOW,
    )


def remote(id: int, host: str, username: str, *, shared: str = "") -> Actor:
    """An actor of another server."""
    uri = f"https://{host}/users/{username}"
    return Actor(
        id=id,
        kind=ActorKind.PERSON,
        uri=uri,
        username=username,
        domain=host,
        host=host,
        url=f"https://{host}/@{username}",
        inbox=f"{uri}/inbox",
        shared_inbox=shared,
        followers=f"{uri}/followers",
    )


def keys_of(actor: Actor) -> tuple[Key, ...]:
    """The RSA and the Ed25519 key of one of our actors."""
    rsa = URLS.key(actor.uri, "main-key")
    ed25519 = URLS.key(actor.uri, "ed25519-key")
    return (
        Key(uri=rsa, actor_id=actor.id, kind=KeyKind.RSA, public=RSA_PEM),
        Key(uri=ed25519, actor_id=actor.id, kind=KeyKind.ED25519, public=MULTIKEY),
    )


LEDERGRUPPEN = replace(
    local(101, ActorKind.ORGANIZATION, "ledergruppen", "Ledergruppen"),
    summary="<p>Nordvik kommunes ledergruppe.</p>",
    names={"nb": "Ledergruppen", "en": "The management group"},
    summaries={"nb": "<p>Nordvik kommunes ledergruppe.</p>", "en": "<p>Who runs Nordvik.</p>"},
    icon=Image(URLS.media("vapen.png"), "image/png", "Kommunevåpenet: et skip i blått"),
    image=Image(URLS.media("fjord.jpg"), "image/jpeg"),
    fields=(Field("Telefon", "00 00 00 00"), Field("Møter", "<p>Hver tirsdag</p>")),
    discoverable=True,
    indexable=True,
)
KARI = replace(local(102, ActorKind.PERSON, "kari", "Kari Nordmann"), locked=True)
ALLE = local(103, ActorKind.GROUP, "alle", "Alle ansatte")
APPLICATION = replace(
    local(100, ActorKind.APPLICATION, "nordvik", "Nordvik kommune"),
    uri=URLS.application(),
    inbox=f"{URLS.application()}/inbox",
    outbox=f"{URLS.application()}/outbox",
    followers=f"{URLS.application()}/followers",
    following=f"{URLS.application()}/following",
    featured="",
)
ALICE = remote(201, "mastodon.test", "alice", shared="https://mastodon.test/inbox")
ANNE = remote(202, "mastodon.test", "anne", shared="https://mastodon.test/inbox")
BRIT = remote(203, "gotosocial.test", "brit")
CARL = remote(204, "bridge.test", "carl", shared="https://elsewhere.test/inbox")

LEDERGRUPPEN_PROFILE = Profile(actor=LEDERGRUPPEN, keys=keys_of(LEDERGRUPPEN))
KARI_PROFILE = Profile(actor=KARI, keys=keys_of(KARI))
APPLICATION_PROFILE = Profile(actor=APPLICATION, keys=keys_of(APPLICATION))


def post(id: int, author: Actor, visibility: Visibility = Visibility.PUBLIC) -> Post:
    """A post of ours with a line of text."""
    return Post(
        id=id,
        uri=URLS.post(id),
        author_id=author.id,
        visibility=visibility,
        local=True,
        content="<p>Vegen er stengd.</p>",
        language="nn",
        url=URLS.post(id),
        published=NOW,
        context=URLS.context(id),
    )


NOTICE = replace(
    post(301, LEDERGRUPPEN),
    content="<p>Møtet er flyttet.</p>",
    content_map={"nb": "<p>Møtet er flyttet.</p>", "en": "<p>The meeting is moved.</p>"},
    language="nb",
    summary="Om møtet",
    sensitive=True,
    edited=NOW + 61_005,
    quote="https://mastodon.test/users/alice/statuses/1",
    media=(
        Media(
            url=URLS.media("kart.png"),
            media_type="image/png",
            description="Kart over sentrum",
            width=640,
            height=480,
            blurhash="UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            focus=(0.0, -0.5),
        ),
        Media(url=URLS.media("referat.pdf"), media_type="application/pdf"),
    ),
)
NOTICE_AROUND = Surroundings(
    author=LEDERGRUPPEN,
    addressees=(Named(actor=ALICE), Named(actor=KARI), Named(actor=BRIT, silent=True)),
    hashtags=(Hashtag(post_id=301, name="møter", shown="Møter"),),
    parent="https://mastodon.test/users/alice/statuses/2",
)
POLL = replace(post(302, LEDERGRUPPEN), content="<p>Når passer det?</p>", language="nb")
POLL_AROUND = Surroundings(
    author=LEDERGRUPPEN,
    poll=Poll(
        post_id=302, options=(Option("Tirsdag"), Option("Onsdag")), multiple=True, ends=NOW + 1000
    ),
    votes=(3, 1),
    voters=3,
)
