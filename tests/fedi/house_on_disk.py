"""A house in a folder of its own, as a command finds it, and ways to run commands on it."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from fedi.cli import main

FEDI = Path(sys.executable).parent / "fedi"
TRIES = 4


@dataclass
class HouseOnDisk:
    """The folder and the environment that names it; commands run inside this process."""

    folder: Path
    more: dict[str, str] = field(default_factory=dict)
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("FEDI_") and k != "PORT"}
        return {**kept, "FEDI_DATA_DIR": str(self.folder), **self.more}

    def run(self, *words: str, text: str = "") -> Result:
        """Run a command and return its output and exit code."""
        emptied: Mapping[str, str | None] = {
            key: self.environment.get(key) for key in (*os.environ, *self.environment)
        }
        return CliRunner().invoke(main, list(words), input=text, env=emptied)

    def fedi(self, *words: str, text: str = "") -> Any:
        """Run a command with --json; what it answered. AssertionError if it failed.

        75 asks for another try, as when a machine is so busy that the write lock is not to be had.
        """
        done = self.run(*words, "--json", text=text)
        for _ in range(TRIES):
            if done.exit_code != os.EX_TEMPFAIL:
                break
            done = self.run(*words, "--json", text=text)
        assert done.exit_code == 0, f"fedi {' '.join(words)}: {done.exit_code} {done.output}"
        return json.loads(done.stdout)

    def fails(self, *words: str, code: int = 1) -> str:
        """Run a command that must fail with `code`; its one line."""
        done = self.run(*words)
        assert done.exit_code == code, f"{done.exit_code}: {done.output}"
        lines = done.stderr.splitlines()
        assert len(lines) == 1, done.stderr
        assert lines[0].startswith("fedi: ")
        return lines[0]

    # -- as processes

    def start(self, *words: str) -> "subprocess.Popen[bytes]":
        """Run `fedi serve` (or other words), and wait until it answers."""
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(FEDI), *(words or ("serve",))], env=self.environment, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def await_answer(self, origin: str) -> None:
        """Wait until the server answers at its origin."""
        for _ in range(300):
            assert all(one.poll() is None for one in self.processes), self.log()
            if answers(f"{origin}/actor"):
                return
            time.sleep(0.05)
        raise AssertionError(f"no answer from {origin}: {self.log()}")

    def stop(self) -> list[int]:
        """Stop what was started here; the exit codes."""
        for process in self.processes:
            process.terminate()
        codes = [process.wait(60) for process in self.processes]
        self.processes.clear()
        return codes

    def log(self) -> str:
        return (self.folder.parent / f"{self.folder.name}.log").read_text(errors="replace")[-3000:]


def answers(url: str) -> bool:
    request = urllib.request.Request(url, headers={"Accept": "application/activity+json"})
    try:
        with urllib.request.urlopen(request, timeout=60):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False


def copied(template: HouseOnDisk, folder: Path) -> HouseOnDisk:
    """A copy of a house; its configuration names no place but its own folder."""
    shutil.copytree(template.folder, folder)
    return HouseOnDisk(folder)
