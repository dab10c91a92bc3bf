"""host-meta (RFC 6415): where WebFinger is, for the old servers that ask here first.

XML is only ever written, as text, and never read (security.md S29).
"""

from xml.sax.saxutils import quoteattr

import msgspec

from actors.urls import Urls
from fedi.net.negotiate import Form

_JRD = Form.JRD.value


def _template(urls: Urls) -> str:
    return urls.page(".well-known/webfinger?resource={uri}")


def xrd(urls: Urls) -> bytes:
    """Return the XRD document."""
    link = f'<Link rel="lrdd" type={quoteattr(_JRD)} template={quoteattr(_template(urls))}/>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f"  {link}\n"
        "</XRD>\n"
    ).encode()


def jrd(urls: Urls) -> bytes:
    """Return the same as JSON (host-meta.json)."""
    link = {"rel": "lrdd", "type": _JRD, "template": _template(urls)}
    return msgspec.json.encode({"links": [link]})
