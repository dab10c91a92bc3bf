"""The version, said once; pyproject.toml carries the same (a test compares them)."""

from typing import Final

VERSION: Final = "0.1.0"
