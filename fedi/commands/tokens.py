"""Commands about access tokens: of scripts, and of the apps that people signed in with."""

from typing import TYPE_CHECKING, Any

import click

from fedi.commands.opening import at_home
from fedi.commands.speaking import Listed, NotDone, moment, say, say_table, speaks

if TYPE_CHECKING:
    from fedi.app import House

LISTED = 500


@click.group(cls=Listed)
def token() -> None:
    """Access tokens for scripts and apps."""


@token.command("create")
@click.option("--person", "username", required=True, help="Who will be acting.")
@click.option("--as", "handle", required=True, help="The actor to act as.")
@click.option("--scope", default="read write follow push", show_default=True)
@click.option("--label", default="", help="What it is for, as lists show it.")
@speaks
def create_token(username: str, handle: str, scope: str, label: str) -> None:
    """Make a bearer token. It is shown this once; only its hash is kept."""

    async def work(house: "House") -> str:
        from fedi import organisation
        from fedi.oauth.tokens import new_token

        who = await organisation.find_person(house.performer, username)
        actor = await organisation.find_actor(house.performer, handle)
        return await new_token(house.performer, who, actor, scope, label=label)

    made = at_home(work)
    say({"token": made, "person": username, "as": handle, "scope": scope}, made)


@token.command("list")
@click.option("--person", "username", help="Only those that act for this person.")
@speaks
def list_tokens(username: str | None) -> None:
    """List the tokens that hold, the newest first."""

    async def work(house: "House") -> "list[dict[str, Any]]":
        from fedi import organisation
        from fedi.store import granted

        if username is None:
            found = await house.engine.read(lambda tx: granted.newest(tx, LISTED))
        else:
            who = await organisation.find_person(house.performer, username)
            found = await house.engine.read(lambda tx: granted.of_person(tx, who.id, LISTED))
        return [
            {
                "id": str(one.id),
                "app": one.app or one.label,
                "person": one.person or None,
                "as": one.actor or None,
                "scopes": one.scopes,
                "created": moment(one.created),
                "last_used": moment(one.last_used),
            }
            for one in found
        ]

    columns = ("id", "app", "person", "as", "created", "last_used", "scopes")
    say_table(at_home(work), columns, "There is no token.")


@token.command("revoke")
@click.argument("id")
@speaks
def revoke(id: str) -> None:
    """Take a token back: within a second nobody is answered by it any more."""

    async def work(house: "House") -> bool:
        from actors import ids
        from fedi.oauth.tokens import Revoking

        return await Revoking(house.performer, house.callers).token(ids.parse(id) or 0)

    if not at_home(work):
        raise NotDone(f"No token {id} holds. `fedi token list` shows those that do.")
    say({"token": id, "revoked": True}, f"Token {id} is taken back.")


COMMANDS = (token,)
