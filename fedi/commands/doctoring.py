"""Commands that look and change nothing: check, doctor."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from actors.errors import Unavailable
from fedi.commands.opening import at_home, configured, run
from fedi.commands.speaking import ATTENTION, BROKEN, say, speaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fedi.app import House
    from fedi.checkup.findings import Finding

_CODES = {"ok": 0, "attention": ATTENTION, "broken": BROKEN}
_SIGNS = {"ok": "ok  ", "attention": "look", "broken": "BAD "}


@click.command()
@speaks
def check() -> int:
    """Whether configuration, installation and database fit together, without starting."""
    from fedi.checkup import database, installation

    config = configured()
    findings = list(installation.look(config))
    findings += run(database.opens(config))
    return _report(findings)


@click.command()
@click.option("--no-network", is_flag=True, help="Don't look at us from outside.")
@speaks
def doctor(no_network: bool) -> int:
    """Look at everything: disk, clock, TLS, database, queues, keys, reachability from outside.

    Exit code 3 where something needs attention, 4 where something is broken.
    """
    from fedi.checkup import database, installation, outside
    from fedi.checkup.findings import State, broken, worst
    from fedi.machine import SystemClock

    config = configured()
    findings = [*installation.look(config), outside.clock(SystemClock().now())]
    findings += run(database.opens(config))
    if worst(findings[-2:]) is State.OK:
        whole = run(database.whole(config))
        findings += whole
        if worst(whole or findings[-2:]) is State.BROKEN:
            return _report(findings)  # nothing can be asked of a damaged database

        async def work(house: "House") -> "list[Finding]":
            now = house.clock.now()
            found = await database.queues(house.engine, now, lab=config.lab.enabled)
            if no_network:
                return found
            found += await outside.certificate(house)
            return found + await outside.reachability(house)

        try:
            findings += at_home(work, config)
        except Unavailable as problem:  # then all the rest is wanted most
            findings.append(broken("database", problem.sentence))
    return _report(findings)


def _report(findings: "Sequence[Finding]") -> int:
    from fedi.checkup.findings import worst

    state = worst(findings)
    width = max(len(one.what) for one in findings)
    lines = [f"{_SIGNS[one.state]}  {one.what.ljust(width)}  {one.sentence}" for one in findings]
    say({"state": state, "findings": [asdict(one) for one in findings]}, *lines)
    return _CODES[state]


COMMANDS = (check, doctor)
