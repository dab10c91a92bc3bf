"""The configuration: settings.py holds the records, reading.py fills them, checks.py compares them.

`load(path, environ)` is the way in. Every setting is documented in config.toml at the root, and a
test holds that file and these records together. Secrets stay in files: secret_files.py.
"""

from fedi.config.reading import find_config, load, parse, write_config
from fedi.config.secret_files import ensure_secret, read_secret
from fedi.config.settings import (
    Config,
    ConfigError,
    Database,
    Delivery,
    Federation,
    Inbox,
    Lab,
    LabRules,
    Limits,
    Log,
    Metrics,
    Organisation,
    Retention,
    Server,
    SignIn,
    Streaming,
    banner,
    split_address,
)

__all__ = [
    "Config",
    "ConfigError",
    "Database",
    "Delivery",
    "Federation",
    "Inbox",
    "Lab",
    "LabRules",
    "Limits",
    "Log",
    "Metrics",
    "Organisation",
    "Retention",
    "Server",
    "SignIn",
    "Streaming",
    "banner",
    "ensure_secret",
    "find_config",
    "load",
    "parse",
    "read_secret",
    "split_address",
    "write_config",
]
