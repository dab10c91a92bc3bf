"""config.toml, the records in fedi/config/settings.py, the documents and the code agree."""

import ast
import re
import tomllib
from dataclasses import fields

from fedi.config.settings import SECTIONS
from tests.architecture.source import ROOT, documents, sources, told

TEXT = (ROOT / "config.toml").read_text(encoding="utf-8")
SETTINGS = {(section, item.name) for section, kind in SECTIONS.items() for item in fields(kind)}


def test_every_setting_stands_in_config_toml_and_nothing_else() -> None:
    written = {(section, key) for section, keys in tomllib.loads(TEXT).items() for key in keys}
    assert written == SETTINGS, (
        f"config.toml lacks {sorted(SETTINGS - written)}, "
        f"and settings.py lacks {sorted(written - SETTINGS)}"
    )


def test_settings_stand_in_the_order_of_the_records() -> None:
    written = [(section, key) for section, keys in tomllib.loads(TEXT).items() for key in keys]
    assert written == [(s, item.name) for s, kind in SECTIONS.items() for item in fields(kind)]


def test_every_setting_is_explained() -> None:
    offences = []
    explained = False
    for number, line in enumerate(TEXT.splitlines(), start=1):
        if line.startswith("#"):
            explained = True
        elif not line or line.startswith("["):
            explained = False  # an explanation covers the lines right below it
        elif not explained:
            offences.append(f"config.toml:{number}: {line}")
    assert not offences, told("Say what it is, its unit, and why this default:", offences)


def test_every_setting_is_used() -> None:
    used = {
        node.attr
        for source in sources()
        if source.path.parts[:2] != ("fedi", "config")
        for node in source.nodes
        if isinstance(node, ast.Attribute)
    }
    used |= derived()
    offences = [f"[{section}] {key}" for section, key in sorted(SETTINGS) if key not in used]
    assert not offences, told("A setting that nothing reads is a false promise:", offences)


def derived() -> set[str]:
    """Settings read by the properties of Config, which others use instead."""
    settings = next(s for s in sources("fedi") if s.path.name == "settings.py")
    config = next(
        node
        for node in settings.tree.body
        if isinstance(node, ast.ClassDef) and node.name == "Config"
    )
    return {node.attr for node in ast.walk(config) if isinstance(node, ast.Attribute)}


def test_settings_named_in_the_documents_exist() -> None:
    offences = []
    for path in documents():
        text = (ROOT / path).read_text(encoding="utf-8")
        for section, key in re.findall(r"`\[(\w+)\] (\w+)", text):
            if (section, key) not in SETTINGS:
                offences.append(f"{path}: [{section}] {key}")
        for variable in re.findall(r"\bFEDI_[A-Z]+__[A-Z_]+", text):
            section, _, key = variable.removeprefix("FEDI_").lower().partition("__")
            if (section, key) not in SETTINGS and variable != "FEDI_SECTION__KEY":
                offences.append(f"{path}: {variable}")
    assert not offences, told("The documents name settings that do not exist:", offences)
