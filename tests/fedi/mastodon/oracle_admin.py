"""The rows for those who keep order, as a schema: the one of Mastodon's documentation that
oracle.py reads has their entities and not their paths.

What they take and answer is from docs.joinmastodon.org/methods/admin and from Mastodon's routes.
"""

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
FLAG: Final[Schema] = {"type": "boolean"}
NUMBER: Final[Schema] = {"type": "integer"}
TEXTS: Final[Schema] = {"type": "array", "items": TEXT}
PAGED: Final[Schema] = {"max_id": TEXT, "since_id": TEXT, "min_id": TEXT, "limit": NUMBER}
SKIPPED: Final[Schema] = {"limit": NUMBER, "offset": NUMBER}
SEVERITY: Final[Schema] = {"type": "string", "enum": ["silence", "suspend", "noop"]}
BLOCKED: Final[Schema] = {
    "severity": SEVERITY, "reject_media": FLAG, "reject_reports": FLAG, "obfuscate": FLAG,
    "private_comment": TEXT, "public_comment": TEXT,
}  # fmt: skip
ACCOUNTS: Final[Schema] = {
    "username": TEXT, "display_name": TEXT, "by_domain": TEXT, "email": TEXT, "ip": TEXT,
    "local": FLAG, "remote": FLAG, "active": FLAG, "pending": FLAG, "silenced": FLAG,
    "suspended": FLAG, "staff": FLAG, "status": TEXT, "origin": TEXT, **PAGED,
}  # fmt: skip
REPORTS: Final[Schema] = {
    "resolved": FLAG, "account_id": TEXT, "target_account_id": TEXT, "by_target_domain": TEXT,
    **PAGED,
}  # fmt: skip
ACTED: Final[Schema] = {
    "type": {"type": "string", "enum": ["none", "sensitive", "disable", "silence", "suspend"]},
    "report_id": TEXT, "text": TEXT, "warning_preset_id": TEXT, "send_email_notification": FLAG,
}  # fmt: skip
JUDGED: Final[Schema] = {"category": TEXT, "rule_ids": TEXTS}
TAGGED: Final[Schema] = {
    "display_name": TEXT, "trendable": FLAG, "usable": FLAG, "listable": FLAG,
}  # fmt: skip

ROWS: Final[tuple[tuple[str, str, Schema, str], ...]] = (
    # method, path, what it takes, the entity it answers with ("" where none is named)
    ("GET", "/api/v1/admin/accounts", ACCOUNTS, "[AdminAccount]"),
    ("GET", "/api/v2/admin/accounts", ACCOUNTS, "[AdminAccount]"),
    ("GET", "/api/v1/admin/accounts/{id}", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/action", ACTED, ""),
    ("POST", "/api/v1/admin/accounts/{id}/approve", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/reject", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/enable", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/unsilence", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/unsensitive", {}, "AdminAccount"),
    ("POST", "/api/v1/admin/accounts/{id}/unsuspend", {}, "AdminAccount"),
    ("DELETE", "/api/v1/admin/accounts/{id}", {}, "AdminAccount"),
    ("GET", "/api/v1/admin/domain_allows", PAGED, "[AdminDomainAllow]"),
    ("GET", "/api/v1/admin/domain_allows/{id}", {}, "AdminDomainAllow"),
    ("POST", "/api/v1/admin/domain_allows", {"domain": TEXT}, "AdminDomainAllow"),
    ("DELETE", "/api/v1/admin/domain_allows/{id}", {}, ""),
    ("GET", "/api/v1/admin/domain_blocks", PAGED, "[AdminDomainBlock]"),
    ("GET", "/api/v1/admin/domain_blocks/{id}", {}, "AdminDomainBlock"),
    ("POST", "/api/v1/admin/domain_blocks", {"domain": TEXT, **BLOCKED}, "AdminDomainBlock"),
    ("PUT", "/api/v1/admin/domain_blocks/{id}", BLOCKED, "AdminDomainBlock"),
    ("DELETE", "/api/v1/admin/domain_blocks/{id}", {}, ""),
    ("GET", "/api/v1/admin/reports", REPORTS, "[AdminReport]"),
    ("GET", "/api/v1/admin/reports/{id}", {}, "AdminReport"),
    ("PUT", "/api/v1/admin/reports/{id}", JUDGED, "AdminReport"),
    ("POST", "/api/v1/admin/reports/{id}/assign_to_self", {}, "AdminReport"),
    ("POST", "/api/v1/admin/reports/{id}/unassign", {}, "AdminReport"),
    ("POST", "/api/v1/admin/reports/{id}/resolve", {}, "AdminReport"),
    ("POST", "/api/v1/admin/reports/{id}/reopen", {}, "AdminReport"),
    ("GET", "/api/v1/admin/tags/{id}", {}, "AdminTag"),
    ("PUT", "/api/v1/admin/tags/{id}", TAGGED, "AdminTag"),
    ("GET", "/api/v1/admin/trends/tags", SKIPPED, "[AdminTag]"),
    ("GET", "/api/v1/admin/trends/links", SKIPPED, "[TrendsLink]"),
    ("GET", "/api/v1/admin/trends/statuses", SKIPPED, "[Status]"),
    ("GET", "/api/v1/admin/trends/links/publishers", PAGED, ""),
    *(
        ("POST", f"/api/v1/admin/trends/{kind}/{{id}}/{verb}", {}, "")
        for kind in ("tags", "links", "statuses", "links/publishers")
        for verb in ("approve", "reject")
    ),
)


def paths() -> Schema:
    """Return these rows in the form of an OpenAPI document's `paths`."""
    found: Schema = {}
    for method, path, takes, entity in ROWS:
        found.setdefault(path, {})[method.lower()] = _operation(method, path, takes, entity)
    return found


def _operation(method: str, path: str, takes: Schema, entity: str) -> Schema:
    parameters: list[Schema] = []
    if "{id}" in path:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": TEXT})
    operation: Schema = {"parameters": parameters, "responses": {"200": _answer(entity)}}
    if method == "GET":
        for name, schema in takes.items():
            parameters.append({"name": name, "in": "query", "schema": schema})
    elif takes:
        body = {"type": "object", "properties": takes}
        operation["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return operation


def _answer(entity: str) -> Schema:
    answer: Schema = {"description": entity or "told by its status alone"}
    if entity:
        one = {"$ref": f"#/components/schemas/{entity.strip('[]')}"}
        schema = {"type": "array", "items": one} if entity.startswith("[") else one
        answer["content"] = {"application/json": {"schema": schema}}
    return answer
