"""Plain text to HTML, in two pure steps with the network between them.

`scan` finds what is written: handles, hashtags, links. The house resolves the handles
(fedi/resolve.py), and `render` makes the HTML that leaves, spelled so that actors.html.clean
would change nothing in it. One compiled pattern, linear time, bounded markup (trial 37).
Next: outbox/objects/note.py puts the HTML and the tags into a Note.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar
from urllib.parse import quote, urlsplit

from actors import html
from actors.errors import Invalid
from actors.handles import Handle, canonical_domain, domain_of, valid_remote_username
from actors.hashtags import hashtag_key

MENTIONS_MAX: Final = 100  # different handles in one post; later ones stay text
HASHTAGS_MAX: Final = 100  # different hashtags in one post
SPANS_MAX: Final = 1_000  # mentions, hashtags and links together, repeated ones included
HASHTAG_LENGTH_MAX: Final = 100
LINK_LENGTH: Final = 23  # what a link counts, however long it is (Mastodon's rule)
_LINK_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class MentionSpan:
    """`@kari` or `@kari@by.example` at text[start:end]."""

    start: int
    end: int
    handle: Handle


@dataclass(frozen=True, slots=True)
class HashtagSpan:
    """`#vei` at text[start:end]; `name` as written, without the sign."""

    start: int
    end: int
    name: str

    @property
    def key(self) -> str:
        """The form in which hashtags are compared and addressed."""
        return hashtag_key(self.name)


@dataclass(frozen=True, slots=True)
class LinkSpan:
    """An http or https link at text[start:end]; `href` is its URI form, all ASCII."""

    start: int
    end: int
    href: str


Span = MentionSpan | HashtagSpan | LinkSpan
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Scan:
    """The text as it will be kept (NFC, trimmed, printable) and what was found in it, in order."""

    text: str
    spans: tuple[Span, ...]

    @property
    def handles(self) -> tuple[Handle, ...]:
        """What the house has to resolve, each once, in order of appearance."""
        return tuple(dict.fromkeys(s.handle for s in self.spans if isinstance(s, MentionSpan)))

    @property
    def hashtags(self) -> tuple[str, ...]:
        """Hashtags as first written, each once whatever its case."""
        found: dict[str, str] = {}
        for span in self.spans:
            if isinstance(span, HashtagSpan):
                found.setdefault(span.key, span.name)
        return tuple(found.values())

    @property
    def links(self) -> tuple[str, ...]:
        """Where the links lead, each once, in order of appearance."""
        return tuple(dict.fromkeys(s.href for s in self.spans if isinstance(s, LinkSpan)))


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An actor that a handle led to: the page for people, the id, and the handle's two halves."""

    url: str
    uri: str
    username: str
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """The HTML of a post, whom it mentions (each actor once) and its hashtags as written."""

    html: str
    mentions: tuple[Mentioned, ...]
    hashtags: tuple[str, ...]


def _characters(wanted: tuple[str, ...], *ranges: tuple[int, int]) -> str:
    return "".join(
        chr(number)
        for first, last in ranges
        for number in range(first, last + 1)
        if unicodedata.category(chr(number)) in wanted
    )


# Vowel signs and the like are parts of words, but not \w to Python's re.
_MARKS = _characters(
    ("Mn", "Mc", "Me"), (0x300, 0x1DFF), (0x20D0, 0x20FF), (0x302A, 0x309A), (0xA66F, 0xABED)
)
_WORD = rf"[\w{_MARKS}]"
_JOINED = rf"[\w{_MARKS}\u00b7\u30fb\u200c]"  # middle dots and the zero-width non-joiner

