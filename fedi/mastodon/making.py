"""Records to entities: how an actor of ours or another's, a post, a poll, a file look to apps.

Pure: no reading, no reader. rendering.py puts what differs by reader around what is made here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from actors import ids
from actors.html import escape
from actors.people import Actor, ActorKind
from actors.posts import Emoji, Media, Post, Visibility
from actors.urls import Urls
from fedi.mastodon.approval import FOLLOWERS, approval_of
from fedi.mastodon.entities import (
    Account,
    Application,
    CardAuthor,
    CustomEmoji,
    FeatureApproval,
    Field,
    MediaAttachment,
    Mention,
    Poll,
    PollOption,
    PreviewCard,
    StatusHead,
    StatusTag,
    day,
    moment,
    moment_or_none,
)
from fedi.mastodon.files import Files
from fedi.mastodon.fragments import Fragment, Searched
from fedi.store.cards import Card
from fedi.store.hydrating import Counted, Whole
from outbox.objects.record import Surroundings, question_of

_ENCODE: Final = msgspec.json.Encoder().encode
_VISIBILITY: Final = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
    Visibility.INTERNAL: "private",
    Visibility.GROUP: "private",
}
_FALLBACK: Final = re.compile(r'<p class="quote-inline">.*?</p>\Z', re.DOTALL)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)


def visibility_name(visibility: Visibility) -> str:
    """Return a visibility by Mastodon's word; `local_only` tells internal from followers."""
    return _VISIBILITY[visibility]


