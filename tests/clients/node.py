"""Runs a script for Node that drives a client library, and answers when it wants a person.

A script tells what it does as JSON, a line each (steps.mjs): a step that went well or failed, or an
address at which the person consents, whose code it reads from its standard input.
"""

import json
import re
import subprocess
import threading
from pathlib import Path

from tests.clients.browser import Browser
from tests.clients.house import ClientHouse, document, picture
from tests.peers.lab import install_node

HERE = Path(__file__).parent
DEADLINE = 110.0  # seconds that a script may take


def steps_of(name: str, script: str = "round.mjs") -> list[str]:
    """The steps of a script that are named in so many words."""
    text = (HERE / name / script).read_text()
    return re.findall(r'^step\("([^"]+)"', text, re.M)


def run(name: str, house: ClientHouse, files: Path, script: str = "round.mjs") -> dict[str, str]:
    """Run the script of a client: each step that it took, and what it failed of ("" if it didn't).

    AssertionError with what it printed if it ended otherwise than by itself.
    """
    node, code = install_node(name, HERE / name, HERE / "steps.mjs")
    (files / "photo.jpg").write_bytes(picture())
    (files / "paper.pdf").write_bytes(document())
    process = subprocess.Popen(
        [node, str(code / script)],
        env={"ORIGIN": house.origin, "FILES": str(files), "PATH": "/usr/bin:/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    clock = threading.Timer(DEADLINE, process.kill)
    clock.start()
    try:
        with process:
            taken = _answered(process, house)
            said = process.stderr.read() if process.stderr else ""
    finally:
        clock.cancel()
    assert process.returncode == 0, f"{name} ended with {process.returncode}: {said[-3000:]}"
    return taken


def _answered(process: "subprocess.Popen[str]", house: ClientHouse) -> dict[str, str]:
    assert process.stdin is not None
    assert process.stdout is not None
    taken: dict[str, str] = {}
    for line in process.stdout:
        told = json.loads(line)
        if "authorize" in told:
            browser = Browser(house.origin, told["username"])
            process.stdin.write(browser.allow(told["authorize"], told["as"]) + "\n")
            process.stdin.flush()
        else:
            taken[told["step"]] = told.get("failed", "")
    return taken