_PATTERN = re.compile(
    rf"""
    (?<![A-Za-z0-9_@/])(?P<link>(?i:https?)://[^\s<>"`«»“”„‹›\x00-\x20]+)
    | (?<![\w/=@])@(?P<user>[A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+)
      (?:@(?P<domain>\w(?:[\w.-]*\w)?(?::[0-9]{{1,5}}+(?!\w))?))?
    | (?<![\w/&=)\#＃])[\#＃](?P<tag>{_WORD}(?:{_JOINED}*{_WORD})?)
    """,
    re.VERBOSE,
)
_PARAGRAPH = re.compile(r"\n[ \t]*+\n\s*+")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)
_TRAILING: Final = frozenset(".,:;!?'’…*_~。、！？")
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_URI_SAFE: Final = "/:?#[]@!$&'()*+,;=%-._~"

_EXTENDING = (
    rf"{_MARKS}\u200c\u200d\ufe00-\ufe0f\ufe20-\ufe2f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
)
_GRAPHEME = re.compile(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|.(?:\u200d[\u2190-\u2bff\U0001f000-\U0001faff]|[{_EXTENDING}])*",
    re.DOTALL,
)

_JOINING = re.compile(rf"[\U0001f1e6-\U0001f1ff{_EXTENDING}]")
"""Without one of these, each character stands for itself."""


def scan(text: str) -> Scan:
    """Find mentions, hashtags and links; what is over the limits stays plain text."""
    text = _kept(text)
    spans: list[Span] = []
    handles: set[Handle] = set()
    tags: set[str] = set()
    for span in _found(text):
        if len(spans) == SPANS_MAX:
            break
        if isinstance(span, MentionSpan) and not _room(span.handle, handles, MENTIONS_MAX):
            continue
        if isinstance(span, HashtagSpan) and not _room(span.key, tags, HASHTAGS_MAX):
            continue
        spans.append(span)
    return Scan(text, tuple(spans))


def render(
    scan: Scan, resolved: Mapping[Handle, Mentioned], tag_url: Callable[[str], str]
) -> Rendered:
    """The HTML of a scanned text. A handle missing in `resolved` stays plain text.

    `tag_url` is given the hashtag's key and answers with the address of its page.
    """
    mentions = {handle: resolved[handle] for handle in scan.handles if handle in resolved}
    namesakes = _namesakes(mentions.values())
    parts: list[str] = []
    position = 0
    for span in scan.spans:
        parts.append(html.escape(scan.text[position : span.start]))
        written = scan.text[span.start : span.end]
        match span:
            case MentionSpan(handle=handle) if handle in mentions:
                parts.append(_mention(mentions[handle], namesakes))
            case HashtagSpan(name=name):
                parts.append(_hashtag(written[0], name, tag_url(span.key)))
            case LinkSpan(href=href):
                parts.append(_link(written, href))
            case _:
                parts.append(html.escape(written))
        position = span.end
    parts.append(html.escape(scan.text[position:]))
    used = {mentioned.uri: mentioned for mentioned in mentions.values()}
    return Rendered(_paragraphs("".join(parts)), tuple(used.values()), scan.hashtags)


def length(text: str) -> int:
    """How long a text counts, in what readers see as characters (Mastodon's rule).

    A link counts 23, a mention without its domain.
    """
    text = _kept(text)
    total, position = 0, 0
    for span in _found(text):
        total += _graphemes(text[position : span.start])
        if isinstance(span, LinkSpan):
            total += LINK_LENGTH
        elif isinstance(span, MentionSpan):
            total += 1 + len(span.handle.username)
        else:
            total += _graphemes(text[span.start : span.end])
        position = span.end
    return total + _graphemes(text[position:])


