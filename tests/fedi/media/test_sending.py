"""Our own files: sent as what their names say, never as anything that runs, and no others."""

from pathlib import Path

import pytest

from fedi.media.sending import CHUNK, KINDS, MediaFiles, kind_of
from fedi.net.dispatch import Dispatch
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

    async def shown(name: str) -> str:
        return {"intern.png": "", "folgere.png": "limited"}.get(name, "public")

    for name in ("intern.png", "folgere.png"):
        (folder / name).write_bytes(b"\x89PNG")
    table.add("/media/{name}", MediaFiles(folder, shown))
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


def test_s18_a_picture_that_not_all_may_see_is_kept_by_nobody(table: Dispatch) -> None:
    assert get(table, "folgere.png").headers["cache-control"] == "private, no-store"


def test_s19_an_internal_picture_is_answered_as_one_that_never_was(table: Dispatch) -> None:
    assert get(table, "intern.png").status == get(table, "finnesikke.png").status == 404
    assert get(table, "intern.png").body == get(table, "finnesikke.png").body


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


def test_no_kind_of_file_is_one_that_browsers_run() -> None:
    for kind in KINDS.values():
        assert kind.partition("/")[0] in ("image", "video", "audio") or kind == "application/pdf"
        assert "svg" not in kind
    assert kind_of("x.webp") == "image/webp"
    assert kind_of("x.exe") is None
