"""Documents, in the child process: PDF with its first page as preview, and office documents.

They are never shown in place, so what is in them is not our visitors' browsers' concern. Office
documents lose what they say of their makers (properties.py); those with macros are refused:
whoever opens one runs them. A PDF is kept as it came (docs/decisions/0018).
"""

import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Final

from fedi.media.errand import Errand, Ready, Unusable
from fedi.media.kinds import DOCUMENTS, PNG
from fedi.media.programs import run
from fedi.media.properties import empty_properties
from fedi.media.still import only_preview

_UNREADABLE: Final = "That document can't be read: it is damaged, locked, or not what it seems."
_BROKEN: Final = (
    OSError,
    ValueError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
)
_MEMBERS: Final = 20_000
_FOLDERS: Final = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}


def pdf(errand: Errand) -> Ready:
    """Take a PDF as it is, with a picture of its first page."""
    command = [
        errand.pdftoppm, "-q", "-f", "1", "-l", "1", "-singlefile", "-png",
        "-scale-to", str(errand.preview_side), errand.source, "page",
    ]  # fmt: skip
    done = run(command, errand.folder)
    page = Path(errand.folder) / "page.png"
    if done.returncode != 0 or not page.is_file():
        raise Unusable(_UNREADABLE, detail=done.stderr[-300:].decode(errors="replace"))
    shutil.copyfile(errand.source, Path(errand.folder) / "main.pdf")
    return Ready(
        kind="file",
        main="main.pdf",
        media_type="application/pdf",
        **only_preview(errand, page, PNG),
    )


def office(errand: Errand) -> Ready:
    """Take an office document, if that is what the zip is, with its properties emptied."""
    source = Path(errand.source)
    try:
        with zipfile.ZipFile(source) as archive:
            suffix = _kind_of(archive)
        main = Path(errand.folder) / f"main.{suffix}"
        if not empty_properties(source, main):
            shutil.copyfile(source, main)
    except _BROKEN as error:
        raise Unusable(_UNREADABLE, detail=repr(error)[:200]) from error
    return Ready(kind="file", main=f"main.{suffix}", media_type=DOCUMENTS[suffix])


def _kind_of(archive: zipfile.ZipFile) -> str:
    """Return the ending for what a zip holds (ECMA-376 part 2, OpenDocument 1.3 part 2)."""
    names = archive.namelist()
    if len(names) > _MEMBERS:
        raise Unusable(_UNREADABLE, detail=f"{len(names)} members")
    if any(Path(name).name.lower() in ("vbaproject.bin", "vbadata.xml") for name in names):
        raise Unusable("Documents with macros are not taken: save it without, as docx or xlsx.")
    if names and names[0] == "mimetype":
        with archive.open("mimetype") as member:
            stated = member.read(200).decode("ascii", errors="replace").strip()
        found = next((suffix for suffix, kind in DOCUMENTS.items() if kind == stated), None)
        if found is not None and not any(name.startswith("Basic/") for name in names):
            return found
    if "[Content_Types].xml" in names:
        for folder, suffix in _FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return suffix
    raise Unusable(
        "That kind of file is not taken: use pictures, films, sounds, PDF, or documents from "
        "Word, Excel, PowerPoint or LibreOffice."
    )
