"""Pages of signing in: rendered with the templates beside this file, kept by nobody.

They go into no frame and run no script but the passkeys' own, from a file of ours. On the way to
consent a page keeps its opener, since some apps open it in a window of their own and wait for it.
"""

import hashlib
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from fedi.net.answer import Header
from fedi.oauth.browser import Visit
from fedi.pages.site import Site
from outbox.answers import Answer

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src {}; connect-src {}; "
    "form-action {}; base-uri 'none'; frame-ancestors 'none'"
)
_SAFE: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"vary", b"Accept-Language, Cookie"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_ALONE: Final[Header] = (b"cross-origin-opener-policy", b"same-origin")


@cache
def _templates() -> Environment:
    loader = ChoiceLoader([PackageLoader("fedi.oauth"), PackageLoader("fedi.pages")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)


class Paper:
    """Writes the pages of one house."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @cached_property
    def script(self) -> tuple[str, bytes]:
        """The passkeys' script: (path, content)."""
        body = files("fedi.oauth").joinpath("assets/passkey.js").read_bytes()
        return f"/sign-in/passkey.{hashlib.sha256(body).hexdigest()[:12]}.js", body

    def text(self, visit: Visit, key: str, **values: Any) -> str:
        """Return a phrase in the reader's language."""
        return self._site.speech(visit.asked).text(key, **values)

    def page(
        self,
        visit: Visit,
        template: str,
        *,
        status: int = 200,
        forms: str = "'self'",
        script: bool = False,
        alone: bool = False,
        wait: int = 0,
        **context: Any,
    ) -> Answer:
        """Render a page. `forms` are the CSP sources that its forms may lead to; `script` lets it
        run the passkeys' script; `alone` cuts the window that opened it; `wait` is in seconds."""
        site, asked = self._site, visit.asked
        token = Markup('<input type="hidden" name="form_token" value="{}">')
        html = (
            _templates()
            .get_template(template)
            .render(
                **site.context(asked),
                head=None,
                form_token=token.format(visit.form_token),
                person=visit.person,
                script=self.script[0] if script else "",
                minutes=max(1, -(-wait // 60)),
                **context,
            )
        )
        body = html.encode()
        source = "'self'" if script else "'none'"
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"content-security-policy", _POLICY.format(source, source, forms).encode()),
            *_SAFE,
            *([_ALONE] if alone else []),
            *([(b"retry-after", b"%d" % wait)] if wait else []),
            *visit.cookies,
        ]
        return Answer(status, tuple(headers), body)

    def lead(self, visit: Visit, location: str, *, alone: bool = False) -> Answer:
        """Send the browser on, to a path of ours or to an app."""
        headers = [
            (b"location", location.encode("ascii", "ignore")),
            (b"content-length", b"0"),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            *([_ALONE] if alone else []),
            *visit.cookies,
        ]
        return Answer(303, tuple(headers))
