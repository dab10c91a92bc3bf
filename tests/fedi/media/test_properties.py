"""Documents tell nothing of their makers, and are otherwise what they were."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fedi.media.errand import Unusable
from fedi.media.paper import office
from fedi.media.properties import empty_properties
from tests.fedi.media.errands import errand
from tests.fedi.media.errands import made as kept

NAME = "Kari Nordmann"
CORE = f"<cp:coreProperties><dc:creator>{NAME}</dc:creator></cp:coreProperties>"
TYPES = (
    '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxml"/>'
    "<Override ContentType='application/vnd.openxmlformats-package.core-properties+xml'"
    " PartName='/odd/place.xml'/></Types>"
)
DOCX = {
    "[Content_Types].xml": TYPES,
    "word/document.xml": "<w:document>Hei</w:document>",
    "docProps/core.xml": CORE,
    "docProps/app.xml": f"<Properties><Company>{NAME}</Company></Properties>",
    "docProps/custom.xml": f"<Properties>{NAME}</Properties>",
    "odd/place.xml": CORE,
    "word/media/": "",
}
ODT = {
    "mimetype": "application/vnd.oasis.opendocument.text",
    "content.xml": "<office:document-content>Hei</office:document-content>" * 50,
    "meta.xml": f"<office:document-meta><dc:creator>{NAME}</dc:creator></office:document-meta>",
    "META-INF/manifest.xml": "<manifest:manifest/>",
}


def packed(parts: dict[str, str], **more: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = NAME.encode()
        for name, text in {**parts, **more}.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), text, how)
    return buffer.getvalue()


@pytest.mark.parametrize(("parts", "suffix"), [(DOCX, "docx"), (ODT, "odt")])
def test_names_and_times_are_gone_and_all_else_is_there(
    tmp_path: Path, parts: dict[str, str], suffix: str
) -> None:
    ready = office(errand(tmp_path, packed(parts))[0])
    data = kept(tmp_path, ready.main)
    assert ready.main == f"main.{suffix}"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == list(parts)
        assert archive.comment == b""
        for member in archive.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            text = archive.read(member).decode()
            assert NAME not in text
            if NAME not in parts[member.filename]:
                assert text == parts[member.filename]
    if suffix == "odt":
        # What tells its kind without unpacking stands where it is looked for.
        assert data[30:38] == b"mimetype"
        assert data[38 : 38 + len(ODT["mimetype"])] == ODT["mimetype"].encode()


@pytest.mark.parametrize(
    ("parts", "more"),
    [
        (DOCX, {"_xmlsignatures/sig1.xml": "<Signature/>"}),
        (ODT, {"META-INF/documentsignatures.xml": "<Signature/>"}),
        (ODT, {"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        ({name: text for name, text in ODT.items() if name != "meta.xml"}, {}),
    ],
)
def test_what_is_signed_or_locked_or_says_nothing_is_kept_as_it_came(
    tmp_path: Path, parts: dict[str, str], more: dict[str, str]
) -> None:
    data = packed(parts, **more)
    assert kept(tmp_path, office(errand(tmp_path, data)[0]).main) == data


def test_what_unpacks_to_very_much_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fedi.media.properties._UNPACKED_BYTES", 100)
    source = tmp_path / "in.docx"
    source.write_bytes(packed(DOCX))
    assert not empty_properties(source, tmp_path / "out.docx")
    assert not (tmp_path / "out.docx").exists()


def test_a_part_that_is_not_what_it_says_is_an_unreadable_document(tmp_path: Path) -> None:
    data = packed(DOCX)
    at = data.index(b"word/document.xml") + len("word/document.xml")
    broken: Any = data[:at] + bytes(8) + data[at + 8 :]
    with pytest.raises(Unusable):
        office(errand(tmp_path, broken)[0])
