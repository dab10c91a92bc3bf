"""An answer is read the same however the bytes come, and nothing lenient gets through."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import FetchRefused
from fedi.net.failures import Reason, reason_of
from fedi.net.wire import MAX_CHUNKS, MAX_HEAD, AnswerReader

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\n2;name=value\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
)
CHUNKED_HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + PLAIN
ZIPPED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%b"


def read(
    raw: bytes, *, method: str = "GET", max_body: int = 1000, cut: bool = False
) -> AnswerReader:
    reader = AnswerReader(method, max_body, cut=cut)
    reader.feed(raw)
    return reader


def feed_often(reader: AnswerReader, piece: bytes, times: int) -> None:
    for _ in range(times):
        reader.feed(piece)


def zipped(body: bytes) -> bytes:
    packed = gzip.compress(body, mtime=0)
    return ZIPPED % (len(packed), packed)


@pytest.mark.parametrize("raw", [PLAIN, CHUNKED, INTERIM, zipped(b"hello")])
def test_an_answer_is_read_however_it_is_cut_into_pieces(raw: bytes) -> None:
    for size in (1, 2, 3, 7, len(raw)):
        reader = AnswerReader("GET", 1000)
        for at in range(0, len(raw), size):
            assert not reader.done
            reader.feed(raw[at : at + size])
        assert (reader.done, reader.status, reader.body) == (True, 200, b"hello")
        assert reader.reusable


def test_header_names_come_in_lower_case_and_values_without_white_space_around() -> None:
    assert read(PLAIN).headers == [("content-length", "5"), ("x-a", "b")]


@pytest.mark.parametrize("status", [204, 304])
def test_these_statuses_have_no_body_whatever_the_length_says(status: int) -> None:
    reader = read(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status)
    assert reader.done
    assert reader.reusable
    assert reader.body == b""


def test_an_answer_to_head_has_no_body() -> None:
    assert read(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method="HEAD").done


def test_without_a_length_the_body_lasts_until_the_other_side_closes() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\n\r\nhel")
    reader.feed(b"lo")
    assert not reader.done
    assert reader.feed_eof()
    assert reader.body == b"hello"
    assert not reader.reusable


@pytest.mark.parametrize("raw", [PLAIN[:-1], CHUNKED[:-2], CHUNKED[:60], PLAIN[:20]])
def test_an_early_end_is_not_an_answer(raw: bytes) -> None:
    assert not read(raw).feed_eof()


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nConnection: Upgrade, Close\r\nContent-Length: 5\r\n\r\nhello",
        PLAIN + b"HTTP/1.1 200 OK\r\n",
        CHUNKED + b"x",
    ],
)
def test_after_such_an_answer_the_connection_is_not_used_again(raw: bytes) -> None:
    reader = read(raw)
    assert reader.body == b"hello"
    assert not reader.reusable


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.2 200 OK\r\n\r\n",
        b"http/1.1 200 OK\r\n\r\n",
        b"ICY 200 OK\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 099 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 O\x00K\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + PLAIN,
        b"HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\nC: d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\rC: d\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\xc3\x85: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: ²\r\n\r\n".encode("latin-1"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 1111111111111111111\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\nhel\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhelo\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n111111111\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;" + b"x" * 300,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nbad trailer\r\n\r\n",
    ],
)
def test_what_two_readers_might_read_differently_is_refused(raw: bytes) -> None:
    with pytest.raises(FetchRefused) as caught:
        read(raw + (b"" if b"chunked" in raw else b"\r\n\r\n"))
    assert reason_of(caught.value) is Reason.PROTOCOL


def test_equal_lengths_said_twice_are_one_length() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r\nhello"
    assert read(raw).body == b"hello"


def test_a_header_block_over_32_kilobytes_is_refused_even_without_an_end() -> None:
    reader = AnswerReader("GET", 1000)
    reader.feed(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(FetchRefused) as caught:
        feed_often(reader, b"X-Filler: " + b"x" * 88 + b"\r\n", MAX_HEAD // 100 + 1)
    assert reason_of(caught.value) is Reason.TOO_LARGE


def test_trailers_without_end_are_refused() -> None:
    reader = AnswerReader("GET", 1000)
    reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
    with pytest.raises(FetchRefused):
        feed_often(reader, b"trailer: x\r\n", MAX_HEAD // 10 + 10)


def test_a_body_of_very_many_tiny_chunks_is_refused() -> None:
    with pytest.raises(FetchRefused):
        read(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            + b"1\r\nx\r\n" * (MAX_CHUNKS + 1),
            max_body=1_000_000,
        )


OVERSIZED = [
    b"HTTP/1.1 %d X\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001,
    b"HTTP/1.1 %d X\r\n\r\n" + b"x" * 1001,
    b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024,
    b"HTTP/1.1 %d X\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"x" * 1001, mtime=0),
]


@pytest.mark.parametrize("raw", OVERSIZED)
def test_a_body_over_the_cap_is_refused(raw: bytes) -> None:
    with pytest.raises(FetchRefused) as caught:
        read(raw.replace(b"%d", b"200"))
    assert reason_of(caught.value) is Reason.TOO_LARGE


@pytest.mark.parametrize("raw", OVERSIZED)
@pytest.mark.parametrize(("status", "cut"), [(500, False), (200, True), (202, True), (404, True)])
def test_where_the_status_is_what_matters_a_long_body_is_cut(
    raw: bytes, status: int, cut: bool
) -> None:
    reader = read(raw.replace(b"%d", str(status).encode()), cut=cut)
    assert reader.done
    assert reader.status == status
    assert reader.body == b"x" * 1000
    assert not reader.reusable


def test_an_announced_length_over_the_cap_is_refused_before_the_body_comes() -> None:
    with pytest.raises(FetchRefused):
        read(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")


def test_a_body_of_exactly_the_cap_is_taken() -> None:
    assert len(read(zipped(b"x" * 1000)).body) == 1000
    assert len(read(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000).body) == 1000


def test_a_gzip_bomb_is_cut_off_at_the_cap() -> None:
    """S28: no more is ever inflated than is taken."""
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    assert len(bomb) < 49_000
    with pytest.raises(FetchRefused) as caught:
        read(ZIPPED % (len(bomb), bomb), max_body=1_000_000)
    assert reason_of(caught.value) is Reason.TOO_LARGE


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"hello"),
        ("deflate", zlib.compress(b"hello")),
        ("zstd", b"hello"),
        ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
        ("gzip", b"hello"),
        ("gzip", gzip.compress(b"hello", mtime=0)[:-4]),
        ("gzip", gzip.compress(b"hello", mtime=0) + b"more"),
        ("gzip", gzip.compress(b"hello", mtime=0) + gzip.compress(b"hello", mtime=0)),
    ],
)
def test_other_encodings_and_broken_gzip_are_refused(encoding: str, body: bytes) -> None:
    head = f"HTTP/1.1 %d X\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
    with pytest.raises(FetchRefused) as caught:
        read((head % 200).encode() + body)
    assert reason_of(caught.value) is Reason.ENCODING
    assert read((head % 503).encode() + body).status == 503


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "identity"])
def test_an_empty_body_may_claim_an_encoding(encoding: str) -> None:
    reader = read(
        f"HTTP/1.1 202 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert reader.done
    assert reader.body == b""
    assert reader.reusable


@given(st.lists(st.binary(max_size=40), max_size=12), st.booleans())
def test_any_bytes_are_read_or_refused(pieces: list[bytes], opened: bool) -> None:
    reader = AnswerReader("GET", 100)
    try:
        if opened:
            reader.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            reader.feed(piece)
    except FetchRefused:
        return
    assert len(reader.body) <= 100
