"""Requests that schemathesis makes of the schema, with ids that exist put where ids belong.

Left alone it would ask about things that are not there, and hear 404. Mixed in are ids of other
things, and what no id can be.
"""

from typing import Any, Final

from hypothesis import strategies as st

from tests.clients.seeds import Seeds

HOSTILE: Final = (
    "0", "-1", "1", "9223372036854775807", "9223372036854775808", "9" * 30, "1e3", "1.0", " 1",
    "\x00", "..", "a/b", "null", "undefined", "[]", "²", "١٢", "\U0001f600", "%ff", "%2e%2e",
    "'; --", '"', "{id}", "a" * 3000, "0" * 18, "0x10", "+5", "1_000", "\n", "true", "\u202e",
)  # fmt: skip
AMOUNTS: Final = (
    "0", "-1", "1", "40", "1000", "9223372036854775808", "-9223372036854775809", "9" * 30, "1e9",
    "1.5", "", " ", "²", "null",
)  # fmt: skip
WORDS: Final = (
    "ola", "@ola", "ola@127.0.0.1:9", "@", "drift", "#drift", "from:ola", "before:2020-01-01",
    "before:99999-99-99", "has:media", '"', '"a" OR', "*", "(((", "-x", "in:library", "æøå", "%",
    "a" * 3000,
)  # fmt: skip
STEPS: Final = tuple(one for one in HOSTILE if one != "..")
"""Of a path: with two dots a client asks for another path."""
NAMES: Final = ("drift", "æøå", "\U0001f44d", "2025", "2025-01-01", *STEPS)

SENSIBLE: Final[dict[str, tuple[Any, ...]]] = {
    # What a field takes, so that a request gets as far as doing something.
    "status": ("Hei #drift", "@ola sånn"), "visibility": ("public", "private", "direct"),
    "language": ("nb",), "lang": ("nb",), "locale": ("nb",), "languages": (["nb"],),
    "scheduled_at": ("2099-01-01T00:00:00Z",), "quote_approval_policy": ("public", "nobody"),
    "options": (["a", "b"],), "expires_in": (600, 86_400), "choices": ([0], ["1"]),
    "media_ids": ([],), "media_attributes": ([],), "poll": (None,), "keyword": ("vond",),
    "name": ("drift", "Folk"), "tag_name": ("drift",), "title": ("Nære",), "phrase": ("vond",),
    "domain": ("x.test",), "comment": ("merk",), "category": ("spam", "other"), "rule_ids": ([],),
    "type": ("none", "silence"), "text": ("merk",), "username": ("kari",), "password": ("p" * 12,),
    "email": ("kari@x.test",), "agreement": (True,), "date_of_birth": ("1990-01-01",),
    "context": (["home"], ["public", "thread"]), "replies_policy": ("list",), "duration": (600,),
    "filter_action": ("warn", "hide"), "endpoint": ("https://x.test/push",), "auth": ("A" * 22,),
    "p256dh": ("BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1"
               "XbjhazAkj7I99e8QcYP7DkM",),
    "policy": ("all", "followed"), "severity": ("silence", "suspend"),
}  # fmt: skip


@st.composite
def cases(draw: st.DrawFn, operation: Any, mode: Any, seeds: Seeds) -> Any:
    """A case of an operation in one of schemathesis' modes, asking about what is there."""
    case = draw(operation.as_strategy(generation_mode=mode))
    for name in case.path_parameters or {}:
        case.path_parameters[name] = draw(_of_path(case, name, seeds))
    for name in case.query or {}:
        case.query[name] = draw(_of_query(name, case.query[name], seeds))
    _fill(draw, case.body, seeds)
    if mode.value == "positive" and draw(st.sampled_from([True, True, False])):
        _mend(draw, case.body)
    return case


def _of_path(case: Any, name: str, seeds: Seeds) -> st.SearchStrategy[Any]:
    made = st.just(case.path_parameters[name])
    near = seeds.near(case.path, name)
    if not near:
        return st.sampled_from(NAMES) | made
    right, hostile = st.sampled_from(near), st.sampled_from(STEPS)
    every = (right,) * 7 + (st.sampled_from(seeds.every), hostile, hostile, made)
    return st.sampled_from(every).flatmap(lambda one: one)


def _of_query(name: str, made: Any, seeds: Seeds) -> st.SearchStrategy[Any]:
    kept = st.just(made)
    if name.endswith("id") or name == "id[]":
        return kept | _ids(seeds).map(lambda id: [id] if isinstance(made, list) else id)
    if name in ("limit", "offset"):
        return kept | st.sampled_from(AMOUNTS)
    return kept | st.sampled_from(WORDS) if name in ("q", "acct") else kept


def _ids(seeds: Seeds) -> st.SearchStrategy[str]:
    there = st.sampled_from(seeds.every)
    return there | there | st.sampled_from(HOSTILE)


def _fill(draw: st.DrawFn, body: Any, seeds: Seeds) -> None:
    """Put ids where a body has ids."""
    if isinstance(body, list):
        for one in body:
            _fill(draw, one, seeds)
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if isinstance(value, str) and name.endswith("id"):
            body[name] = draw(_ids(seeds) | st.just(value))
        elif isinstance(value, list) and name.endswith("ids"):
            body[name] = draw(st.lists(_ids(seeds), max_size=4) | st.just(value))
        else:
            _fill(draw, value, seeds)


def _mend(draw: st.DrawFn, body: Any) -> None:
    """Put in a body what its fields take, where we know."""
    if isinstance(body, list):
        for one in body:
            _mend(draw, one)
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in SENSIBLE and not (isinstance(value, dict) and draw(st.booleans())):
            body[name] = draw(st.sampled_from(SENSIBLE[name]))
        else:
            _mend(draw, value)
