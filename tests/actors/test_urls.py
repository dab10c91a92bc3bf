"""Hosts of URLs: one spelling to compare with, none where readers would differ (S10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import Invalid
from actors.handles import domain_of
from actors.urls import host_of, same_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://good.example/users/alice", "good.example"),
        ("HTTPS://GOOD.example:443?x", "good.example"),
        ("http://good.example:80#x", "good.example"),
        ("https://good.example.", "good.example"),
        ("https://good.example.:8443/", "good.example:8443"),
        ("https://good%2Eexample/", "good.example"),
        ("https://ｇood。example/", "good.example"),
        ("https://bøker.example/", "xn--bker-gra.example"),
        ("https://[0:0::1]:8443/", "[::1]:8443"),
    ],
)
def test_s10_a_host_has_one_spelling(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    "url",
    [
        "https://good.example@evil.example/",
        "https://evil.example\\@good.example/",
        "https://evil.example\\.good.example/",
        "https://good.exa\nmple/",
        " https://good.example/",
        "https://good.example\x00/",
        "https://good.example:99999/",
        "https://127.1/",
        "https://[fe80::1%25eth0]/",
        "https:/good.example",
        "https://",
        "ftp://good.example/",
        "",
    ],
)
def test_s10_what_readers_take_differently_has_no_host(url: str) -> None:
    assert host_of(url) == ""
    assert not same_host(url, url)


def test_s10_a_second_spelling_is_no_second_name_for_one_thing() -> None:
    assert same_host("https://good.example/a", "https://GOOD.example/b")
    assert not same_host("https://good.example/a", "https://good.example./a")
    assert not same_host("https://good.example/a", "https://good.example:443/a")
    assert not same_host("https://good.example/a", "https://good.example@evil.example/a")


SPELLED = st.text(st.sampled_from("aAøß.:/@[]%0x19-_ \\#?\t"), max_size=30)


@given(st.sampled_from(["http", "https", "HTTPS", "ftp", "//", ""]), SPELLED, SPELLED)
def test_a_url_has_one_host_whoever_reads_it(scheme: str, authority: str, path: str) -> None:
    url = f"{scheme}://{authority}/{path}"
    try:
        domain = domain_of(url)
    except Invalid:
        domain = ""
    assert domain in ("", host_of(url))
    if not any(char in url for char in " \\\t"):
        assert domain == host_of(url)
    if domain:
        assert host_of(f"https://{domain}/{path}") == host_of(f"https://{domain}") != ""
        assert same_host(url, url)
