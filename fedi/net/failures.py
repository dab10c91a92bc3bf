"""Why a fetch or a delivery did not come: one word per cause, beside the error's class.

The class (actors.errors) says what the caller may do: our guard refused, time or the line broke,
the other side answered. The reason says what an administrator must look at; it opens `detail`.
Used by the guard, the sender and the client; read by delivery, the inbox and the admin pages.
"""

from enum import StrEnum

from actors.errors import FetchAnswered, FetchError, FetchRefused, FetchTimeout


class Reason(StrEnum):
    """What stood in the way; the values are stable words for logs and tables."""

    URL = "url"  # not an address we can read as one
    SCHEME = "scheme"  # neither https nor, in a lab, http
    PORT = "port"
    ADDRESS = "address"  # not a globally routable address
    OWN = "own"  # one of our own hosts: look it up instead
    REDIRECT = "redirect"  # too many, in a circle, or to another scheme
    TYPE = "type"  # a content type we do not read here
    ENCODING = "encoding"  # compressed in a way we did not ask for
    TOO_LARGE = "too_large"
    PROTOCOL = "protocol"  # not HTTP/1.1 as RFC 9112 has it
    TLS = "tls"
    DNS = "dns"  # no answer from the resolver
    NO_NAME = "no_name"  # the resolver says there is no such host
    CONNECT = "connect"
    RESET = "reset"  # the connection broke
    SLOW = "slow"  # the total deadline passed
    BUSY = "busy"  # our own limits, no fault of the other side
    CLOSED = "closed"  # we are shutting down


_SENTENCES = {
    Reason.URL: "That web address cannot be read.",
    Reason.SCHEME: "Only https addresses are fetched.",
    Reason.PORT: "That port is not one we connect to.",
    Reason.ADDRESS: "That host is not on the public internet.",
    Reason.OWN: "That address belongs to this server.",
    Reason.REDIRECT: "The other server redirected us in a way we do not follow.",
    Reason.TYPE: "The other server answered with a kind of document we do not read.",
    Reason.ENCODING: "The other server answered in an encoding we did not ask for.",
    Reason.TOO_LARGE: "The other server answered with more than we take.",
    Reason.PROTOCOL: "The other server's answer is not valid HTTP.",
    Reason.TLS: "The other server's certificate does not hold.",
    Reason.DNS: "The other server's name could not be looked up.",
    Reason.NO_NAME: "There is no server by that name.",
    Reason.CONNECT: "The other server could not be reached.",
    Reason.RESET: "The connection to the other server broke.",
    Reason.SLOW: "The other server took too long.",
    Reason.BUSY: "Too many requests are under way; try again soon.",
    Reason.CLOSED: "This server is shutting down.",
}


def refused(reason: Reason, detail: str = "") -> FetchRefused:
    """Build the error for what our own guard will not do or read."""
    return FetchRefused(_SENTENCES[reason], detail=f"{reason}: {detail}")


def broken(reason: Reason, detail: str = "") -> FetchTimeout:
    """Build the error for a deadline that passed or a line that broke: trying later may help."""
    return FetchTimeout(_SENTENCES[reason], detail=f"{reason}: {detail}")


def reason_of(error: FetchError) -> Reason | None:
    """Read the reason back from an error; None where the other server answered with a status."""
    word = error.detail.partition(":")[0]
    return Reason(word) if word in Reason._value2member_map_ else None


_AGAIN = {401, 403, 408, 425, 429}
_PASSING = {Reason.BUSY, Reason.CLOSED, Reason.TLS}


def may_come_later(error: FetchError) -> bool:
    """Say whether asking again some time could help: not where the other side says that there is
    no such thing, nor where our own guard says no."""
    if isinstance(error, FetchAnswered):
        return error.answered >= 500 or error.answered in _AGAIN
    return not isinstance(error, FetchRefused) or reason_of(error) in _PASSING
