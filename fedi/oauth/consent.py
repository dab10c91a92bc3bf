"""The consent page: which app asks, for what, and as whom it shall speak. Never skipped, never
remembered: each yes makes one code for one token.

Whom it may speak as is looked up anew when the answer comes, so a form can't choose another.
"""

import logging
from typing import Final
from urllib.parse import quote, urlencode

from actors.errors import Forbidden
from actors.membership import may_write
from actors.people import Actor, Person
from fedi.oauth import scopes
from fedi.oauth.answers import OAuthError
from fedi.oauth.apps import Apps, place_of
from fedi.oauth.browser import Visit
from fedi.oauth.callers import hash_of
from fedi.oauth.paper import Paper
from fedi.oauth.reception import Reception
from fedi.oauth.requests import Wish, wish_of
from fedi.oauth.tokens import fresh_secret
from fedi.store import apps as store
from fedi.store import roles, speaking
from fedi.store.apps import Code
from outbox.answers import Answer

CODE_MS: Final = 10 * 60_000
_HERE: Final = "/oauth/authorize"
_logger = logging.getLogger(__name__)
_TOLD: Final = frozenset(
    {
        "read", "write", "follow", "push", "profile", "admin:read", "admin:write", "fedi:read",
        "fedi:write",
    }
)  # fmt: skip


class Consent:
    """GET and POST /oauth/authorize."""

    def __init__(self, reception: Reception, paper: Paper, apps: Apps) -> None:
        self._reception = reception
        self._paper = paper
        self._apps = apps

    async def form(self, visit: Visit) -> Answer:
        """Ask the person who is signed in; ask to sign in first where nobody is."""
        try:
            wish = await self._wish(visit)
        except OAuthError as error:
            return self._shown(visit, error)
        if wish.problem is not None:
            return self._refused(visit, wish, wish.problem)
        if visit.person is None or self._stale(visit, wish):
            return self._paper.lead(visit, self._sign_in(visit, wish))
        return await self._page(visit, wish, visit.person)

    async def answer(self, visit: Visit) -> Answer:
        """Take the person's answer to the app."""
        visit.check_form(self._reception.urls)
        try:
            wish = await self._wish(visit)
        except OAuthError as error:
            return self._shown(visit, error)
        if wish.problem is not None:
            return self._refused(visit, wish, wish.problem)
        if visit.person is None:
            return self._paper.lead(visit, self._sign_in(visit, wish))
        if visit.text("answer") != "allow":
            denied = "The resource owner or authorization server denied the request."
            return self._refused(visit, wish, OAuthError("access_denied", denied))
        actor = await self._chosen(visit, visit.person)
        code = await self._code(wish, visit.person, actor)
        who = {"person": visit.person.id, "actor": actor.id, "app": wish.app.id}
        _logger.info("consent given", extra=who)
        if wish.out_of_band:
            return self._paper.page(visit, "code.html", code=code, app=wish.app)
        return self._paper.lead(visit, wish.answer(code=code))

    async def _wish(self, visit: Visit) -> Wish:
        required = self._reception.settings.pkce_required
        return await wish_of(self._apps, visit.params, pkce_required=required)

    # -- who is asked

    def _stale(self, visit: Visit, wish: Wish) -> bool:
        """Return whether one has to sign in once more: force_login, until it was done."""
        since = visit.text("signed_in_since", 20)
        if since.isdigit() and visit.session is not None:
            return visit.session.proven < int(since)
        return wish.force_login

    def _sign_in(self, visit: Visit, wish: Wish) -> str:
        fields = wish.fields()
        again = wish.force_login and visit.person is not None
        if wish.force_login:
            fields["signed_in_since"] = str(self._reception.now())
        target = f"{_HERE}?{urlencode(fields, quote_via=quote)}"
        return f"/sign-in?{'again=1&' if again else ''}next={quote(target, safe='')}"

    async def _chosen(self, visit: Visit, person: Person) -> Actor:
        written = visit.text("actor", 24)
        offered = await self._offered(person)
        for actor in offered:
            if str(actor.id) == written:
                return actor
        raise Forbidden("You may not speak for that department.")

    async def _offered(self, person: Person) -> list[Actor]:
        now = self._reception.now()
        return await self._reception.engine.glance(lambda tx: speaking.spoken_for(tx, person, now))

    async def _drafting(self, person: Person) -> set[int]:
        """Return as whom the person writes what a colleague publishes."""
        now = self._reception.now()
        held = await self._reception.engine.glance(lambda tx: roles.of_person(tx, person.id, now))
        return {actor_id for actor_id, role in held.items() if not may_write(role, now)}

    async def _code(self, wish: Wish, person: Person, actor: Actor) -> str:
        secret = fresh_secret()
        code = Code(
            hash=hash_of(secret),
            app_id=wish.app.id,
            person_id=person.id,
            actor_id=actor.id,
            redirect_uri=wish.given_uri,
            scopes=scopes.text(wish.scopes),
            challenge=wish.challenge,
            expires=self._reception.now() + CODE_MS,
        )
        await self._reception.engine.write(lambda tx: store.add_code(tx, code))
        return secret

    # -- what is shown

    async def _page(self, visit: Visit, wish: Wish, person: Person) -> Answer:
        offered = await self._offered(person)
        if not offered:
            return self._paper.page(visit, "consent_nobody.html", status=403)
        return self._paper.page(
            visit,
            "consent.html",
            forms=wish.sources(),
            app=wish.app,
            app_host=place_of(wish.app.website) if wish.app.website else "",
            leads_to=_leads_to(wish),
            fields=wish.fields(),
            offered=offered,
            drafting=await self._drafting(person),
            told=told(wish.scopes),
            exact=scopes.text(wish.scopes),
            switch=self._switch(wish),
        )

    def _switch(self, wish: Wish) -> str:
        """Return where to sign in as somebody else for the same."""
        target = f"{_HERE}?{urlencode(wish.fields(), quote_via=quote)}"
        return f"/sign-in?again=1&next={quote(target, safe='')}"

    def _refused(self, visit: Visit, wish: Wish, error: OAuthError) -> Answer:
        """Tell the app what is wrong. Anybody can register an app, so nobody is sent anywhere by
        a link alone: who isn't signed in is shown where it leads (RFC 9700 section 4.11.2)."""
        if wish.out_of_band or visit.person is None:
            return self._shown(visit, error, wish)
        return self._paper.lead(visit, wish.refusal(error))

    def _shown(self, visit: Visit, error: OAuthError, wish: Wish | None = None) -> Answer:
        back = wish.refusal(error) if wish is not None and not wish.out_of_band else ""
        return self._paper.page(
            visit,
            "consent_error.html",
            status=error.status,
            code=error.code,
            words=error.sentence,
            back_to=back,
            place=_leads_to(wish) if wish is not None else "",
        )


def _leads_to(wish: Wish) -> str:
    """Return where the answer goes; "" where the person carries the code themselves."""
    return "" if wish.out_of_band else place_of(wish.redirect_uri)


def told(wanted: tuple[str, ...]) -> list[str]:
    """Return the keys of the sentences that say what these scopes let an app do: one for each
    group of them, the whole one where all of it is asked for."""
    keys = {}
    for scope in wanted:
        top = scope.rpartition(":")[0]
        if scope in _TOLD:
            keys[f"scope.{scope.replace(':', '_')}"] = True
        elif top in wanted:
            continue
        elif top.startswith("admin:"):
            keys[f"scope.part_{top.replace(':', '_')}"] = True
        else:
            keys[f"scope.{scope.replace(':', '_')}"] = True
    return list(keys)
