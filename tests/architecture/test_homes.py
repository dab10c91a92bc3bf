"""What has exactly one home: SQL, the HTTP client, pyld, the Public constant, our URLs, verbs."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from tests.architecture.source import ROOT, Source, dotted, sources, told

SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|SELECT\s+(1|count|max|min|EXISTS)\b|INSERT\s+(OR\s+\w+\s+)?INTO\s"
    r"|REPLACE\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|WITH\s+(RECURSIVE\s+)?\w+.*\sAS\s*\("
    r"|(CREATE|DROP|ALTER)\s+(TABLE|INDEX|UNIQUE|VIEW|TRIGGER|SCHEMA|DATABASE)\s"
    r"|PRAGMA\s+\w|BEGIN(\s+IMMEDIATE)?$|COMMIT$|ROLLBACK|SAVEPOINT\s|VACUUM\b)",
    re.S,
)
CLIENTS = ("httpx", "httpx2", "aiohttp", "requests", "urllib3", "http.client", "urllib.request")
CONNECTS = ("open_connection", "create_connection", "sock_connect")
PUBLIC = re.compile(r"activitystreams#Public$|^as:Public$")


def outside(*homes: str) -> Iterator[Source]:
    for source in sources():
        inside = any(source.path == Path(h) or Path(h) in source.path.parents for h in homes)
        if not inside:
            yield source


def test_statements_of_sql_stand_in_the_store_alone() -> None:
    offences = [
        f"{source.path}:{line}: {text.strip()[:60]!r}"
        for source in outside("fedi/store")
        for line, text in source.strings()
        if SQL.match(text)
    ]
    assert not offences, told("SQL belongs into fedi/store:", offences)


def test_sql_is_recognised_and_ordinary_words_are_not() -> None:
    for sql in (
        "SELECT id FROM post", "\n  SELECT p.id,\n a FROM post p", "INSERT INTO post VALUES (?)",
        "INSERT OR IGNORE INTO post VALUES (?)", "UPDATE post SET a = 1", "DELETE FROM post",
        "WITH a AS (SELECT 1) SELECT 2", "PRAGMA integrity_check", "CREATE TABLE a (b)",
        "BEGIN IMMEDIATE", "VACUUM INTO ?",
    ):  # fmt: skip
        assert SQL.match(sql), sql
    for words in ("Update", "Delete", "Create", "SELECT a department", "COMMIT to it", "INSERT"):
        assert not SQL.match(words), words


def test_only_the_net_floor_makes_outbound_connections() -> None:
    offences = [
        f"{source.path}:{line}: import {name}"
        for source in outside("fedi/net")
        for line, name in source.imports()
        if any(name == client or name.startswith(f"{client}.") for client in CLIENTS)
    ] + [
        f"{source.path}:{line}: {name}()"
        for source in outside("fedi/net")
        for line, name in source.calls()
        if name.rpartition(".")[2] in CONNECTS
    ]
    assert not offences, told("Only fedi/net reaches other servers, behind its guard:", offences)


def test_pyld_is_used_in_its_worker_alone() -> None:
    offences = [
        f"{source.path}:{line}"
        for source in outside("fedi/jsonld.py")
        for line, name in source.imports()
        if name.partition(".")[0] == "pyld"
    ]
    assert not offences, told("pyld belongs into fedi/jsonld.py:", offences)


def test_the_public_collection_is_spelled_in_the_vocabulary_alone() -> None:
    offences = [
        f"{source.path}:{line}: {text!r}"
        for source in outside("actors/vocabulary.py")
        for line, text in source.strings()
        if PUBLIC.search(text)
    ]
    assert not offences, told("Import PUBLIC from actors/vocabulary.py instead:", offences)


def test_urls_of_ours_are_built_in_one_file() -> None:
    offences = [
        f"{source.path}:{node.lineno}"
        for source in outside("actors/urls.py")
        for node in source.nodes
        if isinstance(node, ast.expr) and joins_a_path_to_the_origin(node)
    ]
    assert not offences, told("URLs of ours are made by actors/urls.py:", offences)


def joins_a_path_to_the_origin(node: ast.expr) -> bool:
    """f"{origin}/…" or origin + "/…", whatever the origin is an attribute of."""
    if isinstance(node, ast.JoinedStr):
        parts = node.values
        return any(is_origin(a) and is_path(b) for a, b in pairwise(parts))
    return isinstance(node, ast.BinOp) and is_origin(node.left) and is_path(node.right)


def is_origin(node: ast.AST) -> bool:
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    return isinstance(inner, ast.expr) and dotted(inner).rpartition(".")[2] == "origin"


def is_path(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1] == "/"


def verb_files(room: str) -> set[str]:
    return {p.stem for p in (ROOT / room / "activities").glob("*.py")} - {"__init__"}


def test_the_register_of_verbs_equals_the_files() -> None:
    from actors.activities import RULES

    registered = {module.__name__.rpartition(".")[2] for module in RULES.values()}
    files = verb_files("actors")
    assert registered == files, (
        f"actors/activities/__init__.py lacks {sorted(files - registered)}, "
        f"and has no file for {sorted(registered - files)}"
    )
    for record, module in RULES.items():
        assert record.__name__.lower() == module.__name__.rpartition(".")[2].replace("_", "")
        assert hasattr(module, "gather"), f"{module.__name__} has no gather"
        assert hasattr(module, "decide"), f"{module.__name__} has no decide"


def test_verbs_that_arrive_and_leave_carry_the_names_of_their_rules() -> None:
    rules = verb_files("actors")
    for room in ("inbox", "outbox"):
        strangers = sorted(verb_files(room) - rules)
        assert not strangers, f"{room}/activities has {strangers}, actors/activities has not"
