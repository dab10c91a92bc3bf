"""Letters by e-mail, through the relay of `[mail]`: for invitations alone, when somebody asks.

A relay may be slow, so each letter is sent beside the loop. TLS is checked as everywhere.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Final, Literal

from actors.errors import Invalid, Unavailable

SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Relay:
    """Where letters are handed in, and whom they are from."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    sender: str
    username: str = ""
    password: str = ""
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    async def send(self, to: str, subject: str, text: str, *, now: int) -> None:
        """Hand in one letter, dated `now` (ms). Invalid for an address that can't be one or that
        the relay doesn't take, Unavailable where the relay can't be reached or asks for more."""
        if not is_address(to):
            raise Invalid(f"{to!r} is no e-mail address.")
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, to, subject
        letter["Date"] = formatdate(now / 1000)
        letter["Message-ID"] = make_msgid(domain=parseaddr(self.sender)[1].rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers from who is away
        letter.set_content(text)
        await asyncio.to_thread(self._hand_in, letter)

    def _hand_in(self, letter: EmailMessage) -> None:
        try:
            with self._open() as relay:
                if self.security == "starttls":
                    relay.starttls(context=self.trust())
                if self.username:
                    relay.login(self.username, self.password)
                relay.send_message(letter)
        except smtplib.SMTPRecipientsRefused:
            raise Invalid(f"The mail server does not take letters to {letter['To']}.") from None
        except (smtplib.SMTPException, OSError) as problem:
            raise Unavailable(
                f"The mail server {self.host} did not take the letter: {problem}"
            ) from (problem)

    def _open(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=self.trust())
        return smtplib.SMTP(self.host, self.port, timeout=SECONDS)


def is_address(text: str) -> bool:
    """Return whether a text can be the address of one letter, and of nobody besides."""
    local, at, domain = text.rpartition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;:<>"()[]\\')
    return bool(at and local and plain and "." in domain and len(text) <= 254)
