"""Reads, checks and writes config.toml; the records it fills are in settings.py.

`load` is what a command calls. `parse` turns tables into records and knows nothing of files.
`write_config` gives a new house the documented file with its own values in it.
"""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from fedi.config.checks import check
from fedi.config.secret_files import read_secret, refuse_open_to_others
from fedi.config.settings import SECTIONS, Config, ConfigError

PREFIX = "FEDI_"


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """Read one configuration: the file (None: defaults only), then the environment, then check.

    Relative paths in the file are relative to the file, those in the environment to the current
    folder. Raises ConfigError with a sentence for the operator.
    """
    base = path.resolve().parent if path else Path.cwd()
    config = parse(_tables(path), source=str(path) if path else "defaults")
    config = _anchored(config, base)
    if path and any(urlsplit(url).password for url in (config.database.url, config.bus.url)):
        refuse_open_to_others(path, path.stat())
    config = _with_environment(config, environ)
    try:
        check(config)
    except ConfigError as problem:  # of several files that might be meant, this is the one in force
        raise ConfigError(f"{path}: {problem.sentence}" if path else problem.sentence) from None
    for secret in (config.database.password_file, config.bus.password_file):
        if secret is not None:
            read_secret(secret)  # refused here and not halfway into a command
    return config


def find_config(environ: Mapping[str, str], folder: Path) -> Path | None:
    """The file a command uses when told none: FEDI_CONFIG, the data folder's, here, /etc/fedi."""
    named = environ.get("FEDI_CONFIG")
    if named:
        return Path(named)
    data = environ.get("FEDI_DATA_DIR")
    places = [Path(data) / "config.toml"] if data else []
    places += [folder / "config.toml", Path("/etc/fedi/config.toml")]
    return next((place for place in places if place.is_file()), None)


def parse(tables: Mapping[str, Any], *, source: str = "config.toml") -> Config:
    """Tables as TOML gives them to records. Unknown names and wrong kinds raise ConfigError."""
    _refuse_unknown(tables, SECTIONS, f"{source} has no section", "[{}]")
    return Config(**{name: _section(name, tables.get(name, {}), source) for name in SECTIONS})


def documented_text() -> str:
    """The text of the documented config.toml: inside the wheel, or at the root of a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "config.toml"
    found = inside if inside.is_file() else package.parent / "config.toml"
    return found.read_text(encoding="utf-8")


def write_config(path: Path, values: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the documented file to a new `path`, with `values[section][key]` in place of defaults.

    Refuses to touch a file that exists; what was written is parsed again before it is kept.
    """
    text = filled(documented_text(), values)
    parse(tomllib.loads(text), source=path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
    except FileExistsError:
        raise ConfigError(f"{path} exists already; move it away first.") from None
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def filled(text: str, values: Mapping[str, Mapping[str, Any]]) -> str:
    """The documented text with other values on the lines of the keys named."""
    wanted = {(section, key): v for section, keys in values.items() for key, v in keys.items()}
    section, lines = "", []
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[] ")
        key = line.partition("=")[0].strip()
        if (section, key) in wanted:
            line = f"{key} = {_toml(wanted.pop((section, key)))}"
        lines.append(line)
    for section, key in wanted:
        raise ConfigError(f"config.toml documents no setting {key} in [{section}].")
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    return json.dumps("" if value is None else str(value), ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )


def _tables(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"There is no {path}. `fedi init` writes one.") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}.") from None


def _section(name: str, given: Any, source: str) -> Any:
    kind = SECTIONS[name]
    if not isinstance(given, Mapping):
        raise ConfigError(f"{source}: {name} must be a section, written [{name}] on its own line.")
    kinds = get_type_hints(kind, include_extras=True)
    _refuse_unknown(given, kinds, f"{source}: [{name}] has no setting", '"{}"')
    where = f"{source}: [{name}]"
    return kind(**{key: convert(v, kinds[key], f"{where} {key}") for key, v in given.items()})


def _refuse_unknown(
    given: Mapping[str, Any], known: Mapping[str, Any], text: str, form: str
) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"Did you mean {form.format(near[0])}?" if near else _allowed_names(known)
            raise ConfigError(f"{text} {form.format(name)}. {hint}")


