"""Reading accounts: one, many, whoever is signed in, and what an account wrote."""

from actors.errors import NotFound
from actors.html import plain
from fedi.mastodon.asking import Ask, By, Reply, get, joined, ok
from fedi.mastodon.entities import Account, Entity, Field
from fedi.store import hydrating
from fedi.store.engine import Tx

GONE = "Record not found"
MOST_AT_ONCE = 40


class Source(Entity, kw_only=True):
    """What the owner of an account may change, as plain text."""

    attribution_domains: list[str]
    note: str
    fields: list[Field]
    privacy: str
    sensitive: bool
    language: str | None
    discoverable: bool | None
    hide_collections: bool | None
    indexable: bool
    follow_requests_count: int
    quote_policy: str


class Role(Entity, kw_only=True):
    id: str
    name: str
    permissions: str
    color: str
    highlighted: bool
    collection_limit: int | None = None


class CredentialAccount(Account, kw_only=True):
    source: Source
    role: Role


async def verify_credentials(ask: Ask) -> Reply:
    """GET /api/v1/accounts/verify_credentials."""
    return ok(await ask.api.engine.glance(lambda tx: credentials(tx, ask)))


async def credentials(tx: Tx, ask: Ask) -> CredentialAccount:
    """Return the account that the caller speaks as, with what only its owner sees."""
    me = ask.me
    entity = (await ask.api.renderer.account_entities(tx, [me.id], ask.viewer))[me.id]
    return CredentialAccount(
        **{name: getattr(entity, name) for name in entity.__struct_fields__},
        source=Source(
            attribution_domains=[],
            note=plain(me.summary),
            fields=[Field(name=one.name, value=plain(one.value)) for one in me.fields],
            privacy="private" if me.default_audience == "internal" else "public",
            sensitive=False,
            language=me.language or None,
            discoverable=me.discoverable,
            hide_collections=me.hides_totals,
            indexable=me.indexable,
            follow_requests_count=await hydrating.follow_requests(tx, me.id),
            quote_policy="public",
        ),
        role=Role(id="-99", name="", permissions="0", color="", highlighted=False),
    )


async def show(ask: Ask) -> Reply:
    """GET /api/v1/accounts/:id."""
    id = ask.id()
    found = await ask.api.engine.glance(lambda tx: ask.api.renderer.account(tx, id, ask.viewer))
    if found is None:
        raise NotFound(GONE)
    return Reply(found)


async def several(ask: Ask) -> Reply:
    """GET /api/v1/accounts?id[]=…; those that aren't there are passed over."""
    wanted = ask.ids("id")[:MOST_AT_ONCE]
    return joined(
        await ask.api.engine.glance(lambda tx: ask.api.renderer.accounts(tx, wanted, ask.viewer))
    )


ROUTES = (
    get("/api/v1/accounts", several, "read:accounts", by=By.ANYONE),
    get("/api/v1/accounts/verify_credentials", verify_credentials, "profile", "read:accounts"),
    get("/api/v1/accounts/{id}", show, "read:accounts", by=By.ANYONE),
)
