"""With whom we federate: rules for servers, lists of them, and what a change would cut.

For those who look after this server. The same is done by `fedi allow` and `fedi block`
(fedi/publishing/ruling.py); apps of Mastodon's have one rule at a time under /api/v1/admin.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from actors import ids
from fedi.mastodon.asking import Ask
from fedi.mastodon.entities import moment
from fedi.native.asking import Answer, Body, Endpoint, Endpoints, Id, Moment
from fedi.native.reading import wrong
from fedi.publishing.rulelists import MOST_COMMENT, BadLines, read_list
from fedi.publishing.ruling import Outcome, Ruling
from fedi.store import domain_rules
from fedi.store.cutting import Cut

MOST_LIST: Final = 900_000
"""Characters; a longer one is for the command line."""

Kind = Literal["allow", "block"]
Comment = Annotated[str, Meta(max_length=MOST_COMMENT)]
DryRun = Annotated[bool, Meta(description="Say what it would do and cut, and change nothing.")]


class RulesAsked(Body):
    """Which rules."""

    kind: Kind | None = None


class DomainRule(Answer):
    """What holds for a server."""

    domain: str
    kind: Kind
    comment: Annotated[str, Meta(description="Why, for those who look after this server.")]
    public_comment: Annotated[str, Meta(description="Why, for everybody inside.")]
    created_at: Moment


class NewRule(Body):
    """A rule as it shall be."""

    kind: Kind
    comment: Comment = ""
    public_comment: Comment = ""
    dry_run: DryRun = False


class RuleGone(Body):
    """A rule is taken back."""

    dry_run: DryRun = False


class RuleListed(Body):
    """A list of servers: Mastodon's CSV, a domain a line, or our own JSON, as one text."""

    kind: Kind
    list: Annotated[str, Meta(max_length=MOST_LIST)]
    dry_run: DryRun = False


class RuleChange(Answer):
    """What becomes of one rule."""

    domain: str
    kind: Kind
    change: Literal["added", "changed", "replaced", "removed", "unchanged"]


class PassedOver(Answer):
    """A line of a list of which nothing is made."""

    line: int
    why: str


class ActorLoses(Answer):
    """What one of our actors loses. Of a group the followers are its members."""

    id: Id
    username: str
    name: str
    followers: int
    following: int
    waiting: Annotated[int, Meta(description="Deliveries that wait, and will not be made.")]


class GroupThere(Answer):
    """A group there that is followed from here."""

    id: Id
    acct: str
    name: str


class WhatIsCut(Answer):
    """What a change cuts. Follows stay as they are, for what comes to be allowed again."""

    servers: Annotated[list[str], Meta(description="Those closed of which we know anything.")]
    actors: list[ActorLoses]
    groups: list[GroupThere]
    posts: Annotated[int, Meta(description="Of theirs that are kept here.")]
    media: Annotated[int, Meta(description="How many of those have files.")]
    waiting: int
    sent: Annotated[int, Meta(description="Posts of the one actor that others have and keep.")]


class RulesChanged(Answer):
    """What a change of rules did, or would do."""

    dry_run: bool
    changes: list[RuleChange]
    passed_over: list[PassedOver]
    cut: WhatIsCut


async def every(ask: Ask, body: RulesAsked) -> list[DomainRule]:
    """GET /domains."""
    return [
        _shown(one)
        for one in await ask.api.engine.read(domain_rules.rules)
        if body.kind is None or one.kind == body.kind
    ]


async def put(ask: Ask, body: NewRule) -> RulesChanged:
    """PUT /domains/{domain}."""
    ruling = ruling_of(ask)
    named = ask.path_params["domain"]
    wanted = ruling.wanted(named, body.kind, body.comment, body.public_comment)
    return _changed(await ruling.put([wanted], dry_run=body.dry_run), body.dry_run)


async def drop(ask: Ask, body: RuleGone) -> RulesChanged:
    """DELETE /domains/{domain}."""
    outcome = await ruling_of(ask).drop(ask.path_params["domain"], dry_run=body.dry_run)
    return _changed(outcome, body.dry_run)


async def take(ask: Ask, body: RuleListed) -> RulesChanged:
    """POST /domains/import."""
    ruling = ruling_of(ask)
    try:
        found = read_list(body.list, body.kind, ruling.own)
    except BadLines as problem:
        told = "; ".join(f"line {number}: {why}" for number, why in problem.lines[:20])
        raise wrong("list", f"was not taken: {told}") from None
    outcome = await ruling.put(found.rules, dry_run=body.dry_run)
    passed = [PassedOver(line=number, why=why) for number, why in found.passed]
    return _changed(outcome, body.dry_run, passed)


def ruling_of(ask: Ask) -> Ruling:
    """Return what changes the rules of this house."""
    return Ruling(ask.api.performer, ask.api.config.federation.mode == "allowlist")


def _shown(rule: domain_rules.Rule) -> DomainRule:
    return DomainRule(
        domain=rule.domain,
        kind="allow" if rule.kind == "allow" else "block",
        comment=rule.comment,
        public_comment=rule.public_comment,
        created_at=moment(rule.created),
    )


def _changed(
    outcome: Outcome, dry_run: bool, passed: list[PassedOver] | None = None
) -> RulesChanged:
    return RulesChanged(
        dry_run=dry_run,
        changes=[
            RuleChange(domain=one.domain, kind=one.kind, change=one.change)  # type: ignore[arg-type]
            for one in outcome.changes
        ],
        passed_over=passed or [],
        cut=cut_shown(outcome.cut),
    )


def cut_shown(cut: Cut) -> WhatIsCut:
    """Return what a change cuts as the API has it."""
    return WhatIsCut(
        servers=list(cut.hosts),
        actors=[
            ActorLoses(
                id=ids.text(one.actor.id),
                username=one.actor.username,
                name=one.actor.name,
                followers=one.followers,
                following=one.following,
                waiting=one.waiting,
            )
            for one in cut.actors
        ],
        groups=[
            GroupThere(id=ids.text(one.id), acct=f"{one.username}@{one.domain}", name=one.name)
            for one in cut.groups
        ],
        posts=cut.posts,
        media=cut.media,
        waiting=cut.waiting,
        sent=cut.sent,
    )


ENDPOINTS: Final[Endpoints] = (
    Endpoint(
        method="GET",
        path="/domains",
        summary="The rules for other servers, by domain",
        handler=every,
        scope="fedi:read:domains",
        admin=True,
        body=RulesAsked,
        answer=list[DomainRule],
    ),
    Endpoint(
        method="POST",
        path="/domains/import",
        summary="Take a list of servers to allow or to block, all or none",
        handler=take,
        scope="fedi:write:domains",
        admin=True,
        body=RuleListed,
        answer=RulesChanged,
    ),
    Endpoint(
        method="PUT",
        path="/domains/{domain}",
        summary="Allow or block a server, with what that cuts",
        handler=put,
        scope="fedi:write:domains",
        admin=True,
        body=NewRule,
        answer=RulesChanged,
    ),
    Endpoint(
        method="DELETE",
        path="/domains/{domain}",
        summary="Take the rule for a server back, with what that cuts",
        handler=drop,
        scope="fedi:write:domains",
        admin=True,
        body=RuleGone,
        answer=RulesChanged,
    ),
)
