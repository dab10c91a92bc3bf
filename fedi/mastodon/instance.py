"""The house as apps see it: instance v1 and v2 and their sub-pages, custom emojis.

`version` says which Mastodon this behaves like, then the true name (client-api.md §2.1);
`api_versions.mastodon` is a promise, raised only when the level is whole.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from actors import ids
from actors.audience import Nobody
from actors.html import escape
from fedi.mastodon.api import Api
from fedi.mastodon.asking import Ask, By, Reply, get, joined, ok
from fedi.mastodon.entities import moment
from fedi.store import house
from fedi.store.engine import Tx
from fedi.version import VERSION

BEHAVES_LIKE: Final = "4.6.0"
API_LEVEL: Final = 10
NAME: Final = "fedi"
PINS: Final = 5
FEATURED_TAGS: Final = 10
LANGUAGES: Final = ["nb", "nn", "se", "en"]
_TYPES: Final = [
    "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif", "image/heic", "image/heif",
    "video/mp4", "video/quicktime", "video/webm", "audio/mpeg", "audio/mp4", "audio/ogg",
    "audio/flac", "audio/wav", "application/pdf",
]  # fmt: skip


def _version() -> str:
    return f"{BEHAVES_LIKE} (compatible; {NAME} {VERSION})"


def _limits(ask: Ask) -> dict[str, Any]:
    limits, media = ask.api.config.limits, ask.api.config.media
    return {
        "accounts": {
            "max_featured_tags": FEATURED_TAGS,
            "max_pinned_statuses": PINS,
            "max_display_name_length": limits.name_characters,
            "max_note_length": limits.summary_characters,
            "max_profile_fields": limits.fields,
            "profile_field_name_limit": limits.field_characters,
            "profile_field_value_limit": limits.field_characters,
            "max_avatar_description_length": limits.alt_characters,
            "max_header_description_length": limits.alt_characters,
        },
        "statuses": {
            "max_characters": limits.post_characters,
            "max_media_attachments": limits.attachments,
            "characters_reserved_per_url": 23,
        },
        "media_attachments": {
            "description_limit": limits.alt_characters,
            "supported_mime_types": _TYPES,
            "image_size_limit": media.image_bytes,
            "image_matrix_limit": media.image_pixels,
            "video_size_limit": media.video_bytes,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": 8_294_400,
        },
        "polls": {
            "max_options": limits.poll_options,
            "max_characters_per_option": limits.poll_option_characters,
            "min_expiration": 300,
            "max_expiration": 2_629_746,
        },
    }


async def _contact(ask: Ask, tx: Tx) -> msgspec.Raw | None:
    first = await house.contact(tx)
    found = await ask.api.renderer.account(tx, first, Nobody()) if first is not None else None
    return None if found is None else msgspec.Raw(found)


def _configuration(ask: Ask, push_key: str) -> dict[str, Any]:
    """Return what apps need to know to work with this server."""
    return {
        "urls": {
            "streaming": ask.api.config.streaming_url,
            "status": None,
            "about": ask.api.urls.page("about"),
            "privacy_policy": ask.api.urls.page("privacy"),
            "terms_of_service": None,
        },
        "vapid": {"public_key": push_key},
        **_limits(ask),
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "public", "remote": "authenticated"},
            "hashtag_feeds": {"local": "public", "remote": "public"},
            "trending_link_feeds": {"local": "authenticated", "remote": "authenticated"},
        },
        "limited_federation": ask.api.config.federation.mode == "allowlist",
    }


def _email(api: Api) -> str:
    """Return where the house is written to; without a port, which is in the domain only in lab
    mode and never in an address."""
    host = urlsplit(f"//{api.urls.handle_domain}").hostname
    return api.config.organisation.contact or f"post@{host}"


async def v2(ask: Ask) -> Reply:
    """GET /api/v2/instance."""
    api, organisation = ask.api, ask.api.config.organisation
    push_key = await api.push.server_key()

    async def query(tx: Tx) -> Reply:
        thumbnail = api.urls.page("thumbnail.png")
        return ok({
            "domain": api.urls.handle_domain,
            "title": organisation.name or api.urls.handle_domain,
            "version": _version(),
            "source_url": api.urls.page("about"),
            "description": await house.description(tx),
            "usage": {"users": {"active_month": await house.active(tx, _month_ago(ask))}},
            "thumbnail": {
                "url": thumbnail, "blurhash": None, "description": "",
                "versions": {"@1x": thumbnail, "@2x": thumbnail},
            },
            "icon": [{"src": api.urls.page("icon.png"), "size": "192x192"}],
            "languages": LANGUAGES,
            "configuration": _configuration(ask, push_key),
            "registrations": {
                "enabled": api.config.lab.enabled,
                "approval_required": False,
                "reason_required": False,
                "message": None,
                "min_age": None,
                "url": None,
            },
            "api_versions": {"mastodon": API_LEVEL, "fedi": 1},
            "contact": {
                "email": _email(api),
                "account": await _contact(ask, tx),
            },
            "rules": await house.rules(tx),
            "wrapstodon": None,
        })  # fmt: skip

    return await api.engine.glance(query)


async def v1(ask: Ask) -> Reply:
    """GET /api/v1/instance, which older apps still ask first."""
    api, organisation = ask.api, ask.api.config.organisation

    async def query(tx: Tx) -> Reply:
        counts = await house.counts(tx)
        limits = _limits(ask)
        description = await house.description(tx)
        return ok(
            {
                "uri": api.urls.handle_domain,
                "title": organisation.name or api.urls.handle_domain,
                "short_description": description,
                "description": description,
                "email": _email(api),
                "version": _version(),
                "urls": {"streaming_api": ask.api.config.streaming_url},
                "stats": {
                    "user_count": counts.people,
                    "status_count": counts.posts,
                    "domain_count": counts.domains,
                },
                "thumbnail": api.urls.page("thumbnail.png"),
                "languages": LANGUAGES,
                "registrations": api.config.lab.enabled,
                "approval_required": False,
                "invites_enabled": False,
                "configuration": limits,
                "contact_account": await _contact(ask, tx),
                "rules": await house.rules(tx),
            }
        )

    return await api.engine.glance(query)


def _month_ago(ask: Ask) -> int:
    return ask.api.clock.now() - 30 * 86_400_000


async def peers(ask: Ask) -> Reply:
    """GET /api/v1/instance/peers: empty, since whom we talk with is nobody's business."""
    return joined(())


