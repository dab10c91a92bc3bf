"""Strange requests to addresses that no schema describes: signing in, discovery, ActivityPub with
and without a token, streams, files. Whatever comes, the fault is never ours.

Made by Hypothesis, the same each time. Nothing in them names another machine.
"""

import json
import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.clients.cases import AMOUNTS, HOSTILE, WORDS
from tests.clients.seeds import Seeds
from tests.clients.test_schemathesis import TRACES

EXAMPLES: Final = 12
ADDRESSES: Final = (
    "GET /.well-known/host-meta", "GET /.well-known/nodeinfo", "GET /.well-known/webfinger",
    "GET /.well-known/oauth-authorization-server", "GET /nodeinfo/2.0", "GET /nodeinfo/2.1",
    "GET /oauth/authorize", "POST /oauth/authorize", "POST /oauth/token", "POST /oauth/revoke",
    "GET /oauth/userinfo", "POST /oauth/userinfo", "POST /api/v1/apps",
    "GET /api/v1/apps/verify_credentials", "GET /sign-in", "POST /sign-in", "POST /sign-in/code",
    "POST /sign-in/passkey", "POST /sign-out", "GET /link", "POST /link",
    "GET /settings/security", "POST /settings/security/{id}",
    "GET /actors/{actor}", "GET /actors/{actor}/outbox", "POST /actors/{actor}/outbox",
    "GET /actors/{actor}/inbox", "POST /actors/{actor}/inbox", "POST /inbox",
    "GET /actors/{actor}/followers", "GET /actors/{actor}/featured", "GET /posts/{id}",
    "GET /posts/{id}/replies", "GET /posts/{id}/likes", "GET /activities/{id}",
    "GET /contexts/{id}", "GET /stamps/{id}",
    "GET /api/v1/streaming", "GET /api/v1/streaming/{name}", "GET /api/v1/streaming/user",
    "GET /api/v1/streaming/hashtag", "GET /api/v1/streaming/list",
    "GET /media/{name}", "GET /proxy/{name}/{name}", "GET /avatars/{name}", "GET /headers/{name}",
    "GET /@{name}", "GET /@{name}/feed.atom", "GET /tags/{name}", "GET /api/v1/{name}",
    "POST /api/v1/media", "POST /api/v1/statuses",
)  # fmt: skip
FIELDS: Final = (
    "client_id", "client_secret", "redirect_uri", "redirect_uris", "scope", "scopes", "state",
    "response_type", "grant_type", "code", "code_verifier", "code_challenge", "website", "token",
    "client_name", "username", "password", "key", "form_token", "actor", "answer", "resource",
    "rel", "page", "before", "stream", "list", "tag", "last_event_id", "access_token", "status",
    "file", "focus", "media_ids[]", "poll[options][]", "a[0][b]", "a[][b]", "a[b", "[]", "",
)  # fmt: skip
VALUES: Final = (
    *HOSTILE, *AMOUNTS, *WORDS, "code", "authorization_code", "client_credentials", "read write",
    "urn:ietf:wg:oauth:2.0:oob", "javascript:alert(1)", "http://[", "a://b", "//x", "user",
    "user:notification", "public:local", "hashtag", "acct:ola@127.0.0.1", "acct:@", "acct:a@b@c",
)  # fmt: skip
ODD_HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "Accept": ("text/html", "application/activity+json", "", "x", "a/b;q=nan", "*/*;q=0", ",,,",
               'application/ld+json;profile="', "text/html;q=9", "\xff", "image/*", "a/b," * 300),
    "Accept-Language": ("nb", "se;q=x", "*", "\xff", "," * 500),
    "Cookie": ("x", "=x", "\xff=\xff", "__Host-session=x", "a" * 4000, '"'),
    "Range": ("bytes=-1", "bytes=9-1", "bytes=0-0,5-6", "bytes=99999999999999999999-",
              "bytes=\xb2-"),
    "If-None-Match": ("*", '"', 'W/"x"', "\xff"),
    "Idempotency-Key": ("same", "\xff", "a" * 4000),
    "Last-Event-ID": ("x", "0-1-1", "-1", "99999999999999999999", "\xb2"),
    "Origin": ("null", "http://x", "\xff"),
    "Access-Control-Request-Headers": ("authorization", "\xff", "a" * 4000),
    "X-Forwarded-For": ("x", "::1, \xff"),
    "Date": ("x", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Jan 99999 00:00:00 GMT"),
    "Digest": ("x", "SHA-256=", "SHA-256=AA"),
    "Signature": ("x", 'keyId="x"', 'keyId="http://[",headers="",signature="x"', "\xff", ",,,",
                  'keyId="http://127.0.0.1:9/a#k",headers="(request-target) date",signature="AA"'),
    "Signature-Input": ('sig1=("@method");keyid="x"', "sig1=", "sig1=();created=x", "\xff"),
}  # fmt: skip
BROKEN: Final = (
    b"", b"{", b"[]", b"null", b'"x"', b"[" * 20_000, b'{"a":' * 2000 + b"1" + b"}" * 2000,
    b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"status":"\\ud800"}', b'{"status":"\\u0000"}', b"a=%ff",
    b'{"a":1,"a":2}', b'{"a":NaN}', b'{"a":1e999}', b"a=%00", b"\x00" * 50, b"--x\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00"\r\n\r\n\xff\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="file"; filename\r\n\r\n\r\n--x--\r\n',
)  # fmt: skip
KINDS: Final = (
    "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "multipart/form-data", "application/activity+json", "text/plain", "", "\xff",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "application/json; charset=utf-16", "multipart/form-data; boundary=x; charset=none",
)  # fmt: skip
TYPES: Final = (
    "Create", "Update", "Delete", "Follow", "Undo", "Like", "Announce", "Accept", "Reject", "Add",
    "Remove", "Block", "Flag", "Move", "Note", "Question", "Person", "EmojiReact", "Tombstone",
    "QuoteRequest", "Nosuch",
)  # fmt: skip
KEYS: Final = (
    "id", "actor", "attributedTo", "object", "target", "to", "cc", "audience", "content", "name",
    "contentMap", "summary", "inReplyTo", "tag", "attachment", "published", "updated", "endTime",
    "oneOf", "anyOf", "sensitive", "url", "icon", "quote", "interactionPolicy", "context",
    "source", "mediaType", "@context", "signature", "proof", "result", "instrument", "closed",
)  # fmt: skip


