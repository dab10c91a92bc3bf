"""FEDERATION.md says what the code does: its tables are compared with the code's constants."""

import ast
import re
from pathlib import Path

import pytest

from actors import audience, errors, html
from actors.activities import add, flag, like, move
from actors.documents import MAX_VALUES
from actors.people import ActorKind
from actors.posting import MAX_NAMED
from actors.posts import Visibility
from actors.signatures import authenticate, keys
from actors.urls import ACTOR_PARTS, POST_PARTS
from actors.vocabulary import FOREIGN_TYPES, POST_TYPES, PUBLIC
from fedi import domains, rotating, wanted
from fedi.config.settings import Limits
from fedi.net import doorstep
from fedi.net.client import MAX_HOPS
from fedi.store import arrivals
from inbox.activities import READERS
from inbox.callers import FETCH_COST, FREE_BYTES
from inbox.endpoints import BODY_SECONDS
from inbox.limits import LIMITS
from outbox import answers, endpoints, knocks, schedule
from outbox.activities import WRITERS
from tests.architecture.source import ROOT, sources
from tests.outbox.shapes import objects

PAGE = (ROOT / "FEDERATION.md").read_text(encoding="utf-8")
CODE_WORD = re.compile(r"`([^`]+)`")
FEP = re.compile(r"FEP-[0-9a-f]{4}")


def section(title: str) -> str:
    """The part of the page under a heading."""
    return re.split(r"^## ", PAGE.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.M)[0]


def rows(title: str, number: int = 0) -> list[list[str]]:
    """The cells of a table in a section, without its head."""
    tables = re.findall(r"(?:^\|.*\n)+", section(title) + "\n", flags=re.M)
    lines = tables[number].splitlines()[2:]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def words(text: str) -> set[str]:
    """What stands in code font."""
    return set(CODE_WORD.findall(text))


def test_the_limits_are_those_of_the_inbox() -> None:
    expected = [[one.what, f"{one.size:,} {one.unit}", one.consequence] for one in LIMITS]
    assert rows("Limits") == expected


def test_the_limits_of_our_authors_are_the_defaults_of_the_settings() -> None:
    defaults = Limits()
    expected = [
        [f"`{name}`", f"{getattr(defaults, name):,}"] for name in Limits.__dataclass_fields__
    ]
    assert rows("Limits", 1) == expected


def test_elements_and_attributes_are_those_of_the_allow_list() -> None:
    told_of = {tag: words(attributes) for tags, attributes in rows("HTML") for tag in words(tags)}
    assert set(told_of) == html.ALLOWED_TAGS
    assert {tag: names for tag, names in told_of.items() if names} == html.ALLOWED_ATTRIBUTES


def test_the_other_lists_of_html_are_those_of_the_allow_list() -> None:
    told_of = {name: words(list_) for name, list_ in rows("HTML", 1)}
    assert told_of["classes kept"] == html.ALLOWED_CLASSES | set(html.ALLOWED_CLASS_PREFIXES)
    assert told_of["schemes of links"] == html.ALLOWED_SCHEMES
    assert html.LINK_REL in told_of["`rel` of every link"]
    assert told_of["become paragraphs"] == html.BECOME_PARAGRAPHS
    assert told_of["become strong paragraphs"] == html.BECOME_STRONG
    assert told_of["removed with what is in them"] == html.REMOVED_WITH_CONTENT


def test_each_fep_is_in_the_code_and_in_the_table() -> None:
    listed = {row[0] for row in rows("Protocols")}
    named = {fep for source in sources() for fep in FEP.findall(source.text)}
    assert named <= listed, f"the page lacks {sorted(named - listed)}"
    # This page itself is what FEP-67ff asks for.
    assert listed - named == {"FEP-67ff"}, f"the code knows nothing of {sorted(listed - named)}"


def test_the_types_of_actors_are_those_we_have() -> None:
    ours = {word for row in rows("Actors") for word in words(row[0])}
    assert ours == {kind.value for kind in ActorKind} - {"Service"}


def test_the_properties_of_our_actors_are_those_we_write() -> None:
    listed = re.search(r"^Properties of our actors: (.+?)\.$", section("Actors"), flags=re.M | re.S)
    assert listed is not None
    actors = [shape for name, shape in objects().items() if name.startswith("actor-")]
    written = {name for shape in actors for name in shape} - {"@context"}
    assert words(listed[1]) - {"PropertyValue"} == written


