"""A house with something of everything in it, planted through its API, and the ids of all that.

Anne asks; Ola has written, followed, reported; Vera is the one whom Anne keeps in order. `near`
says which of the ids a parameter of a path can mean.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import requests

from tests.clients.house import DEPARTMENT, ClientHouse, document, picture

MINE: Final = "read write follow push profile"
ORDER: Final = "admin:read admin:write"
VERA: Final = "vera"

NEAR: Final[tuple[tuple[str, str], ...]] = (
    # beginning of a path -> the names of what its {id} can be; the first that fits
    ("/api/v1/admin/accounts", "vera"),
    ("/api/v1/admin/reports", "report"),
    ("/api/v1/admin/domain_allows", "allow"),
    ("/api/v1/admin/domain_blocks", "block"),
    ("/api/v1/admin/trends/statuses", "post"),
    ("/api/v1/admin/t", "hashtag"),
    ("/api/v1/accounts", "anne ola department"),
    ("/api/v1/statuses", "post poll quoting reply boost hidden"),
    ("/api/v1/polls", "poll"),
    ("/api/v1/lists", "list"),
    ("/api/v2/filters/keywords", "keyword"),
    ("/api/v2/filters/statuses", "marked"),
    ("/api/v2/filters", "filter"),
    ("/api/v1/filters", "keyword"),
    ("/api/v1/featured_tags", "featured"),
    ("/api/v1/collections", "collection others"),
    ("/api/v1/scheduled_statuses", "scheduled"),
    ("/api/v1/media", "picture paper"),
    ("/api/v1/announcements", "announcement"),
    ("/api/v1/conversations", "conversation"),
    ("/api/v1/notifications/requests", "ola"),
    ("/api/v1/notifications", "notification"),
)
NAMED: Final = {
    "quoting_status_id": "quoting", "list_id": "list", "filter_id": "filter",
    "account_id": "ola", "collection_id": "collection others", "group_key": "group",
}  # fmt: skip


@dataclass
class Seeds:
    """The house, what it holds by name, and the tokens."""

    origin: str
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def every(self) -> list[str]:
        """Every id that is a number, in the order of planting."""
        return [one for one in self.ids.values() if one.isdigit()]

    def near(self, path: str, parameter: str) -> list[str]:
        """The ids that a parameter of a path can mean; none for what isn't an id."""
        if path.startswith("/api/v1/collections/{collection_id}/") and parameter == "id":
            names = "item mine"
        elif parameter != "id":
            names = NAMED.get(parameter, "")
        else:
            names = next((names for start, names in NEAR if path.startswith(start)), "")
        return [self.ids[name] for name in names.split()]


