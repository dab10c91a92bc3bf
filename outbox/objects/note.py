"""A Note as other servers read it, and the Question, which is a Note with a poll.

Who it is for and where its replies are stands in the record already (outbox/objects/record.py);
here nothing is decided. Read back by inbox/activities/create.py to the same record.
"""

from dataclasses import replace
from typing import Any

from actors.hashtags import hashtag_key
from actors.posts import Emoji, Media, Mention, Note, Quotable
from actors.urls import Urls
from actors.vocabulary import PUBLIC
from outbox.objects import media
from outbox.objects.moment import stamp
from outbox.objects.question import poll


def write(note: Note, urls: Urls) -> dict[str, Any]:
    """Return the JSON of a Note or Question, without `@context`."""
    shape: dict[str, Any] = {
        "type": "Question" if note.question else note.kind,
        "id": note.uri,
        "attributedTo": note.attributed_to,
        "published": stamp(note.published),
        "to": list(note.to),
        "cc": list(note.cc),
        "sensitive": note.sensitive,
        "content": note.content,
    }
    if note.audience:
        shape["audience"] = one_or_list(note.audience)
    _wording(shape, note)
    _place(shape, note)
    if note.updated is not None:
        shape["updated"] = stamp(note.updated)
    shape["attachment"] = [media.attachment(item) for item in _files(note, urls)]
    shape["tag"] = tags(note, urls)
    if note.question is not None:
        shape.update(poll(note.question))
    _collections(shape, note, urls)
    return shape


def _files(note: Note, urls: Urls) -> tuple[Media, ...]:
    """Return the files of a post; those of what is in a closed group, whose members' servers read
    it signed, by addresses that are of no use to anybody else."""
    local = urls.parse(note.uri)
    if local is None or local.kind != "post" or not note.audience or PUBLIC in (*note.to, *note.cc):
        return note.media
    return tuple(
        replace(one, url=urls.file(local.id, one.url), preview=urls.file(local.id, one.preview))
        for one in note.media
    )


def one_or_list(uris: tuple[str, ...]) -> str | list[str]:
    """Return one URI as itself: nobody but us reads `audience` as a list (FEP-1b12)."""
    return uris[0] if len(uris) == 1 else list(uris)


def _wording(shape: dict[str, Any], note: Note) -> None:
    if note.content_map:
        shape["contentMap"] = dict(note.content_map)
    if note.summary:
        shape["summary"] = note.summary
    if note.name:
        shape["name"] = note.name
    if note.url:
        shape["url"] = note.url


def _place(shape: dict[str, Any], note: Note) -> None:
    """Say where it stands: what it answers, which conversation, what it quotes (FEP-044f and the
    three older spellings)."""
    if note.in_reply_to:
        shape["inReplyTo"] = note.in_reply_to
    if note.context:
        shape["context"] = shape["conversation"] = note.context
    if note.quote:
        for term in ("quote", "quoteUrl", "quoteUri", "_misskey_quote"):
            shape[term] = note.quote
    if note.stamp:
        shape["quoteAuthorization"] = note.stamp
    if note.can_quote is not None:
        shape["interactionPolicy"] = {"canQuote": _policy(note.can_quote)}


def _policy(policy: Quotable) -> dict[str, Any]:
    """Return who may quote, in the words of FEP-044f."""
    stated: dict[str, Any] = {"automaticApproval": list(policy.automatic)}
    return {**stated, "manualApproval": list(policy.manual)} if policy.manual else stated


def _collections(shape: dict[str, Any], note: Note, urls: Urls) -> None:
    """Link the collections of a post of ours; another's post is never written with them."""
    if note.replies:
        shape["replies"] = note.replies
    local = urls.parse(note.uri)
    if local is not None and local.kind == "post":
        shape["likes"] = urls.post(local.id, "likes")
        shape["shares"] = urls.post(local.id, "shares")


def tags(note: Note, urls: Urls) -> list[dict[str, Any]]:
    """Return mentions, hashtags and emojis as a list, however few."""
    return [
        *(_mention(mention) for mention in note.mentions),
        *(hashtag(name, urls) for name in note.hashtags),
        *(_emoji(emoji) for emoji in note.emojis),
    ]


def hashtag(name: str, urls: Urls) -> dict[str, Any]:
    """Return a Hashtag; its `href` is the tag's page here, in small letters."""
    bare = name.removeprefix("#")
    return {"type": "Hashtag", "href": urls.tag(hashtag_key(bare)), "name": f"#{bare}"}


def _mention(mention: Mention) -> dict[str, Any]:
    return {"type": "Mention", "href": mention.href, "name": mention.name}


def _emoji(emoji: Emoji) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "type": "Emoji",
        "name": f":{emoji.name.strip(':')}:",
        "icon": {"type": "Image", "url": emoji.icon},
    }
    return {**shape, "id": emoji.uri} if emoji.uri else shape
