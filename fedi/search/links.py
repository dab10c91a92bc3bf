"""Which page a post links to: the first link that is neither a mention nor a hashtag.

Reads HTML that has passed actors.html, where every attribute is written ` name="value"`.
"""

import html as entities
import re
from collections.abc import Iterator
from typing import Final

from actors.handles import URL_MAX

_LINK: Final = re.compile(r"<a((?: [a-z]++=\"[^\"]*+\")*+)>([^<]?)")
_ATTRIBUTE: Final = re.compile(r" ([a-z]++)=\"([^\"]*+)\"")
_OTHERS: Final = frozenset({"mention", "hashtag", "u-url"})
_QUOTE: Final = re.compile(
    r"<(p|span)(?: [a-z]++=\"[^\"]*+\")*? class=\"[^\"]*?quote-inline[^\"]*+\""
)


def links(html: str) -> Iterator[str]:
    """Yield the web addresses that a text links to, mentions, hashtags and quotes left out."""
    for match in _LINK.finditer(_without_quote(html)):
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        href = entities.unescape(attributes.get("href", ""))
        if not href.startswith(("https://", "http://")) or len(href) > URL_MAX:
            continue
        if _OTHERS.intersection(attributes.get("class", "").split()) or match[2] in ("#", "@"):
            continue
        yield href


def first_link(html: str) -> str:
    """Return the first of them, "" where there is none."""
    return next(links(html), "")


def _without_quote(html: str) -> str:
    """Leave out the line that older servers read as "RE: …", which names the quoted post."""
    found = _QUOTE.search(html)
    if found is None:
        return html
    end = html.find(f"</{found[1]}>", found.end())
    return html[: found.start()] + (html[end:] if end >= 0 else "")
