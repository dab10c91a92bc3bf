"""What tests of media need of the machine besides Python."""

import shutil

import pytest

from tests.lacking import lacking


@pytest.fixture
def ffmpeg() -> None:
    if not (shutil.which("ffmpeg") and shutil.which("ffprobe")):
        lacking("films and sounds: there is no ffmpeg")


@pytest.fixture
def poppler() -> None:
    if not shutil.which("pdftoppm"):
        lacking("PDF: there is no pdftoppm (poppler-utils)")
