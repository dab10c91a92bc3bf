"""What office documents say of their makers, emptied: names, organisation, times, in the child.

A department's letter must not tell who wrote it, on which machine, from which template. The parts
stay, since programs mend what lacks them, but say nothing. A signed or locked document is left as
it came: it would be neither any more. Comments and tracked changes are text, and stay.
"""

import re
import zipfile
from pathlib import Path
from typing import Final

_HEAD: Final = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OOXML: Final = "http://schemas.openxmlformats.org/"
_CORE: Final = _HEAD + (
    f'<cp:coreProperties xmlns:cp="{_OOXML}package/2006/metadata/core-properties"/>'.encode()
)
_EXTENDED: Final = (
    _HEAD + f'<Properties xmlns="{_OOXML}officeDocument/2006/extended-properties"/>'.encode()
)
_CUSTOM: Final = (
    _HEAD + f'<Properties xmlns="{_OOXML}officeDocument/2006/custom-properties"/>'.encode()
)
_META: Final = _HEAD + (
    b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    b' office:version="1.3"><office:meta/></office:document-meta>'
)
_PARTS: Final = {
    "core-properties+xml": _CORE,
    "extended-properties+xml": _EXTENDED,
    "custom-properties+xml": _CUSTOM,
}
_USUAL: Final = {
    "docprops/core.xml": _CORE,
    "docprops/app.xml": _EXTENDED,
    "docprops/custom.xml": _CUSTOM,
    "meta.xml": _META,
}
_OVERRIDE: Final = re.compile(r"<Override\b[^<>]{0,2000}>")
_PART: Final = re.compile(r"""\bPartName\s*=\s*["']/([^"']{1,500})["']""")
_TYPE: Final = re.compile(r"""\bContentType\s*=\s*["']([^"']{1,500})["']""")
_SIGNED: Final = ("_xmlsignatures/", "meta-inf/documentsignatures.xml")
_LISTED_BYTES: Final = 1 << 20
_UNPACKED_BYTES: Final = 256 << 20
"""A document that holds more is left as it came: to pack it anew takes too long."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_PIECE: Final = 1 << 20


def empty_properties(source: Path, target: Path) -> bool:
    """Write an office document anew with nothing in its properties; False, and nothing written,
    where it has none or is to be left as it came. Errors are zipfile's."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        emptied = _emptied(archive, members)
        whole = sum(member.file_size for member in members)
        if not emptied or whole > _UNPACKED_BYTES or _is_kept(archive, members):
            return False
        with zipfile.ZipFile(target, "w", compresslevel=4) as made:
            for member in members:
                _copy(archive, member, made, emptied.get(member.filename))
    return True


def _emptied(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> dict[str, bytes]:
    """Return what stands in place of each part that tells of the makers, by its name."""
    found = {one.filename: _USUAL[one.filename.lower()] for one in members
             if one.filename.lower() in _USUAL}  # fmt: skip
    by_folded = {one.filename.lower(): one.filename for one in members}
    if "[content_types].xml" not in by_folded:
        return found
    for override in _OVERRIDE.findall(_text(archive, by_folded["[content_types].xml"])):
        part, kind = _PART.search(override), _TYPE.search(override)
        name = by_folded.get(part[1].lower()) if part is not None else None
        for ending, empty in _PARTS.items():
            if name is not None and kind is not None and kind[1].endswith(ending):
                found[name] = empty
    return found


def _is_kept(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bool:
    """Return whether a document is signed, or locked (OpenDocument 1.3 part 2, section 3.4)."""
    names = {member.filename.lower(): member.filename for member in members}
    if any(name.startswith(_SIGNED) for name in names):
        return True
    manifest = names.get("meta-inf/manifest.xml")
    locked = any(member.flag_bits & 1 for member in members)
    return locked or (manifest is not None and "encryption-data" in _text(archive, manifest))


def _text(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return part.read(_LISTED_BYTES).decode("utf-8", errors="replace")


def _copy(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, made: zipfile.ZipFile, instead: bytes | None
) -> None:
    """Copy one part, without its times and remarks. OpenDocument wants `mimetype` stored."""
    own = zipfile.ZipInfo(member.filename, _EPOCH)
    stored = member.compress_type == zipfile.ZIP_STORED
    own.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    own.file_size = member.file_size
    if member.is_dir():
        made.writestr(own, b"")
    elif instead is not None:
        made.writestr(own, instead)
    else:
        with archive.open(member) as part, made.open(own, "w") as copy:
            while piece := part.read(_PIECE):
                copy.write(piece)
