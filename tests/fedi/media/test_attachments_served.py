"""Files through whole processes, as an app sends and shows them: taken here, made ready there."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fedi.house_on_disk import HouseOnDisk
from tests.fedi.media import made

BOUNDARY = "grense"


@dataclass
class App:
    """An app with a token; files it asks for without."""

    origin: str
    token: str

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind}
        status, _, content = fetched(f"{self.origin}{path}", method, body or None, **headers)
        return status, json.loads(content) if content else None

    def upload(self, name: str, content: bytes, alt: str) -> tuple[int, Any]:
        body = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="description"\r\n\r\n{alt}\r\n'
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/html\r\n\r\n"
        ).encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()  # fmt: skip
        return self.ask("POST", "/api/v2/media", body, f"multipart/form-data; boundary={BOUNDARY}")

    def says(self, text: str, *media: str, visibility: str) -> Any:
        body = json.dumps({"status": text, "media_ids": media, "visibility": visibility}).encode()
        status, told = self.ask("POST", "/api/v1/statuses", body, "application/json")
        assert status == 200, told
        return told


def fetched(
    url: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    asked = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            found = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, found, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {}, error.read()


def app_of(house: HouseOnDisk, origin: str) -> App:
    words = ("token", "create", "--person", "anne", "--as", "ikt_teamet", "--scope", "read write")
    return App(origin, house.fedi(*words)["token"])


@pytest.mark.slow
@pytest.mark.usefixtures("ffmpeg")
def test_a_film_is_taken_here_made_ready_there_and_gone_with_its_post(
    served: tuple[HouseOnDisk, str],
) -> None:
    house, origin = served
    app = app_of(house, origin)
    status, film = app.upload("møte.mp4", made.film("mp4"), "Fra møtet")
    assert (status, film["url"], film["type"]) == (202, None, "video")
    for _ in range(300):
        status, film = app.ask("GET", f"/api/v1/media/{film['id']}")
        if status == 200:
            break
        assert status == 206, film
        time.sleep(0.1)
    assert film["meta"]["original"]["width"] == 160
    assert len(film["blurhash"]) == 28

    post = app.says("Internt", film["id"], visibility="private")
    (shown,) = post["media_attachments"]
    assert shown["description"] == "Fra møtet"
    status, headers, part = fetched(shown["url"], Range="bytes=4-7")
    assert (status, part) == (206, b"ftyp")
    assert headers["content-type"] == "video/mp4"
    assert headers["cache-control"] == "private, no-cache"
    assert fetched(shown["preview_url"])[1]["content-type"] == "image/webp"

    assert app.ask("DELETE", f"/api/v1/statuses/{post['id']}")[0] == 200
    assert fetched(shown["url"])[0] == fetched(shown["preview_url"])[0] == 404
    assert shown["url"].rpartition("/")[2] not in house.log()


@pytest.mark.slow
def test_what_is_no_picture_is_refused_whatever_it_is_called(
    served: tuple[HouseOnDisk, str],
) -> None:
    house, origin = served
    app = app_of(house, origin)
    for content in (b"<svg onload='alert(1)'/>", b"", made.png_of_size(50_000, 50_000)):
        status, told = app.upload("bilde.png", content, "Bilde")
        assert status == 422, told
        assert told["error"]
    status, one = app.upload("bilde.html", made.picture("JPEG", exif=made.exif()), "Bilde")
    assert status == 200
    _, headers, content = fetched(one["url"])
    assert headers["content-type"] == "image/jpeg"
    assert made.SECRET.encode() not in content