def test_the_activities_are_those_of_the_two_registers() -> None:
    listed = {word for row in rows("Activities") for word in words(row[0])}
    assert listed == set(READERS)
    silent = {word for row in rows("Activities") for word in words(row[0]) if row[2] == ""}
    leaving = {record.__name__ for record in WRITERS} - {"Vote"}
    assert leaving <= listed
    # A reaction leaves as a Like; what has no words of its own leaves as it arrives.
    assert listed - leaving == {"EmojiReact"}
    assert silent <= leaving


def test_the_kinds_of_posts_are_those_we_read() -> None:
    named = words(section("Objects"))
    assert named >= POST_TYPES
    read_as_well = re.search(r"^Read as well: (.+?),? shown", section("Objects"), flags=re.M)
    assert read_as_well is not None
    assert words(read_as_well[1]) == FOREIGN_TYPES


def raised(path: str) -> set[str]:
    """Names of errors that a file raises or may raise."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    known = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return called & known


def test_the_inbox_answers_with_the_statuses_of_the_table() -> None:
    listed = {(int(row[0]), *words(row[1])) for row in rows("Inbox answers")}
    files = ("inbox/endpoints.py", "actors/documents.py", "fedi/domains.py", "fedi/keyring.py",
             "fedi/desk.py", "actors/signatures/authenticate.py")  # fmt: skip
    kinds = [getattr(errors, name) for path in files for name in raised(path)]
    expected = {(kind.status, kind.code) for kind in kinds}
    assert expected - listed == set()
    assert listed - expected == {(202,), (403, "blocked")}
    assert 'code="blocked"' in Path(domains.__file__).read_text(encoding="utf-8")


def test_the_audiences_are_addressed_as_the_table_says() -> None:
    spelled = {"Public": PUBLIC, "followers": "F", "those named": "N", "": None}
    for name, to, cc, leaves in rows("Audience"):
        visibility = Visibility(name.strip("`"))
        cells = [
            tuple(filter(None, (spelled[part.strip()] for part in cell.split(","))))
            for cell in (to, cc)
        ]
        assert tuple(cells) == audience.addressing(visibility, "F", ("N",))
        assert (leaves == "yes") is audience.leaves_the_house(visibility)
    listed = {name.strip("`") for name, *_ in rows("Audience")}
    assert listed == {one.value for one in Visibility} - {"group"}


def test_the_collections_are_those_that_have_an_address() -> None:
    beneath = {row[0]: words(row[1]) for row in rows("Reading from us")}
    assert beneath["`/actors/{id}`"] == ACTOR_PARTS - {"inbox"}
    assert beneath["`/posts/{id}`"] == POST_PARTS


def test_the_states_of_hosts_are_those_of_the_schedule() -> None:
    assert [row[0].strip("`") for row in rows("Delivery")] == [one.value for one in schedule.Health]


def test_what_becomes_of_a_delivery_is_what_the_table_says() -> None:
    every = knocks.knocks(knocks.DialectMemory(), has_query=True)
    said = {
        knocks.Next.DONE: "done",
        knocks.Next.LATER: "later",
        knocks.Next.FAILED: "given up",
        knocks.Next.KNOCK_AGAIN: "the other dialects, then",
    }
    statuses = {"2xx": [200, 202, 204], "other 4xx": [402, 403, 404, 405, 413, 422, 431, 451]}
    statuses["a redirect"] = [301, 302, 307, 308]
    for cell, told_of in rows("Delivery", 1):
        listed = statuses.get(cell) or [int(part) for part in re.findall(r"\d{3}", cell)]
        listed += [500, 502, 503, 507] if "5xx" in cell else []
        for status in listed:
            first = knocks.classify(status, {}, 0, tried=every[:1], order=every)
            last = knocks.classify(status, {}, 0, tried=every, order=every)
            if first.next is knocks.Next.KNOCK_AGAIN:
                assert told_of.startswith(said[first.next]), status
            assert said[last.next] in told_of, status
            assert last.inbox_gone is (status == 410)


def test_the_software_with_a_document_is_named() -> None:
    listed = re.search(r"Tested so: (.+?)\.\n\n", section("Quirks"), flags=re.S)
    assert listed is not None
    folders = {path.name for path in (ROOT / "tests/wire").iterdir() if path.is_dir()}
    assert set(re.split(r",\s+", listed[1])) == folders - {"ours", "__pycache__"}


_DAY, _HOUR, _MINUTE, _SECOND = 86_400_000, 3_600_000, 60_000, 1_000
_BACK_OFF = [step // _MINUTE for step in schedule.BACK_OFF[schedule.FAILURES_TO_DOWN - 1 :]]
TOLD = {
    "The time may lie {} hours back": authenticate.OLDEST // _HOUR,
    "hours back and {} hour ahead": authenticate.AHEAD // _HOUR,
    "RSA keys have {:,} to": keys.MIN_RSA_BITS,
    "to {:,} bits": keys.MAX_RSA_BITS,
    "redirects ({} most, never to another scheme)": {3: "three at"}[MAX_HOPS],
    "all others after {} hours": rotating.HOURS,
    "is tried {} times over some hours": arrivals.TRIES,
    "the body took more than {} seconds to come": round(BODY_SECONDS),
    "may have {:,} bytes (431, whatever is asked for)": doorstep.MAX_HEAD,
    "for) and {} seconds to come": round(doorstep.HEAD_SECONDS),
    "each further {} kB of a body as one more": FREE_BYTES // 1024,
    "a key fetched in vain as {}": {10.0: "ten"}[FETCH_COST],
    "the first {} on each other host": wanted.MAX_ELSEWHERE,
    "may be kept for {} minutes": answers.MAX_AGE // 60,
    "pages of {} items": endpoints.PAGE_SIZE,
    "items (an outbox {})": endpoints.OUTBOX_PAGE_SIZE,
    "| `healthy` | {} requests at once |": schedule.PER_HOST,
    "after {} failures in a row": {3: "three"}[schedule.FAILURES_TO_DOWN],
    "tried again after {} s, then": schedule.BACK_OFF[0] // _SECOND,
    "s, then {} s), after 429": schedule.BACK_OFF[1] // _SECOND,
    "one probe, after {} minutes": ", ".join(map(str, _BACK_OFF[:-1]))
    + f", then every {_BACK_OFF[-1]}",
    "down for {} days: a probe every": schedule.DORMANT_AFTER // _DAY,
    "a probe every {} to": schedule.DORMANT_PROBE // _HOUR,
    "every 6 to {} hours": 2 * schedule.DORMANT_PROBE // _HOUR,
    "for {} days nothing but 410": schedule.GONE_AFTER // _DAY,
    "between {} second and 24 hours": schedule.RETRY_AFTER_MIN // _SECOND,
    "between 1 second and {} hours": schedule.RETRY_AFTER_MAX // _HOUR,
    "A delivery waits {} days; Delete, Undo, Block and Update wait": schedule.KEEP // _DAY,
    "Delete, Undo, Block and Update wait {}.": schedule.KEEP_LONG // _DAY,
    "the last Move was more than {} days ago": move.COOL_DOWN // _DAY,
    "deeper than {} and": html.DEPTH_MAX,
    "after the {:,}th lose their tags": html.ELEMENTS_MAX,
    "the first {} posts and": flag.MAX_POSTS,
    "may have {} reports": flag.MAX_OPEN,
    "may put {} different emojis on one post": like.MAX_EMOJIS,
    "posts and {:,} characters of comment": flag.MAX_COMMENT,
    "the first {} are looked up": MAX_NAMED,
    "at most {:,} commas and brackets": MAX_VALUES,
    "`featured` collection, the first {} posts": add.MAX_PINS,
}


@pytest.mark.parametrize("sentence", TOLD)
def test_a_number_in_a_sentence_is_the_number_in_the_code(sentence: str) -> None:
    flowing = " ".join(PAGE.split())
    assert sentence.format(TOLD[sentence]) in flowing


def test_what_waits_long_is_what_the_schedule_keeps_long() -> None:
    listed = re.search(r"days; ([A-Za-z, ]+) wait 30\.", " ".join(PAGE.split()))
    assert listed is not None
    assert set(re.split(r", | and ", listed[1])) == schedule.KEPT_LONG
