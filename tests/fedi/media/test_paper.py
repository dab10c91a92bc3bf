"""Documents: as they came, never with macros; a PDF with its first page in front."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from fedi.media.errand import Unusable
from fedi.media.paper import office, pdf
from tests.fedi.media import made
from tests.fedi.media.errands import errand
from tests.fedi.media.errands import made as kept


@pytest.mark.usefixtures("poppler")
def test_a_pdf_is_kept_as_it_came_with_a_picture_of_its_first_page(tmp_path: Path) -> None:
    data = made.pdf()
    ready = pdf(errand(tmp_path, data)[0])
    assert (ready.kind, ready.main, ready.preview_width) == ("file", "main.pdf", 640)
    assert kept(tmp_path, "main.pdf") == data
    with Image.open(io.BytesIO(kept(tmp_path, ready.preview))) as page:
        colours = page.convert("L").getextrema()
    assert colours[0] < 80 < 240 < colours[1]  # letters on paper


@pytest.mark.usefixtures("poppler")
def test_a_script_in_a_pdf_does_not_run_here(tmp_path: Path) -> None:
    data = made.pdf(script="app.alert(1); this.submitForm('http://127.0.0.1:1/')")
    assert pdf(errand(tmp_path, data)[0]).preview


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.7\n" + bytes(3000), made.pdf()[:200]])
def test_a_damaged_pdf_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unusable, match="document"):
        pdf(errand(tmp_path, data)[0])


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (made.docx(), "docx"),
        (made.docx().replace(b"word/document.xml", b"xl/workbook12.xml"), "xlsx"),
        (made.docx().replace(b"word/document.xml", b"ppt/presentat.xml"), "pptx"),
        (made.odt(), "odt"),
    ],
)
def test_an_office_document_is_known_by_what_is_in_it(
    tmp_path: Path, data: bytes, suffix: str
) -> None:
    ready = office(errand(tmp_path, data)[0])
    assert ready.main == f"main.{suffix}"
    assert kept(tmp_path, ready.main) == data


def packed(*names: str, first: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        packed("a.txt"),
        packed("index.html"),
        packed("META-INF/MANIFEST.MF", "A.class"),
        packed("AndroidManifest.xml"),
        packed("[Content_Types].xml"),
        packed("a", first="application/epub+zip"),
        packed("Basic/script.xml", first="application/vnd.oasis.opendocument.text"),
        packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
        packed("[Content_Types].xml", "xl/VBAPROJECT.BIN", "xl/workbook.xml"),
        b"PK\x03\x04" + bytes(200),
        made.docx()[:-30],
    ],
)
def test_any_other_zip_and_all_macros_are_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(Unusable):
        office(errand(tmp_path, data)[0])


@pytest.mark.slow
def test_a_zip_of_very_many_is_refused(tmp_path: Path) -> None:
    data = packed("[Content_Types].xml", *(f"word/{n}" for n in range(20_001)))
    with pytest.raises(Unusable):
        office(errand(tmp_path, data)[0])
