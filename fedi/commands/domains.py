"""Commands that say with whom we federate: allow, block."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import NotDone, moment, say, say_table, speaks

if TYPE_CHECKING:
    from fedi.app import House


def _change(kind: str, domain: str | None, comment: str, remove: bool, listing: bool) -> None:
    if listing or domain is None:
        if domain is not None or remove or comment:
            raise click.UsageError("--list takes nothing else.")
        if not listing:
            raise click.UsageError("Name a domain, or use --list.")
        _list(kind)
        return
    name, replaced, listed = _set(kind, domain, comment, remove)
    done = {"allow": "allowed", "block": "blocked"}
    lines = [f"{name} is {'no longer ' if remove else ''}{done[kind]}."]
    if replaced:
        lines.append(f"It was {done[replaced]} before; that rule is gone.")
    if kind == "allow" and not remove and not listed:
        lines.append('That changes nothing else while [federation] mode is not "allowlist".')
    say({"domain": name, "kind": kind, "removed": remove, "replaced": replaced or None}, *lines)


def _set(kind: str, domain: str, comment: str, remove: bool) -> tuple[str, str, bool]:
    """Make or drop a rule; return the domain, the kind of the rule that had to go for it, and
    whether we federate with those on the list alone."""

    async def work(house: "House") -> tuple[str, str, bool]:
        from actors.handles import canonical_domain
        from fedi.store import domain_rules

        name = canonical_domain(domain)
        if name in (house.urls.authority, house.urls.handle_domain):
            raise NotDone(f"{name} is this server itself.")
        listed = house.config.federation.mode == "allowlist"
        rules = {rule[0]: rule[1] for rule in await house.engine.read(domain_rules.rules)}
        before = rules.get(name, "")
        if not remove:
            now = house.clock.now()
            await house.engine.write(lambda tx: domain_rules.put_rule(tx, name, kind, comment, now))
            return name, before if before != kind else "", listed
        if before != kind:
            raise NotDone(f"There is no such rule for {name}: `fedi {kind} --list` shows all.")
        await house.engine.write(lambda tx: domain_rules.drop_rule(tx, name))
        return name, "", listed

    return at_home(work)


def _list(kind: str) -> None:
    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import domain_rules

        return [
            {"domain": domain, "comment": comment, "created": created, "since": moment(created)}
            for domain, found, comment, created in await house.engine.read(domain_rules.rules)
            if found == kind
        ]

    say_table(at_home(work), ("domain", "since", "comment"), "There is none.")


@click.command()
@click.argument("domain", required=False)
@click.option("--comment", default="", help="Why; for administrators.")
@click.option("--remove", is_flag=True, help="Take the rule back.")
@click.option("--list", "listing", is_flag=True, help="List what is allowed.")
@speaks
def allow(domain: str | None, comment: str, remove: bool, listing: bool) -> None:
    """Federate with DOMAIN where [federation] mode is "allowlist"."""
    _change("allow", domain, comment, remove, listing)


@click.command()
@click.argument("domain", required=False)
@click.option("--comment", default="", help="Why; for administrators.")
@click.option("--remove", is_flag=True, help="Take the rule back.")
@click.option("--list", "listing", is_flag=True, help="List what is blocked.")
@speaks
def block(domain: str | None, comment: str, remove: bool, listing: bool) -> None:
    """Have nothing to do with DOMAIN and the domains below it."""
    _change("block", domain, comment, remove, listing)


COMMANDS = (allow, block)