def _kept(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", html.printable(text)).strip()


def _room(item: _T, seen: set[_T], limit: int) -> bool:
    if item not in seen and len(seen) >= limit:
        return False
    seen.add(item)
    return True


@lru_cache(maxsize=16)
def _found(text: str) -> tuple[Span, ...]:
    # A text is looked at three times on its way: how long it is, whom it names, how it is shown.
    return tuple(_spans(text))


def _spans(text: str) -> Iterator[Span]:
    for match in _PATTERN.finditer(text):
        if match["link"]:
            span = _link_span(match.start(), match["link"])
        elif match["user"]:
            span = _mention_span(match)
        else:
            span = _hashtag_span(match)
        if span is not None:
            yield span


def _link_span(start: int, written: str) -> Span | None:
    written = _without_trailing(written)
    try:
        domain = domain_of(written)
    except Invalid:
        return None
    parts = urlsplit(written)
    after_domain = written[len(parts.scheme) + 3 + len(parts.netloc) :]
    href = f"{parts.scheme}://{domain}{quote(after_domain, safe=_URI_SAFE)}"
    return LinkSpan(start, start + len(written), href)


def _without_trailing(url: str) -> str:
    """The link without the punctuation of the sentence around it; brackets stay in pairs."""
    end = len(url)
    surplus = {close: url.count(close) - url.count(open_) for close, open_ in _CLOSING.items()}
    while end:
        last = url[end - 1]
        if last in _CLOSING and surplus[last] > 0:
            surplus[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return url[:end]


def _mention_span(match: re.Match[str]) -> Span | None:
    user, domain = match["user"], match["domain"]
    if not valid_remote_username(user):
        return None
    try:
        handle = Handle(user, canonical_domain(domain) if domain else None)
    except Invalid:
        return None
    return MentionSpan(match.start(), match.end(), handle)


def _hashtag_span(match: re.Match[str]) -> Span | None:
    name = match["tag"]
    if len(name) > HASHTAG_LENGTH_MAX or not any(char.isalpha() for char in name):
        return None
    return HashtagSpan(match.start(), match.end(), name)


def _graphemes(text: str) -> int:
    """Characters as readers see them: nearly UAX 29, near enough to agree on a limit."""
    if text.isascii() or _JOINING.search(text) is None:
        return len(text)
    return sum(1 for _ in _GRAPHEME.finditer(text))


def _namesakes(mentioned: Iterable[Mentioned]) -> frozenset[str]:
    """User names that different actors in this post share: these show their domains too."""
    owners: dict[str, set[str]] = {}
    for actor in mentioned:
        owners.setdefault(actor.username.lower(), set()).add(actor.uri)
    return frozenset(name for name, uris in owners.items() if len(uris) > 1)


def _mention(actor: Mentioned, namesakes: frozenset[str]) -> str:
    name = actor.username
    if actor.domain is not None and name.lower() in namesakes:
        name = f"{name}@{actor.domain}"
    return (
        f'<span class="h-card" translate="no"><a href="{html.escape_attribute(actor.url)}" '
        f'class="u-url mention" rel="{html.LINK_REL}">@<span>{html.escape(name)}</span></a></span>'
    )


def _hashtag(sign: str, name: str, url: str) -> str:
    return (
        f'<a href="{html.escape_attribute(url)}" class="mention hashtag" '
        f'rel="tag {html.LINK_REL}">{sign}<span>{html.escape(name)}</span></a>'
    )


def _link(written: str, href: str) -> str:
    """A link that shows its middle; the hidden ends are there for copying, as apps expect."""
    prefix = _SCHEME.match(written)
    start = prefix.end() if prefix else 0
    shown, rest = written[start : start + _LINK_SHOWN], written[start + _LINK_SHOWN :]
    middle = '<span class="ellipsis">' if rest else "<span>"
    end = f'<span class="invisible">{html.escape(rest)}</span>' if rest else ""
    return (
        f'<a href="{html.escape_attribute(href)}" rel="{html.LINK_REL}" translate="no">'
        f'<span class="invisible">{html.escape(written[:start])}</span>'
        f"{middle}{html.escape(shown)}</span>{end}</a>"
    )


def _paragraphs(inline: str) -> str:
    """Blank lines part paragraphs, other line breaks become <br>; no markup spans a line."""
    if not inline:
        return ""
    blocks = (block.replace("\n", "<br>") for block in _PARAGRAPH.split(inline))
    return "".join(f"<p>{block}</p>" for block in blocks)
