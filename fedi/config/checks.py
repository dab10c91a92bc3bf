"""What one setting means for another: origin and lab mode, addresses, networks, zones.

Each check raises ConfigError with what is wrong and what to write instead. Kinds and bounds of
single values are settled before this, in reading.py.
"""

import ipaddress
import re
import zoneinfo
from importlib.util import find_spec
from urllib.parse import SplitResult, urlsplit

from actors.errors import Invalid
from actors.handles import canonical_domain
from fedi.config.settings import Config, ConfigError, split_address

HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
EXAMPLE = 'like "https://social.example.org"'


def check(config: Config) -> None:
    """Refuse a configuration whose parts do not fit together. Raises ConfigError."""
    _origin(config)
    _lab(config)
    _handle_domain(config)
    _listen(config.server.listen, "[server] listen")
    _listen(config.metrics.listen, "[metrics] listen")
    _streaming(config)
    _networks(config)
    _organisation(config)
    _database(config)
    _durations(config)


def is_lab_host(host: str) -> bool:
    """Whether lab mode may run at this host: loopback, localhost, or a name under .test."""
    if host == "localhost" or host.endswith(".test"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(config: Config) -> None:
    origin = config.server.origin
    if not origin:
        raise ConfigError(
            f"[server] origin is not set. Write the address this server has on the web, {EXAMPLE}."
        )
    parts = _split(origin)
    if parts is None or f"{parts.scheme}://{parts.netloc.lower()}" != origin:
        raise ConfigError(
            f"[server] origin is {origin!r}; it must be scheme and host alone, {EXAMPLE}, "
            f"in lower case and without a slash at the end.{_other_letters(origin)}"
        )
    if not config.lab.enabled and (parts.scheme != "https" or parts.port is not None):
        raise ConfigError(
            f"[server] origin is {origin!r}; outside lab mode it must be https on the usual port, "
            f"{EXAMPLE}."
        )


def _split(origin: str) -> SplitResult | None:
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return None
    if parts.scheme not in ("https", "http") or "@" in parts.netloc or not _is_host(host):
        return None
    return parts


def _other_letters(text: str) -> str:
    """Return how a name with letters like æ, ø and å is written where only ASCII may stand."""
    scheme, mark, host = text.rpartition("://")
    if text.isascii():
        return ""
    try:
        return f' With other letters it is written "{scheme}{mark}{canonical_domain(host)}".'
    except Invalid:
        return ""


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return len(host) <= 253 and HOST.fullmatch(host) is not None
    return True


def _lab(config: Config) -> None:
    if not config.lab.enabled:
        return
    if not is_lab_host(config.host):
        raise ConfigError(
            f"[lab] enabled is true, but the origin's host is {config.host!r}. Lab mode lowers the "
            "guards, so it is refused unless the host is loopback (127.0.0.0/8, ::1, localhost) "
            "or ends in .test."
        )
    for name, value in config.lab.hosts.items():
        try:
            address, _ = split_address(value)
            ipaddress.ip_address(address)
        except ValueError:
            raise ConfigError(
                f'[lab] hosts gives {name!r} as {value!r}; it must be an address, like "127.0.0.1" '
                'or "127.0.0.1:8001".'
            ) from None


def _handle_domain(config: Config) -> None:
    domain = config.server.handle_domain
    host = domain.partition(":")[0] if config.lab.enabled else domain
    if domain and not _is_host(host):
        raise ConfigError(
            f"[server] handle_domain is {domain!r}; it must be a domain alone, in lower case, "
            f'like "example.org".{_other_letters(domain)}'
        )


def _listen(value: str, where: str) -> None:
    try:
        address, port = split_address(value)
        if address.startswith("unix:/"):
            return
        if address != "localhost":
            ipaddress.ip_address(address)
        if port is not None:
            return
    except ValueError:
        pass
    raise ConfigError(
        f'{where} is {value!r}; it must be an address and a port, like "127.0.0.1:8000", '
        'or "unix:/run/fedi/web.sock".'
    )


def _streaming(config: Config) -> None:
    streaming = config.streaming
    if streaming.listen:
        _listen(streaming.listen, "[streaming] listen")
        if streaming.listen == config.server.listen:
            raise ConfigError(
                f"[streaming] listen is {streaming.listen!r}, as [server] listen is; it must be an "
                'address of its own, or "" to let the web processes answer.'
            )
    if not streaming.url:
        return
    parts = _split(f"http{streaming.url.removeprefix('ws')}")
    bare = f"{parts.scheme}://{parts.netloc.lower()}".replace("http", "ws", 1) if parts else ""
    if bare != streaming.url or (streaming.url.startswith("ws:") and not config.lab.enabled):
        raise ConfigError(
            f"[streaming] url is {streaming.url!r}; it must be wss:// and a host alone, in lower "
            'case and without a path, like "wss://streaming.example.org".'
        )


def _networks(config: Config) -> None:
    for network in config.server.trusted_proxies:
        try:
            ipaddress.ip_network(network)
        except ValueError:
            raise ConfigError(
                f"[server] trusted_proxies has {network!r}; each must be an address or a network, "
                'like "10.0.0.0/24".'
            ) from None


def _organisation(config: Config) -> None:
    organisation = config.organisation
    for language in (organisation.language, *organisation.names):
        if LANGUAGE.fullmatch(language) is None:
            raise ConfigError(
                f"[organisation] has the language {language!r}; write a language code, "
                'like "nb", "nn", "se" or "en".'
            )
    if organisation.number and not re.fullmatch(r"[0-9]{9}", organisation.number):
        raise ConfigError(
            f"[organisation] number is {organisation.number!r}; it must be nine digits "
            "without spaces."
        )
    _timezone(organisation.timezone)


def _timezone(name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if not _knows_zones():
            return  # the machine has no zone data at all: `fedi doctor` tells, the start need not
        raise ConfigError(
            f'[organisation] timezone is {name!r}; it must be a zone like "Europe/Oslo".'
        ) from None


def _knows_zones() -> bool:
    try:
        zoneinfo.ZoneInfo("Europe/Oslo")
    except zoneinfo.ZoneInfoNotFoundError:
        return False
    return True


def _database(config: Config) -> None:
    url = config.database.url
    if url and not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        scheme = url.partition("://")[0] if "://" in url else "none"
        raise ConfigError(
            f"[database] url has the scheme {scheme!r}; it must begin with sqlite:/// "
            "or postgresql://."
        )
    if config.bus.kind != "local" and not url.startswith("postgres"):
        raise ConfigError(
            f'[bus] kind is "{config.bus.kind}", and [database] url names no PostgreSQL: with '
            'SQLite there is one machine, and the kind is "local".'
        )
    if config.bus.kind == "valkey":
        _valkey(config)


def _valkey(config: Config) -> None:
    if not config.bus.url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError(
            '[bus] kind is "valkey", so [bus] url must name the server: redis://host:6379, '
            "rediss:// with TLS, or unix:///path."
        )
    if find_spec("redis") is None:
        raise ConfigError(
            '[bus] kind is "valkey", and the package for it is missing. Install fedi with the '
            'extra "valkey", or leave the kind at "postgresql".'
        )


def _durations(config: Config) -> None:
    if config.delivery.keep_days_important < config.delivery.keep_days:
        raise ConfigError(
            f"[delivery] keep_days_important is {config.delivery.keep_days_important}; it must be "
            f"at least keep_days, which is {config.delivery.keep_days}."
        )