async def activity(ask: Ask) -> Reply:
    """GET /api/v1/instance/activity: twelve weeks, the newest first; numbers as texts."""
    now = datetime.fromtimestamp(ask.api.clock.now() / 1000, UTC)
    monday = (now - timedelta(days=now.weekday())).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    weeks = [int((monday - timedelta(weeks=back)).timestamp()) for back in range(12)]

    async def query(tx: Tx) -> list[dict[str, str]]:
        found = []
        for start in weeks:
            begin, end = start * 1000, (start + 7 * 86_400) * 1000
            found.append(
                {
                    "week": str(start),
                    "statuses": str(await house.posts_between(tx, ids.at(begin), ids.at(end))),
                    "logins": str(await house.active_between(tx, begin, end)),
                    "registrations": str(await house.arrived_between(tx, begin, end)),
                }
            )
        return found

    return ok(await ask.api.engine.read(query))


async def rules(ask: Ask) -> Reply:
    """GET /api/v1/instance/rules."""
    return ok(await ask.api.engine.glance(house.rules))


async def domain_blocks(ask: Ask) -> Reply:
    """GET /api/v1/instance/domain_blocks, for those inside."""
    found = await ask.api.engine.glance(house.blocked_domains)
    return ok(
        [
            {
                "domain": domain,
                "digest": hashlib.sha256(domain.encode()).hexdigest(),
                "severity": "suspend",
                "comment": comment,
            }
            for domain, comment in found
        ]
    )


async def extended_description(ask: Ask) -> Reply:
    """GET /api/v1/instance/extended_description."""
    text = await ask.api.engine.glance(house.description)
    return ok(
        {
            "updated_at": moment(await ask.api.engine.glance(house.founded)),
            "content": f"<p>{escape(text)}</p>",
        }
    )


async def privacy_policy(ask: Ask) -> Reply:
    """GET /api/v1/instance/privacy_policy."""
    return ok(
        {
            "updated_at": moment(await ask.api.engine.glance(house.founded)),
            "content": (
                "<p>Innlegg merket intern blir i huset. Alt annet kan leses av dem innlegget er"
                " adressert til. Ingen reklame, ingen sporing.</p>"
            ),
        }
    )


async def terms(ask: Ask) -> Reply:
    """GET /api/v1/instance/terms_of_service(/:date): the house has none of its own."""
    day = moment(await ask.api.engine.glance(house.founded))[:10]
    return ok({
        "effective_date": day, "effective": True, "content": "", "succeeded_by": None,
    })  # fmt: skip


async def translation_languages(ask: Ask) -> Reply:
    """GET /api/v1/instance/translation_languages: a post is shown in the versions it carries."""
    return ok({})


async def languages(ask: Ask) -> Reply:
    """GET /api/v1/instance/languages."""
    names = {"nb": "Norsk bokmål", "nn": "Norsk nynorsk", "se": "Davvisámegiella", "en": "English"}
    return ok([{"code": code, "name": name} for code, name in names.items()])


async def none(ask: Ask) -> Reply:
    """Answer a list that is always empty here."""
    return joined(())


async def campaigns(ask: Ask) -> Reply:
    """GET /api/v1/donation_campaigns: none."""
    return Reply(b"", 204)


_ON: Final = "/api/v1/instance"
ROUTES: Final = (
    get("/api/v2/instance", v2, by=By.ANYONE),
    get(_ON, v1, by=By.ANYONE),
    get(f"{_ON}/peers", peers, by=By.ANYONE),
    get("/api/v1/peers/search", none, by=By.ANYONE),
    get(f"{_ON}/activity", activity, by=By.ANYONE),
    get(f"{_ON}/rules", rules, by=By.ANYONE),
    get(f"{_ON}/domain_blocks", domain_blocks),
    get(f"{_ON}/extended_description", extended_description, by=By.ANYONE),
    get(f"{_ON}/privacy_policy", privacy_policy, by=By.ANYONE),
    get(f"{_ON}/terms_of_service", terms, by=By.ANYONE),
    get(f"{_ON}/terms_of_service/{{date}}", terms, by=By.ANYONE),
    get(f"{_ON}/translation_languages", translation_languages, by=By.ANYONE),
    get(f"{_ON}/languages", languages, by=By.ANYONE),
    get("/api/v1/custom_emojis", none, by=By.ANYONE),
    get("/api/v1/donation_campaigns", campaigns, by=By.ANYONE),
)
