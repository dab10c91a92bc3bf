"""What a browser is called on the page of sessions."""

import pytest

from fedi.oauth.agents import known_by

ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (ANDROID, "Firefox · Android"),
        (EDGE, "Edge · Windows"),
        (IPHONE, "Safari · iPhone"),
        ("curl/8.0", "curl/8.0"),
        ("x" * 200, "x" * 40),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name_and_its_machine(agent: str, name: str) -> None:
    assert known_by(agent) == name
