"""Commands that look into the queues: deliveries, hosts, refused."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, moment, say, say_table, speaks

if TYPE_CHECKING:
    from fedi.app import House
    from fedi.store.deliveries import Status


@click.command()
@click.option("--post", "which", help="The id or address of a post of ours.")
@click.option("--link", is_flag=True, help="Print a link to the page of that, good for a day.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@speaks
def deliveries(which: str | None, link: bool, limit: int) -> None:
    """Show how far posts have come: delivered, waiting, failed and why."""
    if link and which is None:
        raise click.UsageError("--link is for one post: name it with --post.")
    if which is not None:
        (_link if link else _one)(which)
        return

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import listing

        found = await house.engine.read(lambda tx: listing.sent(tx, limit))
        return [{**asdict(one), "waiting": one.waiting} for one in found]

    rows = at_home(work)
    columns = ("kind", "actor", "delivered", "total", "waiting", "failed", "uri")
    say_table(rows, columns, "Nothing has left yet.")


def _link(which: str) -> None:
    async def work(house: "House") -> str:
        from fedi.commands import naming
        from fedi.pages import delivery
        from fedi.store.deliveries import author_of

        found, now = await naming.post(house, which), house.clock.now()
        if await house.engine.read(lambda tx: author_of(tx, found.id)) is None:
            raise NotDone("That post is none of ours, or is deleted: it has no such page.")
        secret = await house.engine.read(lambda tx: delivery.secret_of(tx, now))
        return delivery.link(house.urls.post(found.id), secret, found.id, now)

    made = at_home(work)
    say({"link": made}, made)


def _one(which: str) -> None:
    async def work(house: "House") -> "tuple[str, Status]":
        from fedi.commands import naming
        from fedi.store.deliveries import status_of_post

        found = await naming.post(house, which)
        return found.uri, await house.engine.read(lambda tx: status_of_post(tx, found.id))

    uri, status = at_home(work)
    counts = f"waiting {status.waiting}, failed {status.failed}"
    more = ", still spreading" if status.expanding else ""
    lines = [f"delivered {status.delivered} of {status.total}, {counts}{more}"]
    for host in status.hosts:
        if host.waiting:
            why = f": {host.why}" if host.why else ""
            lines.append(f"  {host.host} waits ({host.waiting}){why}; next {moment(host.next_try)}")
        if host.failed:
            lines.append(f"  {host.host} failed ({host.failed}): {host.failed_why}")
    say({"post": uri, **asdict(status)}, *lines)


@click.command()
@click.option("--retry", metavar="HOST", help="Try a host again now, and what was given up there.")
@click.option("--hold", metavar="HOST", help="Send nothing to a host for now.")
@click.option("--release", metavar="HOST", help="Send to a host again.")
@click.option("--drop", metavar="HOST", help="Give up all that waits for a host.")
@speaks
def hosts(retry: str | None, hold: str | None, release: str | None, drop: str | None) -> None:
    """Show the servers we deliver to: state, waiting, last failure, next attempt."""
    asked = [
        (what, name)
        for what, name in (("retry", retry), ("hold", hold), ("release", release), ("drop", drop))
        if name is not None
    ]
    if len(asked) > 1:
        raise click.UsageError("One of --retry, --hold, --release and --drop at a time.")
    if asked:
        _steer(*asked[0])
        return

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import deliveries as queue

        return [asdict(row) for row in await house.engine.read(queue.hosts)]

    rows = at_home(work)
    columns = ("name", "state", "waiting", "failed", "next_try", "last_error")
    from fedi.commands.speaking import wants_json

    if not wants_json():
        rows = [{**row, "next_try": moment(row["next_try"])} for row in rows]
    say_table(rows, columns, "Nothing was delivered to anyone yet.")


def _steer(what: str, name: str) -> None:
    async def work(house: "House") -> bool:
        from fedi.store import deliveries as queue

        now, engine = house.clock.now(), house.engine
        if what == "retry":
            return await engine.write(lambda tx: queue.retry_host(tx, name, now))
        if what == "drop":
            dropped = 0
            while count := await engine.write(lambda tx: queue.drop_host(tx, name, now)):
                dropped += count
            return dropped > 0
        held = what == "hold"
        return await engine.write(lambda tx: queue.hold_host(tx, name, now, held=held))

    if not at_home(work):
        nothing = "nothing waits for it" if what == "drop" else "it has no deliveries"
        raise NotDone(f"There is nothing to do for {name}: {nothing}. `fedi hosts` lists them.")
    done = {
        "retry": "is tried again now",
        "hold": "gets nothing until --release",
        "release": "gets its deliveries again",
        "drop": "waits for nothing any more",
    }
    say({"host": name, "done": what}, f"{name} {done[what]}.")


@click.command()
@click.option("--host", help="Only of this server.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@speaks
def refused(host: str | None, limit: int) -> None:
    """Show what arrived and was not taken, and why."""

    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import arrivals

        found = await house.engine.read(lambda tx: arrivals.refusals(tx, limit=limit, host=host))
        return [asdict(one) | {"when": moment(one.at)} for one in found]

    rows = at_home(work)
    say_table(rows, ("when", "host", "kind", "code", "sentence"), "Nothing was refused.")


COMMANDS = (deliveries, hosts, refused)
