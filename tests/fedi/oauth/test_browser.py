"""Cookies and forms: whose they are, and that nobody else's are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.urls import Urls
from fedi.oauth.browser import SESSION, VISIT, Jar, local_path

HTTPS = Urls("https://nordvik.test", "nordvik.test")
LAB = Urls("http://127.0.0.1:8000", "127.0.0.1:8000")


def test_over_https_no_other_host_or_path_can_set_our_cookies() -> None:
    name, text = Jar(HTTPS).set(SESSION, "abc", 60)
    assert name == b"set-cookie"
    assert text == b"__Host-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"


def test_two_houses_on_one_machine_keep_their_cookies_apart() -> None:
    one, other = Jar(LAB), Jar(Urls("http://127.0.0.1:8001", "127.0.0.1:8001"))
    assert one.name(SESSION) != other.name(SESSION)
    assert b"Secure" not in one.set(VISIT, "abc")[1]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("__Host-session=abc", "abc"),
        ("a=b; __Host-session=abc; c=d", "abc"),
        ('odd=" ,; a b=; =; __Host-session=abc', "abc"),
        ("__Host-session=abc; __Host-session=def", "abc"),
        ("session=abc", ""),
        ("__host-session=abc", ""),
        ("__Host-session=a b", ""),
        ("__Host-session=" + "a" * 200, ""),
        ("", ""),
    ],
)
def test_a_cookie_is_found_whatever_stands_beside_it(header: str, value: str) -> None:
    assert Jar(HTTPS).read(header, SESSION) == value


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%09\n\tahtps evil"), max_size=40))
def test_no_path_leads_out_of_the_house(wanted: str) -> None:
    led = local_path(wanted, "/here")
    assert led.startswith("/")
    assert not led.startswith("//")
    assert "\\" not in led
    assert led.isprintable()
    assert led.isascii()


@pytest.mark.parametrize("wanted", ["//[", "/[", "//[::1", "https://["])
def test_an_address_that_none_can_read_leads_nowhere(wanted: str) -> None:
    assert local_path(wanted, "/here") in ("/here", "/%5B")