class Asking:
    """One who plants; whatever is asked must be answered well."""

    def __init__(self, origin: str, bearer: str) -> None:
        self.base = f"{origin}/api"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {bearer}"

    def __call__(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        url = f"{self.base}/{path}"
        with self.session.request(method, url, json=data, timeout=60, **more) as answer:
            assert answer.status_code < 300, (method, path, answer.status_code, answer.text)
            return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        return self("POST", path, data)

    def says(self, text: str, **data: Any) -> str:
        return str(self.post("v1/statuses", status=text, **data)["id"])

    def upload(self, name: str, content: bytes, kind: str) -> str:
        return str(self("POST", "v2/media", files={"file": (name, content, kind)})["id"])

    def soon(self, path: str) -> Any:
        """What a list has, as soon as it has something."""
        for _ in range(600):
            if found := self("GET", path):
                return found
            time.sleep(0.05)
        raise AssertionError(f"nothing at {path}")


@contextmanager
def planted(house: ClientHouse) -> Iterator[Seeds]:
    """Plant everything."""
    seeds = Seeds(house.origin)
    house.fedi("person", "add", VERA, "--name", "Vera Vik")
    house.fedi("person", "admin", "anne")
    house.fedi("announce", "Kantina er stengt")
    anne, ola = _asking(house, seeds, "anne"), _asking(house, seeds, "ola")
    keeper = _asking(house, seeds, "anne", ORDER, "keeper")
    department = _asking(house, seeds, "anne", actor=DEPARTMENT, name="department")
    vera = _asking(house, seeds, VERA)
    every = (anne, ola, keeper, department, vera)
    try:
        for name, who in zip(
            ("anne", "ola", "department", "vera"), (anne, ola, department, vera), strict=True
        ):
            seeds.ids[name] = who("GET", "v1/accounts/verify_credentials")["id"]
        _posts(seeds.ids, anne, ola)
        _kept(seeds.ids, anne, ola, keeper)
        _told(seeds.ids, anne)
        seeds.tokens["app"] = _app(house.origin)
        yield seeds
    finally:
        for one in every:
            one.session.close()


def _asking(
    house: ClientHouse,
    seeds: Seeds,
    person: str,
    scope: str = MINE,
    name: str = "",
    actor: str = "",
) -> Asking:
    wanted = ("--person", person, "--as", actor or person, "--scope", scope)
    token = str(house.fedi("token", "create", *wanted)["token"])
    seeds.tokens[name or person] = token
    return Asking(house.origin, token)


def _app(origin: str) -> str:
    """A token that is an app's own, as registration wants it."""
    known = {"client_name": "Prøveapp", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}
    with requests.post(f"{origin}/api/v1/apps", json={**known, "scopes": MINE}, timeout=60) as made:
        app = made.json()
    wanted = {key: app[key] for key in ("client_id", "client_secret")}
    wanted |= {"grant_type": "client_credentials", "scope": MINE}
    with requests.post(f"{origin}/oauth/token", json=wanted, timeout=60) as got:
        return str(got.json()["access_token"])


def _posts(ids: dict[str, str], anne: Asking, ola: Asking) -> None:
    anne.post(f"v1/accounts/{ids['ola']}/follow")
    ola.post(f"v1/accounts/{ids['anne']}/follow")
    ids["post"] = anne.says("Et innlegg #drift http://127.0.0.1:9/a @ola", language="nb")
    ids["poll"] = ola.says("Hva?", poll={"options": ["a", "b"], "expires_in": 86_400})
    ids["quoting"] = ola.says("Se her", quoted_status_id=ids["post"])
    ids["reply"] = ola.says("@anne svar #drift", in_reply_to_id=ids["post"])
    ids["boost"] = ola.post(f"v1/statuses/{ids['post']}/reblog")["id"]
    ids["hidden"] = ola.says("ikke til anne", visibility="direct")
    ola.post(f"v1/statuses/{ids['post']}/favourite")
    ola.says("Hei @anne", visibility="direct")
    for number in range(4):
        ola.says(f"Nummer {number} #drift", spoiler_text="obs" if number % 2 else "")
    anne("PUT", f"v1/statuses/{ids['post']}", {"status": "Rettet #drift @ola"})
    later = {"status": "x", "scheduled_at": "2099-01-01T00:00:00Z"}
    ids["scheduled"] = anne("POST", "v1/statuses", later)["id"]


def _kept(ids: dict[str, str], anne: Asking, ola: Asking, keeper: Asking) -> None:
    ids["list"] = anne.post("v1/lists", title="Nære")["id"]
    anne.post(f"v1/lists/{ids['list']}/accounts", account_ids=[ids["ola"]])
    words = [{"keyword": "vond"}, {"keyword": "ond"}]
    made = anne.post("v2/filters", title="f", context=["home"], keywords_attributes=words)
    ids["filter"], ids["keyword"] = made["id"], made["keywords"][0]["id"]
    marked = anne.post(f"v2/filters/{ids['filter']}/statuses", status_id=ids["reply"])
    ids["marked"] = marked["id"]
    ids["featured"] = anne.post("v1/featured_tags", name="drift")["id"]
    ids["hashtag"] = anne("GET", "v1/tags/drift")["id"]
    for who in (anne, ola):
        who("PATCH", "v1/accounts/update_credentials", {"discoverable": True})
    for who, other, names in ((anne, "ola", "collection item"), (ola, "anne", "others mine")):
        made = who.post("v1/collections", name="Folk", account_ids=[ids[other]])["collection"]
        collection, item = names.split()
        ids[collection], ids[item] = made["id"], made["items"][0]["id"]
    ids["picture"] = anne.upload("a.png", picture("PNG"), "image/png")
    ids["paper"] = anne.upload("a.pdf", document(), "application/pdf")
    ids["report"] = ola.post("v1/reports", account_id=ids["vera"], comment="x")["id"]
    ids["allow"] = keeper.post("v1/admin/domain_allows", domain="ally.test")["id"]
    ids["block"] = keeper.post("v1/admin/domain_blocks", domain="bad.test")["id"]


def _told(ids: dict[str, str], anne: Asking) -> None:
    ids["notification"] = anne.soon("v1/notifications")[0]["id"]
    ids["group"] = anne("GET", "v2/notifications")["notification_groups"][0]["group_key"]
    ids["conversation"] = anne.soon("v1/conversations")[0]["id"]
    ids["announcement"] = anne.soon("v1/announcements")[0]["id"]
