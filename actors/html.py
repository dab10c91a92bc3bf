"""The one allow-list for HTML, in and out, and plain text made from HTML.

`clean` takes anything anybody sent and gives HTML that is safe to show and to send on. Whatever
costs a sanitiser more than linear time (deep nesting, many attributes) is flattened before nh3
sees it; nh3 always has the last word on what is markup (security.md S15, S16, trial 34).
The lists below are data: FEDERATION.md prints them and a test compares the two.
"""

import html as entities
import re
from collections.abc import Iterator
from typing import Final

import nh3

ALLOWED_TAGS: Final = frozenset({
    "a", "b", "blockquote", "br", "code", "del", "em", "i", "li", "ol", "p", "pre", "rp", "rt",
    "ruby", "s", "span", "strong", "u", "ul",
})  # fmt: skip
ALLOWED_ATTRIBUTES: Final = {
    "a": frozenset({"class", "href", "hreflang", "lang", "rel", "translate"}),
    "blockquote": frozenset({"lang"}),
    "li": frozenset({"lang", "value"}),
    "ol": frozenset({"reversed", "start"}),
    "p": frozenset({"class", "lang"}),
    "span": frozenset({"class", "lang", "translate"}),
}
ALLOWED_CLASSES: Final = frozenset({"ellipsis", "hashtag", "invisible", "mention", "quote-inline"})
ALLOWED_CLASS_PREFIXES: Final = ("dt-", "e-", "h-", "p-", "u-")  # microformats2
ALLOWED_SCHEMES: Final = frozenset({"gemini", "geo", "http", "https", "mailto", "tel", "xmpp"})
LINK_REL: Final = "nofollow noopener noreferrer"

# Removed with all that is in them; every other unknown element leaves its text behind.
REMOVED_WITH_CONTENT: Final = frozenset({
    "applet", "audio", "head", "iframe", "math", "noembed", "noframes", "noscript", "object",
    "plaintext", "script", "select", "style", "svg", "template", "textarea", "title", "video",
    "xmp",
})  # fmt: skip
# Blocks we have no element for become paragraphs, so that words do not run together.
BECOME_PARAGRAPHS: Final = frozenset({
    "address", "article", "aside", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "main", "menu", "nav", "section",
    "summary", "table", "tr",
})  # fmt: skip
BECOME_STRONG: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

HTML_MAX: Final = 500_000  # characters read; what follows is cut off
TAGS_MAX: Final = 30_000  # tags read; what follows is cut off
ELEMENTS_MAX: Final = 6_000  # later elements lose their tags and keep their text
DEPTH_MAX: Final = 32  # deeper elements lose their tags and keep their text
ESCAPES_MAX: Final = 5_000  # <, > and & in text; more of them are left out
ATTRIBUTE_MAX: Final = 4_096  # characters in one value; a longer attribute is left out

# Below both, no limit can be reached and nh3 alone is quick whatever the document.
_SMALL: Final = 4_096
_SMALL_TAGS: Final = DEPTH_MAX

_VOID = frozenset({"br"})
_BLOCKS = frozenset({"blockquote", "li", "ol", "p", "pre", "ul"})
# What XML, databases or terminals choke on, and the bidi embeddings, overrides and isolates that
# turn the text after them, ours included. The two marks LRM and RLM stay.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)