@dataclass(frozen=True, slots=True)
class Making:
    """Makes entities. `proxied` gives the address here of another server's file."""

    urls: Urls
    proxied: Callable[[str], str]

    # -- accounts

    def account(self, counted: Counted) -> Account:
        actor = counted.actor
        avatar = self._picture(actor, actor.icon.url if actor.icon is not None else "", "avatar")
        header = self._picture(actor, actor.image.url if actor.image is not None else "", "header")
        shown = not actor.hides_totals
        return Account(
            id=ids.text(actor.id),
            username=actor.username,
            acct=acct(actor),
            display_name=actor.name,
            locked=actor.locked,
            bot=actor.kind in (ActorKind.SERVICE, ActorKind.APPLICATION) or actor.bot,
            discoverable=actor.discoverable,
            indexable=actor.indexable,
            noindex=not actor.indexable,
            group=actor.kind is ActorKind.GROUP,
            created_at=moment(actor.created)[:10] + "T00:00:00.000Z",
            note=actor.summary,
            url=self._web(actor.url) or self._web(actor.uri),
            uri=actor.uri,
            avatar=avatar,
            avatar_static=avatar,
            avatar_description=actor.icon.description if actor.icon is not None else "",
            header=header,
            header_static=header,
            header_description=actor.image.description if actor.image is not None else "",
            followers_count=counted.followers if shown else 0,
            following_count=counted.following if shown else 0,
            statuses_count=counted.posts,
            last_status_at=day(ids.moment(counted.last)) if counted.last is not None else None,
            hide_collections=actor.hides_totals,
            show_media=actor.shows_media,
            show_media_replies=actor.shows_media_replies,
            show_featured=actor.shows_featured,
            feature_approval=FeatureApproval(
                automatic=["public"] if actor.discoverable else [],
                manual=[],
                current_user="automatic" if actor.discoverable else "denied",
            ),
            emojis=[],
            fields=[
                Field(name=one.name, value=one.value, verified_at=moment_or_none(one.verified))
                for one in actor.fields
            ],
            roles=[],
            suspended=actor.suspended is not None,
        )

    def _picture(self, actor: Actor, url: str, kind: str) -> str:
        if not url:
            return self.urls.page(f"{kind}s/{ids.text(actor.id)}.png")
        return url if self.urls.is_local(url) else self.proxied(url)

    def _web(self, url: str) -> str:
        return url if _WEB.match(url) else ""

    # -- posts

    def fragment(self, whole: Whole) -> Fragment:
        """Return a post as it is kept: all of it that doesn't differ by reader, encoded."""
        post, around = whole.post, whole.around
        poll, quotable = self.poll(post, around), approval_of(post, around.author)
        alone = poll is None and post.boost_of is None and not post.quote
        return Fragment(
            id=post.id,
            head=_ENCODE(self.head(whole))[:-1],
            author_id=post.author_id,
            open=post.visibility in (Visibility.PUBLIC, Visibility.UNLISTED),
            parent=post.in_reply_to,
            boost_of=post.boost_of,
            poll=poll,
            quote=post.quote,
            quotable=quotable,
            root=post.context or post.uri,
            searched=self._searched(post, around),
            alone=alone,
            same=alone and post.in_reply_to is None and FOLLOWERS not in quotable,
        )

    def head(self, whole: Whole) -> StatusHead:
        post, around = whole.post, whole.around
        app = whole.app
        return StatusHead(
            id=ids.text(post.id),
            uri=post.uri,
            url=self.page(post, around.author),
            created_at=moment(post.published),
            edited_at=moment_or_none(post.edited),
            sensitive=post.sensitive or bool(post.summary),
            spoiler_text=post.summary,
            visibility=_VISIBILITY[post.visibility],
            local_only=post.visibility is Visibility.INTERNAL,
            language=post.language or None,
            content=self._content(post),
            text=None,
            replies_count=whole.replies,
            reblogs_count=whole.boosts,
            favourites_count=whole.likes,
            quotes_count=whole.quotes,
            media_attachments=self.attachments(post),
            mentions=[self.mention(named.actor) for named in around.addressees if not named.silent],
            tags=[StatusTag(name=tag.name, url=self.urls.tag(tag.name)) for tag in around.hashtags],
            emojis=self.emojis(post.emojis),
            card=None if whole.card is None else self.card(whole.card),
            application=Application(name=app[0], website=app[1] or None) if app else None,
            tagged_collections=[],
        )

    def card(self, card: Card) -> PreviewCard:
        """Return the preview of a page; its picture comes through here, never from there."""
        page = urlsplit(card.url)
        return PreviewCard(
            url=card.url,
            title=card.title,
            description=card.description,
            language=card.language or None,
            type=card.kind,
            author_name=card.author,
            author_url=card.author_url,
            provider_name=card.provider,
            provider_url=f"{page.scheme}://{page.netloc}",
            html="",
            width=card.width,
            height=card.height,
            image=self.proxied(card.image) if card.image else None,
            image_description=card.image_description,
            embed_url="",
            blurhash=None,
            published_at=moment_or_none(card.published),
            authors=[CardAuthor(name=card.author, url=card.author_url)] if card.author else [],
        )

    def page(self, post: Post, author: Actor) -> str:
        """Return where people read a post."""
        if not post.local:
            return self._web(post.url) or post.uri
        return post.uri

    def _content(self, post: Post) -> str:
        if post.local and post.quote:
            # For servers that know no quotes; apps get the quote itself.
            return _FALLBACK.sub("", post.content)
        if not post.name:
            return post.content
        link = escape(self._web(post.url) or post.uri)
        title = f"<p><strong>{escape(post.name)}</strong></p>"
        return f'{title}{post.content}<p><a href="{link}" rel="nofollow noopener">{link}</a></p>'

    def _searched(self, post: Post, around: Surroundings) -> Searched:
        options = around.poll.options if around.poll is not None else ()
        described = (media.description for media in post.media)
        titles = (option.title for option in options)
        return Searched(post.content, post.summary, post.name, *described, *titles)

    def mention(self, actor: Actor) -> Mention:
        return Mention(
            id=ids.text(actor.id),
            username=actor.username,
            url=self._web(actor.url) or actor.uri,
            acct=acct(actor),
        )

    def emojis(self, emojis: tuple[Emoji, ...]) -> list[CustomEmoji]:
        found = []
        for emoji in emojis:
            address = emoji.icon if self.urls.is_local(emoji.icon) else self.proxied(emoji.icon)
            name = emoji.name.strip(":")
            found.append(CustomEmoji(shortcode=name, url=address, static_url=address))
        return found

    def poll(self, post: Post, around: Surroundings) -> Poll | None:
        """Return the poll of a post as nobody in particular sees it."""
        question = question_of(around)
        if question is None:
            return None
        ends = question.ends if question.closed is None else question.closed
        return Poll(
            id=ids.text(post.id),
            expires_at=moment_or_none(ends),
            expired=question.closed is not None,
            multiple=question.multiple,
            votes_count=sum(option.votes for option in question.options),
            voters_count=question.voters if question.multiple or post.local else None,
            options=[PollOption(title=o.title, votes_count=o.votes) for o in question.options],
            emojis=[],
            voted=False,
            own_votes=[],
        )

    def attachments(self, post: Post) -> list[MediaAttachment]:
        """Return the files of a post; another's have ids made of the post's and their place."""
        return [
            self.attachment(media, f"{ids.text(post.id)}-{place}")
            for place, media in enumerate(post.media)
        ]

    def attachment(self, media: Media, id: str) -> MediaAttachment:
        return Files(self.urls, self.proxied).attachment(media, id)


def acct(actor: Actor) -> str:
    """Return the handle that apps show: without a domain for our own."""
    return actor.username if actor.local else f"{actor.username}@{actor.domain or _host(actor.uri)}"


def _host(uri: str) -> str:
    return urlsplit(uri).netloc
