"""Our own files: sent as what their names say, never as anything that runs, and no others."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedi.media.blobs import CHUNK, DiskBlobs
from fedi.media.sending import MediaFiles, send_blob
from fedi.net.dispatch import Dispatch
from fedi.store.media import Shown
from tests.fedi.asking import Answered, ask
from tests.running import run


@pytest.fixture
def table(tmp_path: Path) -> Dispatch:
    async def nothing(scope: object, receive: object, send: object) -> None:
        raise AssertionError("not in the table")

    folder = tmp_path / "media"
    folder.mkdir()
    (folder / "a1.png").write_bytes(b"\x89PNG" + b"x" * 100)
    (folder / "stor.mp4").write_bytes(bytes(range(256)) * (CHUNK // 128))
    (folder / "mappe.png").mkdir()
    (folder / "lenke.png").symlink_to("/etc/passwd")
    (folder / "side.html").write_text("<script>alert(1)</script>")
    (folder / "bilde.svg").write_text("<svg onload='alert(1)'/>")
    (tmp_path / "hemmelig.png").write_bytes(b"x")
    table = Dispatch(nothing)

    async def shown(name: str) -> Shown | None:
        known = {"slettet.png": None, "intern.png": Shown(False)}
        return known.get(name, Shown(True, "Møte 3.pdf" if name.endswith("pdf") else ""))

    for name in ("slettet.png", "intern.png"):
        (folder / name).write_bytes(b"\x89PNG")
    (folder / "sak.pdf").write_bytes(b"%PDF-1.7")
    table.add("/media/{name}", MediaFiles(DiskBlobs(folder), shown))
    return table


def get(table: Dispatch, name: str, method: str = "GET", **headers: str) -> Answered:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return run(ask(table, f"/media/{name}", method, headers=named))


def test_a_picture_is_sent_whole_and_may_be_kept_a_day(table: Dispatch) -> None:
    answered = get(table, "a1.png")
    assert answered.status == 200
    assert answered.body == b"\x89PNG" + b"x" * 100
    assert answered.headers["content-type"] == "image/png"
    assert answered.headers["content-length"] == "104"
    assert answered.headers["cache-control"] == "public, max-age=86400"


def test_s18_a_picture_that_not_all_may_see_is_looked_up_anew_each_time(table: Dispatch) -> None:
    headers = get(table, "intern.png").headers
    assert headers["cache-control"] == "private, no-cache"
    assert headers["x-robots-tag"] == "noindex, noarchive"
    again = get(table, "intern.png", if_none_match=headers["etag"])
    assert (again.status, again.headers["cache-control"]) == (304, "private, no-cache")


def test_s19_a_picture_of_no_post_is_answered_as_one_that_never_was(table: Dispatch) -> None:
    assert get(table, "slettet.png").status == get(table, "finnesikke.png").status == 404
    assert get(table, "slettet.png").body == get(table, "finnesikke.png").body
    held = get(table, "slettet.png", if_none_match='"slettet.png"')
    assert held.status == 404


def test_a_document_is_saved_under_its_name_and_never_opened_in_place(table: Dispatch) -> None:
    headers = get(table, "sak.pdf").headers
    stated = headers["content-disposition"]
    assert stated == "attachment; filename=\"M_te 3.pdf\"; filename*=UTF-8''M%C3%B8te%203.pdf"
    assert headers["content-type"] == "application/pdf"
    assert "content-disposition" not in get(table, "a1.png").headers


@pytest.mark.parametrize(
    ("asked", "status", "part", "length"),
    [
        ("bytes=0-1", 206, "bytes 0-1/524288", 2),
        ("bytes=0-", 206, "bytes 0-524287/524288", 524_288),
        ("bytes=524287-", 206, "bytes 524287-524287/524288", 1),
        ("bytes=100-99999999", 206, "bytes 100-524287/524288", 524_188),
        ("bytes=-100", 206, "bytes 524188-524287/524288", 100),
        ("bytes=-9999999", 206, "bytes 0-524287/524288", 524_288),
        ("bytes=524288-", 416, "bytes */524288", 0),
        ("bytes=-0", 416, "bytes */524288", 0),
        ("bytes=5-1", 200, None, 524_288),
        ("bytes=-", 200, None, 524_288),
        ("bytes=0-1,5-6", 200, None, 524_288),
        ("bits=0-1", 200, None, 524_288),
        ("bytes=a-b", 200, None, 524_288),
        ("bytes=" + "9" * 30 + "-", 200, None, 524_288),
    ],
)
def test_a_part_is_sent_where_one_is_asked_for(
    table: Dispatch, asked: str, status: int, part: str | None, length: int
) -> None:
    """iOS plays nothing that comes without 206."""
    answered = get(table, "stor.mp4", range=asked)
    assert answered.status == status
    assert answered.headers.get("content-range") == part
    assert answered.headers["content-length"] == str(length) == str(len(answered.body))
    assert answered.headers["accept-ranges"] == "bytes"
    if status == 206 and part is not None:
        start = int(part.split()[1].partition("-")[0])
        whole = bytes(range(256)) * (CHUNK // 128)
        assert answered.body == whole[start : start + length]


def test_a_part_is_of_what_the_asker_has_the_rest_of(table: Dispatch) -> None:
    tag = get(table, "stor.mp4").headers["etag"]
    assert get(table, "stor.mp4", range="bytes=0-1", if_range=tag).status == 206
    assert get(table, "stor.mp4", range="bytes=0-1", if_range='"other"').status == 200
    assert get(table, "stor.mp4", "HEAD", range="bytes=0-1").body == b""


def test_nothing_in_a_file_can_run(table: Dispatch) -> None:
    headers = get(table, "a1.png").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_a_large_file_comes_in_pieces_and_whole(table: Dispatch) -> None:
    answered = get(table, "stor.mp4")
    assert len(answered.body) == 2 * CHUNK
    assert answered.body == bytes(range(256)) * (CHUNK // 128)


def test_head_says_the_same_without_a_body(table: Dispatch) -> None:
    answered = get(table, "a1.png", "HEAD")
    assert (answered.headers["content-length"], answered.body) == ("104", b"")


def test_who_has_it_already_is_told_so(table: Dispatch) -> None:
    etag = get(table, "a1.png").headers["etag"]
    again = get(table, "a1.png", if_none_match=f'W/"x", {etag}')
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "finnes-ikke.png",
        "mappe.png",
        "lenke.png",
        "side.html",
        "bilde.svg",
        "..",
        ".png",
        "..%2fhemmelig.png",
        "..\\hemmelig.png",
        "%2e%2e%2fhemmelig.png",
        "a1.PNG",
        "a1.png ",
        "a1.png\x00.png",
        "a1.png\n",
        "a" * 300 + ".png",
        "æ.png",
        "a1",
        "a1.png.html",
    ],
)
def test_any_other_name_is_no_file(table: Dispatch, name: str) -> None:
    assert get(table, name).status == 404


@given(st.text("bytes=-,0123456789 ", max_size=20) | st.text(max_size=12))
def test_whatever_part_is_asked_for_what_comes_is_that_part_or_all(asked: str) -> None:
    whole = bytes(range(200))

    class Whole:
        size = len(whole)

        async def chunks(self, start: int, length: int) -> AsyncIterator[bytes]:
            yield whole[start : start + length]

        async def close(self) -> None:
            """Nothing is held."""

    async def story() -> tuple[int, dict[bytes, bytes], bytes]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        header = asked.encode("latin-1", errors="replace")
        scope = {"method": "GET", "headers": [(b"range", header)]}
        await send_blob(scope, send, Whole(), b'"x"', ())
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(m["body"] for m in sent[1:])

    status, headers, body = run(story())
    assert int(headers[b"content-length"]) == len(body)
    if status == 206:
        first, last = headers[b"content-range"].split()[1].partition(b"/")[0].split(b"-")
        assert body == whole[int(first) : int(last) + 1]
        assert body
    else:
        assert (status, body) in ((200, whole), (416, b""))
