"""host-meta is written as XML and nothing of ours reads any (S29)."""

import re
from pathlib import Path

import pytest

import fedi
from fedi.net.client import is_json_type
from fedi.wellknown import host_meta
from tests.fedi.town import URLS

ROOT = Path(fedi.__file__).parent.parent
PARSERS = re.compile(
    r"^\s*(?:from|import)\s+(?:xml\.(?:etree|dom|sax(?!\.saxutils)|parsers)|lxml|defusedxml|bs4"
    r"|html5lib|xmltodict)\b",
    re.M,
)


def test_s29_no_module_of_ours_imports_an_xml_parser() -> None:
    assert PARSERS.search("from xml.etree import ElementTree")
    assert not PARSERS.search("from xml.sax.saxutils import quoteattr")
    for package in ("actors", "inbox", "outbox", "fedi"):
        for path in (ROOT / package).rglob("*.py"):
            assert not PARSERS.search(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("kind", ["application/xrd+xml", "application/xml", "text/xml"])
def test_s29_an_answer_in_xml_is_not_taken_for_webfinger(kind: str) -> None:
    assert not is_json_type(kind)


def test_the_template_is_written_so_that_xml_keeps_it_whole() -> None:
    xrd = host_meta.xrd(URLS).decode()
    assert 'template="https://sosial.nordvik.test/.well-known/webfinger?resource={uri}"' in xrd
    assert xrd.count("<Link ") == 1
