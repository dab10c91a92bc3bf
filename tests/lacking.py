"""What a test needs and this machine lacks: told at the end of the run, and a failure in CI.

A test that is skipped proves nothing, and a green run hides it. tests/conftest.py tells each
once more after the results; where CI=true is set, as .ci/run does, nothing may be lacking.
"""

import os
from typing import Final, NoReturn

import pytest

NOT_TESTED: Final = "NOT TESTED"


def lacking(what: str) -> NoReturn:
    """Skip the test for want of `what`; in CI fail it."""
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(f"{NOT_TESTED}: {what}")
    pytest.fail(f"{NOT_TESTED}, and CI takes no skip for it: {what}", pytrace=False)
