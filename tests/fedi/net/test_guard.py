"""One canonical form of a URL, and no address that is not on the public internet."""

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors.errors import FetchRefused
from fedi.net.failures import Reason, reason_of
from fedi.net.guard import Rules, canonical_url, check_target, is_allowed_address

PUBLIC = Rules()
LAB = Rules(lab=True)

HOSTILE_ADDRESSES = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.255",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1::8.8.8.8",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "fe80::1%eth0",
    "2a00::1%1",
]

PUBLIC_ADDRESSES = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "193.212.1.10",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "198.17.0.1",
    "198.20.0.1",
    "223.255.255.254",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "2620:1::1",
    "64:ff9b::8.8.8.8",
]


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_an_address_off_the_public_internet_is_not_allowed(address: str) -> None:
    """The table of S12."""
    assert not is_allowed_address(address)


@pytest.mark.parametrize("address", PUBLIC_ADDRESSES)
def test_a_public_address_is_allowed(address: str) -> None:
    assert is_allowed_address(address)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "1.2.3.4/8"]
)
def test_what_is_not_an_address_is_not_allowed(text: str) -> None:
    assert not is_allowed_address(text)


@pytest.mark.parametrize("address", [a for a in HOSTILE_ADDRESSES if "%" not in a])
def test_a_hostile_address_written_in_a_url_is_refused(address: str) -> None:
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(FetchRefused) as caught:
        check_target(canonical_url(f"https://{literal}/"), PUBLIC)
    assert reason_of(caught.value) is Reason.ADDRESS


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://EXAMPLE.COM/A", "https://example.com/A"),
        ("https://example.com./a", "https://example.com/a"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("https://example.com:0443/a", "https://example.com/a"),
        ("https://example.com:/a", "https://example.com/a"),
        ("http://example.com:80/a", "http://example.com/a"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://exam%70le.com/a", "https://example.com/a"),
        ("https://ex%C3%A6mple.com/a", "https://xn--exmple-qua.com/a"),
        ("https://ｅｘａｍｐｌｅ.com/a", "https://example.com/a"),
        ("https://example。com/a", "https://example.com/a"),
        ("https://example.com。/a", "https://example.com/a"),
        ("https://example．com｡/a", "https://example.com/a"),
        ("https://blåbærsyltetøy.no/a", "https://xn--blbrsyltety-y8ao3x.no/a"),
        ("https://BLÅBÆRSYLTETØY.no/a", "https://xn--blbrsyltety-y8ao3x.no/a"),
        ("https://faß.de/", "https://xn--fa-hia.de/"),
        ("https://ex\u00adample.com/", "https://example.com/"),
        ("https://example.com/a#main-key", "https://example.com/a"),
        ("https://example.com?q=1#x", "https://example.com/?q=1"),
        ("https://example.com/å?ø=1", "https://example.com/%C3%A5?%C3%B8=1"),
        ("https://example.com/a%2Fb%c3", "https://example.com/a%2Fb%c3"),
        ("https://example.com/a/./b/../c", "https://example.com/a/c"),
        ("https://example.com/../..", "https://example.com/"),
        ("https://example.com/@user@host", "https://example.com/@user@host"),
        ("https://example.com/did:plc:x/a;b", "https://example.com/did:plc:x/a;b"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("https://１２７.0.0.1/", "https://127.0.0.1/"),
        ("https://xn--n3h.example.com/", "https://xn--n3h.example.com/"),
        ("https://a_b.example.com/", "https://a_b.example.com/"),
        ("https://r3---sn-ab.example.com/", "https://r3---sn-ab.example.com/"),
    ],
)
def test_a_url_has_one_canonical_form(written: str, canonical: str) -> None:
    assert canonical_url(written).url == canonical
    assert canonical_url(canonical).url == canonical
    assert str(httpx2.URL(canonical)) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        "example.com",
        "//example.com/",
        "/a",
        "https:example.com",
        "https:///a",
        "https://",
        "https://:443/",
        "https://user@example.com/",
        "https://user:password@example.com/",
        "https://example.com@127.0.0.1/",
        "https://@example.com/",
        "https://exam ple.com/",
        "https://example.com\\@evil.example/",
        "https:\\\\example.com/",
        "https://example.com/\r\nHost: evil",
        "https://example.com/\x00",
        " https://example.com/",
        "https://example.com\t/",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://example.com:-1/",
        "https://example.com:４４３/",
        "https://example.com:443:443/",
        "https://exa%mple.com/",
        "https://example%2ecom%2f@evil.example/",
        "https://example.com%00.evil.example/",
        "https://example.com%2Fevil.example/",
        "https://%ff.example.com/",
        "https://exam%2570le.com/",
        "https://a..b/",
        "https://.example.com/",
        "https://example.com../",
        "https://-a.example.com/",
        "https://[::1%25eth0]/",
        "https://[fe80::1%eth0]/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://[127.0.0.1]/",
        "https://::1/",
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://017700000001/",
        "https://127.1/",
        "https://127.0.1/",
        "https://1.2.3.4.5/",
        "https://256.0.0.1/",
        "https://0/",
        "https://foo.0x/",
        "https://xn--a.example.com/",
        "https://" + "a" * 64 + ".example.com/",
        "https://" + "a." * 130 + "com/",
        "https://example.com/" + "a" * 4096,
        "https://example.com/\ud800",
    ],
)
def test_a_url_without_a_canonical_form_is_refused(written: str) -> None:
    with pytest.raises(FetchRefused) as caught:
        canonical_url(written)
    assert reason_of(caught.value) is Reason.URL


@pytest.mark.parametrize(
    "written",
    ["ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript://a/%0a"],
)
def test_other_schemes_are_refused(written: str) -> None:
    with pytest.raises(FetchRefused):
        canonical_url(written)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("http://example.com/", Reason.SCHEME),
        ("https://example.com:22/", Reason.PORT),
        ("https://example.com:6379/", Reason.PORT),
        ("https://localhost/", Reason.ADDRESS),
        ("https://localhost./", Reason.ADDRESS),
        ("https://LOCALHOST/", Reason.ADDRESS),
        ("https://foo.localhost/", Reason.ADDRESS),
        ("https://printer.local/", Reason.ADDRESS),
        ("https://metadata.google.internal/", Reason.ADDRESS),
        ("https://router.home.arpa/", Reason.ADDRESS),
        ("https://intranet/", Reason.ADDRESS),
        ("https://abcdef.onion/", Reason.ADDRESS),
        ("https://a.test/", Reason.ADDRESS),
    ],
)
def test_outside_a_lab_these_are_refused_and_inside_allowed(written: str, reason: Reason) -> None:
    target = canonical_url(written)
    with pytest.raises(FetchRefused) as caught:
        check_target(target, PUBLIC)
    assert reason_of(caught.value) is reason
    check_target(target, LAB)


def test_a_configured_port_is_allowed() -> None:
    check_target(canonical_url("https://example.com:9443/"), Rules(extra_ports=frozenset({9443})))
    check_target(canonical_url("https://example.com:8443/"), PUBLIC)
    check_target(canonical_url("https://nonlocal.example.com/"), PUBLIC)


@given(st.text(max_size=60))
def test_any_text_is_read_to_a_fixed_point_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://example.com/{text}"):
        try:
            target = canonical_url(url)
        except FetchRefused:
            continue
        assert canonical_url(target.url) == target
        assert target.url.isascii()
        assert str(httpx2.URL(target.url)) == target.url
