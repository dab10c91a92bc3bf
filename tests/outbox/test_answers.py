"""Answers as data: ETags, caching, and 304."""

from outbox.answers import answered, unless_known, written

HERE = answered("application/activity+json", b"{}", public=True)


def test_the_same_bytes_in_another_type_are_another_answer() -> None:
    other = answered('application/ld+json; profile="x"', b"{}", public=True)
    assert other.header(b"etag") != HERE.header(b"etag")


def test_the_etag_is_quoted_and_follows_the_body() -> None:
    etag = HERE.header(b"etag")
    assert etag.startswith(b'"')
    assert etag.endswith(b'"')
    assert answered("application/activity+json", b"{} ", public=True).header(b"etag") != etag
    assert answered("application/activity+json", b"{}", public=True).header(b"etag") == etag


def test_who_holds_it_gets_no_body_and_no_length() -> None:
    known = unless_known(HERE, HERE.header(b"etag").decode())
    assert (known.status, known.body) == (304, b"")
    assert {name for name, _ in known.headers} == {b"etag", b"cache-control", b"vary"}


def test_what_is_gone_is_never_unchanged() -> None:
    gone = answered("application/activity+json", b"{}", public=True, status=410)
    assert unless_known(gone, "*") is gone


def test_no_such_header_is_empty() -> None:
    assert HERE.header(b"set-cookie") == b""


def test_a_document_is_written_as_utf_8() -> None:
    assert written({"name": "Ås"}) == '{"name":"Ås"}'.encode()
