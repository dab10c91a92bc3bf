"""Query, forms, multipart and JSON say the same thing."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from actors.errors import Invalid, TooLarge
from fedi.net.params import Params, read_params


def asked(
    body: bytes = b"", kind: str = "", query: str = "", method: str = "POST", upload: int = 0
) -> Params:
    sent = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return sent.pop(0)

    scope = {
        "method": method,
        "query_string": query.encode(),
        "headers": [(b"content-type", kind.encode())] if kind else [],
    }
    return asyncio.run(read_params(scope, receive, max_upload=upload))


FORM = "application/x-www-form-urlencoded"
WHOLE = {
    "status": "Hei, på «deg»",
    "media_ids": ["1", "2"],
    "poll": {"options": ["ja", "nei"], "multiple": "true", "expires_in": "600"},
}


def holds_all(params: Params) -> None:
    assert params.text("status") == "Hei, på «deg»"
    assert params.texts("media_ids") == ["1", "2"]
    poll = params.inner("poll")
    assert poll is not None
    assert poll.texts("options") == ["ja", "nei"]
    assert poll.flag("multiple") is True
    assert poll.whole("expires_in") == 600


PAIRS = [
    ("status", "Hei, på «deg»"),
    ("media_ids[]", "1"),
    ("media_ids[]", "2"),
    ("poll[options][]", "ja"),
    ("poll[options][]", "nei"),
    ("poll[multiple]", "true"),
    ("poll[expires_in]", "600"),
]
INDEXED = [
    (name.replace("[]", f"[{index % 2}]"), value)
    for index, (name, value) in enumerate(PAIRS, start=1)
]


def multipart(pairs: list[tuple[str, str]]) -> tuple[bytes, str]:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs
    ]
    return ("".join(parts) + "--x--\r\n").encode(), "multipart/form-data; boundary=x"


def test_every_way_of_sending_says_the_same() -> None:
    holds_all(asked(json.dumps(WHOLE).encode(), "application/json"))
    for pairs in (PAIRS, INDEXED):
        holds_all(asked(urlencode(pairs).encode(), FORM))
        holds_all(asked(query=urlencode(pairs)))
        holds_all(asked(*multipart(pairs)))


def test_the_body_is_laid_over_the_query() -> None:
    params = asked(b"a=2&b[]=3", FORM, "a=1&b[]=1&b[]=2&c=9")
    assert (params.text("a"), params.texts("b"), params.text("c")) == ("2", ["3"], "9")


def test_repeated_keys_begin_the_next_element() -> None:
    params = asked(b"k[][keyword]=a&k[][whole_word]=1&k[][keyword]=b", FORM)
    first, second = params.inners("k")
    assert (first.text("keyword"), first.flag("whole_word")) == ("a", True)
    assert (second.text("keyword"), second.flag("whole_word")) == ("b", None)


def test_numbered_tables_come_in_their_order() -> None:
    params = asked(b"f[10][name]=c&f[2][name]=b&f[0][name]=a", FORM)
    assert [one.text("name") for one in params.inners("f")] == ["a", "b", "c"]


def test_one_name_without_brackets_is_a_list_of_one() -> None:
    assert asked(query="id=5", method="GET").texts("id") == ["5"]


@pytest.mark.parametrize("word", ["true", "1", "on", "t", "True", "no", "False", "2", "å", " "])
def test_yes_is_whatever_mastodon_does_not_take_for_no(word: str) -> None:
    assert asked(urlencode({"x": word}).encode(), FORM).flag("x") is True


@pytest.mark.parametrize("word", ["false", "FALSE", "0", "off", "OFF", "f", "F", ""])
def test_no_in_every_spelling(word: str) -> None:
    assert asked(urlencode({"x": word}).encode(), FORM).flag("x") is False


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"\xff", "application/json"),
        (b'{"a": "\\u0000"}', "application/json"),
        (b"[" * 5000, "application/json"),
        (b'{"a":' * 12 + b"1" + b"}" * 12, "application/json"),
        (b"a=%ff", FORM),
        (b"a=%00", FORM),
        ("a=å".encode("latin-1"), FORM),
        (b"&".join(b"a%d=1" % n for n in range(1200)), FORM),
        (b"a" + b"[b]" * 20 + b"=1", FORM),
        (b"not multipart", "multipart/form-data; boundary=x"),
        (b"not multipart", "multipart/form-data"),
    ],
)
def test_what_cannot_be_read_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(Invalid):
        asked(body, kind)


def test_more_than_the_limit_is_too_large() -> None:
    with pytest.raises(TooLarge):
        asked(b"a=" + b"x" * (1 << 20), FORM)


def test_a_wrong_shape_names_its_parameter() -> None:
    params = asked(b'{"a": {"b": 1}, "c": "x", "d": "1e3"}', "application/json")
    for call in (lambda: params.text("a"), lambda: params.whole("d"), lambda: params.inner("c")):
        with pytest.raises(Invalid, match=r"^[acd] must"):
            call()


@pytest.mark.parametrize("number", ["--5", "-", "²", "٣", "1 2", "9" * 20, "9" * 5_000, "+5"])
def test_a_number_is_written_in_plain_digits(number: str) -> None:
    with pytest.raises(Invalid, match=r"^n must be a whole number"):
        asked(urlencode({"n": number}).encode(), FORM).whole("n")


@pytest.mark.parametrize("index", ["²", "٣", "9" * 5_000, "-1"])
def test_what_is_no_index_makes_no_list(index: str) -> None:
    params = asked(urlencode({f"a[{index}]": "x", f"b[{index}][c]": "y"}).encode(), FORM)
    with pytest.raises(Invalid, match=r"^a must be a single value"):
        params.texts("a")
    assert [one.text("c") for one in params.inners("b")] == [None]


def test_files_are_taken_only_where_they_are_expected() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"Content-Type: image/png\r\n\r\nPNG\r\n--x--\r\n"
    )
    kind = "multipart/form-data; boundary=x"
    with pytest.raises(Invalid):
        asked(body, kind)
    params = asked(body, kind, upload=100)
    upload = params.upload("file")
    assert upload is not None
    assert (upload.name, upload.media_type, upload.file.read()) == ("a.png", "image/png", b"PNG")
    params.close()