@dataclass
class Asked:
    """One request."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def _scalars(seeds: Seeds) -> st.SearchStrategy[Any]:
    urls = [
        *(f"{seeds.origin}/posts/{seeds.ids[name]}" for name in ("post", "poll", "hidden")),
        *(f"{seeds.origin}/actors/{seeds.ids[name]}" for name in ("anne", "ola")),
        f"{seeds.origin}/actors/{seeds.ids['anne']}/followers", "http://127.0.0.1:9/1", "as:Public",
        "https://www.w3.org/ns/activitystreams#Public", "2026-13-99", "9999-12-31T23:59:59-14:00",
    ]  # fmt: skip
    plain = (
        st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.floats(allow_nan=False)
    )
    return st.sampled_from(urls) | st.sampled_from(VALUES) | st.sampled_from(TYPES) | plain


def _documents(seeds: Seeds) -> st.SearchStrategy[Any]:
    """What looks like an activity, as far as it goes."""
    scalars, types = _scalars(seeds), st.sampled_from(TYPES)

    def wider(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        members = st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
        typed = st.builds(lambda type, rest: {"type": type, **rest}, types, members)
        return typed | typed | st.lists(inner, max_size=3)

    return wider(st.recursive(scalars, wider, max_leaves=12))


def _forms() -> st.SearchStrategy[str]:
    pairs = st.tuples(st.sampled_from(FIELDS), st.sampled_from(VALUES))
    whole = st.lists(pairs, max_size=5).map(urlencode)
    return whole | st.sampled_from(["%ff=%", "a=%ed%a0%80", "&=&", "resource=acct:%00", ";" * 50])


def _bodies(seeds: Seeds, address: str) -> st.SearchStrategy[tuple[bytes, str]]:
    documents = _documents(seeds).map(lambda value: json.dumps(value).encode())
    broken = st.tuples(st.sampled_from(BROKEN), st.sampled_from(KINDS))
    if "box" in address:
        return st.tuples(documents, st.just("application/activity+json")) | broken
    fields = st.dictionaries(st.sampled_from(FIELDS), _scalars(seeds), max_size=6)
    objects = fields.map(lambda value: json.dumps(value).encode())
    forms = _forms().map(str.encode)
    return st.tuples(objects, st.just(KINDS[0])) | st.tuples(forms, st.just(KINDS[1])) | broken


@st.composite
def requests_to(draw: st.DrawFn, address: str, seeds: Seeds) -> Asked:
    """A request to an address, with something odd about it."""
    method, _, path = address.partition(" ")

    def named(match: re.Match[str]) -> str:
        if match[1] == "actor":
            return draw(st.sampled_from([seeds.ids["anne"]] * 4 + [seeds.ids["ola"], "x", "²"]))
        there = seeds.every if match[1] == "id" else ["anne", "ola", "drift"]
        return draw(st.sampled_from([*there, *HOSTILE]))

    target = re.sub(r"\{(\w+)\}", lambda match: quote(named(match), safe="%"), path)
    if draw(st.booleans()):
        target += f"?{draw(_forms())}"
    headers = {}
    for name in draw(st.lists(st.sampled_from(sorted(ODD_HEADERS)), max_size=3, unique=True)):
        headers[name] = draw(st.sampled_from(ODD_HEADERS[name]))
    bearers = [f"Bearer {seeds.tokens['anne']}"] * 4 + ["Bearer", "Basic !!!", "Basic Og==", "\xff"]
    headers["Authorization"] = draw(st.sampled_from(bearers))
    asked = Asked(method, target, headers)
    if method == "POST":
        asked.body, headers["Content-Type"] = draw(_bodies(seeds, address))
    elif draw(st.integers(0, 5)) == 0:
        asked.method = draw(st.sampled_from(["HEAD", "OPTIONS", "DELETE", "PUT", "TRACE"]))
    return asked


def send(origin: str, asked: Asked) -> tuple[int, str, str]:
    """Return (status, media type, body) of the answer; a stream is left as it begins."""
    connection = HTTPConnection(urlsplit(origin).netloc, timeout=100)
    try:
        connection.request(asked.method, asked.target, asked.body or None, asked.headers)
        answer = connection.getresponse()
        kind = answer.getheader("content-type", "")
        body = b"" if kind.startswith("text/event-stream") else answer.read()
        answer.close()
        return answer.status, kind, body.decode("utf-8", "replace")
    finally:
        connection.close()


def judge(asked: Asked, status: int, kind: str, body: str) -> None:
    assert status < 500, (asked, status, body)
    if status < 400:
        return
    assert not TRACES.search(body), (asked, body)
    if asked.target.startswith("/api/") and asked.method not in ("HEAD", "TRACE"):
        assert kind.startswith("application/json"), (asked, status, kind)
        assert isinstance(json.loads(body)["error"], str), (asked, body)


@pytest.mark.slow
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_request_is_a_fault_of_ours(address: str, seeds: Seeds) -> None:
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @seed(20_261_124)
    @given(asked=requests_to(address, seeds))
    def tried(asked: Asked) -> None:
        judge(asked, *send(seeds.origin, asked))

    tried()