# One alternative always matches once "<" and a letter, "/", "!" or "?" are seen, to the end of
# the document if need be (as the HTML standard has it), so no position is scanned twice.
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?-->|.*+)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<attributes>(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?:>|\Z)"
    r"|<[!?/][^>]*+(?:>|\Z)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][a-zA-Z-]{0,30}+)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))"
)
_OTHER_TAG = re.compile(
    r"<(?!/?(?:" + "|".join(sorted(ALLOWED_TAGS, reverse=True)) + r")[\s/>])", re.IGNORECASE
)
_CLOSING = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in REMOVED_WITH_CONTENT
}
# In nh3's own output only: there every attribute is ` name="value"`, quotes inside escaped.
_NEWLINES_IN_PRE = re.compile("<pre>\n+")  # a parser drops one of them each time it reads
_LINK_WITHOUT_REL = re.compile(r"<a((?: (?!rel=)[a-z]++=\"[^\"]*+\")*+)>")
_SPACES = re.compile(r"[ \t\r\n]+")
_SPACES_IN_LINE = re.compile(r" {2,}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,4}", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


def clean(html: str) -> str:
    """The allowed part of `html`, well-formed. Never raises; below the limits, cleaning again
    changes nothing.
    """
    html = _UNSAFE.sub("", html)
    if len(html) > _SMALL or html.count("<") > _SMALL_TAGS or _OTHER_TAG.search(html):
        html = _flatten(html[:HTML_MAX])
    safe = _UNSAFE.sub("", _CLEANER.clean(html))
    safe = _NEWLINES_IN_PRE.sub("<pre>", safe)
    return _LINK_WITHOUT_REL.sub(rf'<a\1 rel="{LINK_REL}">', safe)


def plain(html: str) -> str:
    """The words of `html` as text: paragraphs become blank lines, <br> a line break."""
    parts: list[str] = []
    preformatted = 0
    for text, token in _tokens(html[:HTML_MAX]):
        if text:
            words = _UNSAFE.sub("", entities.unescape(text))
            # NUL, which no text holds any more, stands for a space that must not be trimmed.
            kept = words.replace(" ", "\0") if preformatted else _SPACES.sub(" ", words)
            parts.append(kept)
        if token is None or not (name := (token["name"] or "").lower()):
            continue
        if name == "pre":
            preformatted = max(0, preformatted + (-1 if token["end"] else 1))
        if not token["end"] or name not in ("br", "li"):
            parts.append(_BREAKS.get(name, ""))
    text = re.sub(r" *\n *", "\n", _SPACES_IN_LINE.sub(" ", "".join(parts)))
    return re.sub(r"\n{3,}", "\n\n", text).strip(" \n").replace("\0", " ")


def first_words(html: str, length: int) -> str:
    """The beginning of the text on one line, at most `length` characters, cut between words."""
    text = " ".join(plain(html).split())
    if len(text) <= length:
        return text
    cut = text[: max(0, length - 1)]
    if not text[len(cut)].isspace() and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return f"{cut.rstrip(' ,;:–-')}…"[: max(0, length)]


def printable(text: str) -> str:
    """Text without control characters, lone surrogates and characters that turn other text."""
    return _UNSAFE.sub("", text)


def escape(text: str) -> str:
    """Text as the content of an element, spelled as `clean` spells it."""
    return entities.escape(_UNSAFE.sub("", text), quote=False).replace("\xa0", "&nbsp;")


def escape_attribute(text: str) -> str:
    """Text as an attribute value in double quotes, spelled as `clean` spells it."""
    return escape(text).replace('"', "&quot;")


_BREAKS = {
    **dict.fromkeys(BECOME_PARAGRAPHS | BECOME_STRONG | {"p", "blockquote", "pre"}, "\n\n"),
    **dict.fromkeys({"ul", "ol"}, "\n"),
    "br": "\n",
    "li": "\n- ",
}


def _tokens(html: str) -> Iterator[tuple[str, "re.Match[str] | None"]]:
    """Each tag with the text before it; elements removed with content are passed over whole."""
    position = 0
    for _ in range(TAGS_MAX):
        token = _TOKEN.search(html, position)
        if token is None:
            yield html[position:], None
            return
        yield html[position : token.start()], token
        position = token.end()
        name = (token["name"] or "").lower()
        if name in _CLOSING and not token["end"]:
            closing = _CLOSING[name].search(html, position)
            position = closing.start() if closing else len(html)


class _Flat:
    """The output of one flattening: what is open, and what may still be spent."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.open: list[str] = []
        self.elements = ELEMENTS_MAX
        self.escapes = ESCAPES_MAX

    def text(self, raw: str) -> None:
        text = entities.unescape(raw) if "&" in raw else raw
        special = text.count("&") + text.count("<") + text.count(">")
        if special > self.escapes:
            text = re.sub("[&<>]", "", text)
        else:
            self.escapes -= special
        self.parts.append(entities.escape(text, quote=False) if special else text)

    def start(self, name: str, attributes: str = "") -> None:
        self._make_room(name)
        if self.elements <= 0 or len(self.open) >= DEPTH_MAX:
            return
        self.elements -= 1
        self.parts.append(f"<{name}{attributes}>")
        if name not in _VOID:
            self.open.append(name)

    def end(self, name: str) -> None:
        if name in self.open:
            while (last := self.open.pop()) != name:
                self.parts.append(f"</{last}>")
            self.parts.append(f"</{name}>")

    def _make_room(self, name: str) -> None:
        """Close what a parser would close by itself, or it opens copies of what was inside."""
        if name in _BLOCKS:
            self.end("p")
        if name == "a":
            self.end("a")
        if name == "li":
            lists = [at for at, tag in enumerate(self.open) if tag in ("ul", "ol", "li")]
            if lists and self.open[lists[-1]] == "li":
                self.end("li")


def _flatten(html: str) -> str:
    """The document with only allowed elements, none deep, none unclosed; linear in its length."""
    flat = _Flat()
    for text, token in _tokens(html):
        flat.text(text)
        if token is not None and token["name"]:
            _element(flat, token["name"].lower(), bool(token["end"]), token["attributes"])
    while flat.open:
        flat.end(flat.open[-1])
    return "".join(flat.parts)


def _element(flat: _Flat, name: str, ends: bool, attributes: str) -> None:
    if name in BECOME_PARAGRAPHS or name in BECOME_STRONG:
        flat.end("p")
        if not ends and name != "hr":
            flat.start("p")
            if name in BECOME_STRONG:
                flat.start("strong")
    elif name == "img" and not ends:
        _picture(flat, dict(_attributes(attributes)))
    elif name in ALLOWED_TAGS:
        if ends:
            flat.end(name)
        else:
            flat.start(name, _written(name, attributes))


def _picture(flat: _Flat, attributes: dict[str, str]) -> None:
    """A picture in the text becomes a link to it, named by its description."""
    source = attributes.get("src", "")
    name = attributes.get("alt") or attributes.get("title") or source
    if source:
        flat.start("a", f' href="{source}"')
        flat.text(name)
        flat.end("a")


def _attributes(written: str) -> Iterator[tuple[str, str]]:
    """Name and value of each attribute, as written but for quotes; long ones are left out."""
    if len(written) > 4 * ATTRIBUTE_MAX:
        return
    for match in _ATTRIBUTE.finditer(written):
        value = match[2] or match[3] or match[4] or ""
        if len(value) <= ATTRIBUTE_MAX:
            yield match[1].lower(), value.replace('"', "&quot;")


def _written(name: str, written: str) -> str:
    if not written or name not in ALLOWED_ATTRIBUTES:
        return ""
    allowed = ALLOWED_ATTRIBUTES[name]
    found = {key: value for key, value in _attributes(written) if key in allowed}
    return "".join(f' {key}="{value}"' for key, value in found.items())


def _attribute(tag: str, name: str, value: str) -> str | None:
    """The value that an allowed attribute keeps, or None to remove it."""
    if len(value) > ATTRIBUTE_MAX or _UNSAFE.search(value):
        return None
    if name == "class":
        return " ".join(filter(_allowed_class, value.split())) or None
    if name == "rel":
        return f"tag {LINK_REL}" if "tag" in value.lower().split() else LINK_REL
    if name in ("lang", "hreflang"):
        return value if _LANGUAGE.fullmatch(value) else None
    if name in ("start", "value"):
        return value if _WHOLE_NUMBER.fullmatch(value) else None
    if name == "translate":
        return value if value in ("yes", "no") else None
    if name == "reversed":
        return ""
    return value


def _allowed_class(name: str) -> bool:
    return name in ALLOWED_CLASSES or name.startswith(ALLOWED_CLASS_PREFIXES)


_CLEANER = nh3.Cleaner(
    tags=set(ALLOWED_TAGS),
    clean_content_tags=set(REMOVED_WITH_CONTENT),
    attributes={"*": set(), **{tag: set(names) for tag, names in ALLOWED_ATTRIBUTES.items()}},
    attribute_filter=_attribute,
    url_schemes=set(ALLOWED_SCHEMES),
    url_relative="deny",
    link_rel=None,
    strip_comments=True,
)