def _allowed_names(known: Mapping[str, Any]) -> str:
    return f"There are: {', '.join(known)}."


def convert(value: Any, kind: Any, where: str) -> Any:
    """One value from TOML to the record's kind, or ConfigError naming `where` and what is meant."""
    fitting, result = _fitted(value, kind)
    if fitting:
        return result
    raise ConfigError(f"{where} is {_shown(value)}; it must be {describe(kind)}.")


def _fitted(value: Any, kind: Any) -> tuple[bool, Any]:
    """Whether a TOML value is of this kind, and the value as the record keeps it."""
    if kind is bool:
        return isinstance(value, bool), value
    if kind is str:
        return isinstance(value, str), value
    if get_origin(kind) is Literal:
        return isinstance(value, str) and value in get_args(kind), value
    if get_origin(kind) is Annotated:
        bounds = kind.__metadata__[0]
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and bounds.least <= value <= bounds.most, value
    if get_origin(kind) is tuple:
        texts = isinstance(value, list) and _all_text(value)
        return texts, tuple(value) if texts else ()
    if _is_path(kind):
        usable = isinstance(value, str) and "\0" not in value and (kind is not Path or value != "")
        return usable, Path(value) if usable and value else None
    return isinstance(value, Mapping) and _all_text(value.values()), value


def _is_path(kind: Any) -> bool:
    return kind is Path or Path in get_args(kind)


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def describe(kind: Any) -> str:
    """What a setting may be, in words."""
    if kind is bool:
        return "true or false"
    if kind is str:
        return 'text in "quotes"'
    if get_origin(kind) is Literal:
        return " or ".join(f'"{choice}"' for choice in get_args(kind))
    if get_origin(kind) is Annotated:
        bounds = kind.__metadata__[0]
        return f"a whole number from {bounds.least} to {bounds.most}"
    if get_origin(kind) is tuple:
        return 'a list of texts, like ["one", "two"]'
    if _is_path(kind):
        return 'a path in "quotes"'
    return 'a table of texts, like { a = "one", b = "two" }'


def _shown(value: Any) -> str:
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _anchored(config: Config, base: Path) -> Config:
    changed = {}
    for name in SECTIONS:
        section = getattr(config, name)
        paths = {
            item.name: base / value
            for item in fields(section)
            if isinstance(value := getattr(section, item.name), Path)
        }
        changed[name] = replace(section, **paths)
    return Config(**changed)


def _with_environment(config: Config, environ: Mapping[str, str]) -> Config:
    shortcuts = {}
    if environ.get("FEDI_DATA_DIR"):
        shortcuts["FEDI_SERVER__DATA_DIR"] = environ["FEDI_DATA_DIR"]
    if environ.get("PORT"):
        listen = config.server.listen
        host = "127.0.0.1" if listen.startswith("unix:") else listen.rpartition(":")[0]
        shortcuts["FEDI_SERVER__LISTEN"] = f"{host}:{environ['PORT']}"
    named = {k: v for k, v in environ.items() if k.startswith(PREFIX) and "__" in k}
    for variable, raw in sorted({**shortcuts, **named}.items()):
        config = _overridden(config, variable, raw)
    return config


def _overridden(config: Config, variable: str, raw: str) -> Config:
    section, _, key = variable.removeprefix(PREFIX).lower().partition("__")
    known = {f"{PREFIX}{s}__{f.name}".upper() for s, kind in SECTIONS.items() for f in fields(kind)}
    if variable not in known:
        near = difflib.get_close_matches(variable, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ConfigError(f"There is no setting for the environment variable {variable}.{hint}")
    kind = get_type_hints(SECTIONS[section], include_extras=True)[key]
    value = convert(_from_text(raw, kind), kind, variable)
    if isinstance(value, Path):
        value = Path.cwd() / value
    return replace(config, **{section: replace(getattr(config, section), **{key: value})})


def _from_text(raw: str, kind: Any) -> Any:
    if kind is str or _is_path(kind) or get_origin(kind) is Literal:
        return raw
    if get_origin(kind) is tuple and not raw.lstrip().startswith("["):
        return [part.strip() for part in raw.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw
