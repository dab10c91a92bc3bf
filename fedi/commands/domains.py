"""Commands that say with whom we federate: allow, block. One server, or lists of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import moment, say, say_table, speaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from fedi.app import House
    from fedi.publishing.rulelists import RuleList
    from fedi.publishing.ruling import Outcome, Ruling
    from fedi.store.cutting import Cut

_DONE: Final = {"allow": "allowed", "block": "blocked"}
_SHOWN: Final = 40
"""How many servers a preview names; with --json all."""


def _change(kind: str, domain: str | None, **given: Any) -> None:
    single = domain is not None or given["remove"] or given["comment"] or given["public_comment"]
    if given["listing"]:
        if single or given["file"] or given["dry_run"]:
            raise click.UsageError("--list takes nothing else.")
        _list(kind)
    elif given["file"] is not None:
        if single:
            raise click.UsageError("--import takes nothing else but --dry-run.")
        _import(kind, given["file"], given["dry_run"])
    elif domain is None:
        raise click.UsageError("Name a domain, or use --list or --import.")
    else:
        _one(kind, domain, given)


def _one(kind: str, domain: str, given: dict[str, Any]) -> None:
    async def work(house: "House") -> "tuple[Outcome, str, bool]":
        from actors.errors import NotFound
        from fedi.commands.speaking import NotDone

        ruling, dry = _ruling(house), given["dry_run"]
        wanted = ruling.wanted(domain, kind, given["comment"], given["public_comment"])
        before = await _kind_of(house, wanted.domain)
        try:
            if given["remove"]:
                outcome = await ruling.drop(wanted.domain, kind, dry_run=dry)
            else:
                outcome = await ruling.put([wanted], dry_run=dry)
        except NotFound as problem:
            raise NotDone(f"{problem.sentence} `fedi {kind} --list` shows all.") from None
        return outcome, before if before != kind else "", ruling.listed

    outcome, replaced, listed = at_home(work)
    name, remove, dry = outcome.changes[0].domain, given["remove"], given["dry_run"]
    lines = [f"{name} is {'no longer ' if remove else ''}{_DONE[kind]}."]
    if dry:
        lines = [f"{name} would be {'no longer ' if remove else ''}{_DONE[kind]}."]
    if replaced:
        lines.append(f"It was {_DONE[replaced]} before; that rule is gone.")
    if kind == "allow" and not remove and not listed:
        lines.append('That changes nothing else while [federation] mode is not "allowlist".')
    told = {"domain": name, "kind": kind, "removed": remove, "replaced": replaced or None}
    if dry:
        told |= {"dry_run": True, "cut": cut_shown(outcome.cut)}
    say(told, *lines, *(cut_lines(outcome.cut) if dry else ()))


def _import(kind: str, file: Path, dry: bool) -> None:
    async def work(house: "House") -> "tuple[Outcome, RuleList]":
        from fedi.publishing.rulelists import read_list

        ruling = _ruling(house)
        found = read_list(_text(file), kind, ruling.own)
        return await ruling.put(found.rules, dry_run=dry), found

    outcome, found = at_home(work)
    counts: dict[str, int] = {}
    for one in outcome.changes:
        counts[one.change] = counts.get(one.change, 0) + 1
    told = ", ".join(f"{count} {change}" for change, count in sorted(counts.items())) or "nothing"
    lines = [f"{'Would be' if dry else 'Done'}: {told}."]
    lines += [f"line {number} is passed over: {why}" for number, why in found.passed]
    say(
        {
            "dry_run": dry,
            "changes": [
                {"domain": one.domain, "kind": one.kind, "change": one.change}
                for one in outcome.changes
            ],
            "passed_over": [{"line": number, "why": why} for number, why in found.passed],
            "cut": cut_shown(outcome.cut),
        },
        *lines,
        *cut_lines(outcome.cut),
    )


def _text(file: Path) -> str:
    from fedi.commands.speaking import NotDone

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise NotDone(f"{file} is no text in UTF-8.") from None


def _ruling(house: "House") -> "Ruling":
    from fedi.publishing.ruling import Ruling

    return Ruling(house.performer, house.config.federation.mode == "allowlist")


async def _kind_of(house: "House", domain: str) -> str:
    from fedi.store import domain_rules

    found = await house.engine.read(domain_rules.rules)
    return next((one.kind for one in found if one.domain == domain), "")


def cut_shown(cut: "Cut") -> dict[str, Any]:
    """Return what a change cuts, as JSON."""
    return {
        "servers": list(cut.hosts),
        "actors": [
            {
                "handle": one.actor.username,
                "followers": one.followers,
                "following": one.following,
                "waiting": one.waiting,
            }
            for one in cut.actors
        ],
        "groups": [one.uri for one in cut.groups],
        "posts": cut.posts,
        "media": cut.media,
        "waiting": cut.waiting,
        "sent": cut.sent,
    }


def cut_lines(cut: "Cut") -> list[str]:
    """Return what a change cuts, for people."""
    if not cut.hosts:
        return ["It closes no server that we know of."]
    more = f" and {len(cut.hosts) - _SHOWN} more" if len(cut.hosts) > _SHOWN else ""
    lines = [f"Closed: {', '.join(cut.hosts[:_SHOWN])}{more}."]
    lines += [
        f"@{one.actor.username}: {one.followers} followers there, {one.following} followed there,"
        f" {one.waiting} deliveries waiting"
        for one in cut.actors
    ]
    if cut.groups:
        lines.append(f"Groups there that we follow: {', '.join(one.name for one in cut.groups)}.")
    if cut.posts:
        lines.append(f"{cut.posts} posts of theirs here, {cut.media} with files, are kept.")
    if cut.sent:
        lines.append(f"{cut.sent} posts were sent to others already; they stay with who has them.")
    return lines


def _list(kind: str) -> None:
    async def work(house: "House") -> list[dict[str, Any]]:
        from fedi.store import domain_rules

        return [
            {
                "domain": one.domain,
                "kind": one.kind,
                "comment": one.comment,
                "public_comment": one.public_comment,
                "created": one.created,
                "since": moment(one.created),
            }
            for one in await house.engine.read(domain_rules.rules)
            if one.kind == kind
        ]

    say_table(at_home(work), ("domain", "since", "comment", "public_comment"), "There is none.")


def _options(command: "Callable[..., None]") -> "Callable[..., None]":
    for option in (
        click.option("--dry-run", is_flag=True, help="Say what it would cut, and change nothing."),
        click.option(
            "--import", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A list: Mastodon's CSV, a domain a line, or JSON as --list --json has it.",
        ),
        click.option("--list", "listing", is_flag=True, help="List the rules of this kind."),
        click.option("--remove", is_flag=True, help="Take the rule back."),
        click.option("--public-comment", default="", help="Why; for everybody inside."),
        click.option("--comment", default="", help="Why; for administrators."),
        click.argument("domain", required=False),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@_options
@speaks
def allow(domain: str | None, **given: Any) -> None:
    """Federate with DOMAIN where [federation] mode is "allowlist"."""
    _change("allow", domain, **given)


@click.command()
@_options
@speaks
def block(domain: str | None, **given: Any) -> None:
    """Have nothing to do with DOMAIN and the domains below it."""
    _change("block", domain, **given)


COMMANDS = (allow, block)
