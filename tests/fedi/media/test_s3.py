"""Files in a bucket: what only a store elsewhere can do to us. The contract is in test_blobs.py."""

from pathlib import Path

import pytest

from actors.errors import Unavailable
from fedi.config.settings import Media as Settings
from fedi.media.s3 import S3Blobs
from tests.running import run


@pytest.mark.slow
def test_a_store_that_is_down_is_told_as_that(tmp_path: Path) -> None:
    settings = Settings(
        storage="s3", s3_endpoint="http://127.0.0.1:1", s3_bucket="b", s3_access_key_id="k"
    )
    blobs = S3Blobs(settings, "hemmelig")
    (tmp_path / "a").write_bytes(b"x")
    for deed in (
        blobs.open("a"),
        blobs.put("a", tmp_path / "a"),
        blobs.copy("a", "b"),
        blobs.remove(["a"]),
        blobs.fetch("a", tmp_path / "b"),
    ):
        with pytest.raises(Unavailable):
            run(deed)
