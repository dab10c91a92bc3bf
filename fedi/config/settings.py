"""Every setting, as frozen records read from config.toml and the environment.

Order of strength: defaults here, then the file, then FEDI_SECTION__KEY, FEDI_DATA_DIR and PORT.
A key nobody knows is an error with a suggestion, a value of the wrong kind is one plain sentence.
The root's config.toml documents each key; a test holds the two together. Secrets are not in here:
see secret_files.py. Reading: reading.py. What must fit together: checks.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from actors.cautions import Watched
from actors.errors import FediError, Invalid


class ConfigError(FediError):
    """A setting that cannot be used; its sentence names the key and what is allowed."""

    code = "config"


@dataclass(frozen=True, slots=True)
class Between:
    """The bounds of a number, both ends allowed."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Server:
    """Where this server is, on the web and on its machine."""

    origin: str = ""
    handle_domain: str = ""
    listen: str = "127.0.0.1:8000"
    data_dir: Path = Path("var")
    secrets_dir: Path | None = None
    processes: Annotated[int, Between(1, 64)] = 3
    trusted_proxies: tuple[str, ...] = ("127.0.0.1/32", "::1/128")
    shutdown_seconds: Annotated[int, Between(1, 300)] = 10


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whose server this is, as visitors and other servers read it."""

    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    number: str = ""
    language: str = "nb"
    contact: str = ""
    timezone: str = "Europe/Oslo"


@dataclass(frozen=True, slots=True)
class Database:
    """The one store of truth."""

    url: str = field(default="", repr=False)  # may hold a password
    password_file: Path | None = None
    readers: Annotated[int, Between(1, 64)] = 4
    cache_kib: Annotated[int, Between(256, 1_048_576)] = 8192
    commit_batch: Annotated[int, Between(1, 1000)] = 50
    pool: Annotated[int, Between(1, 500)] = 10


@dataclass(frozen=True, slots=True)
class Bus:
    """How processes tell one another that there is something to look at."""

    kind: Literal["local", "postgresql", "valkey"] = "local"
    url: str = field(default="", repr=False)  # may hold a password
    password_file: Path | None = None
    per_second: Annotated[int, Between(1, 1000)] = 20


@dataclass(frozen=True, slots=True)
class Streaming:
    """Where apps hear of what happens: with the pages, or in processes of their own."""

    listen: str = ""
    url: str = ""
    processes: Annotated[int, Between(1, 64)] = 1


@dataclass(frozen=True, slots=True)
class Federation:
    """What is taken from other servers, and what is asked of them."""

    mode: Literal["open", "allowlist"] = "open"
    max_body_bytes: Annotated[int, Between(65_536, 16_777_216)] = 1_048_576
    max_depth: Annotated[int, Between(8, 128)] = 32
    signature_past_hours: Annotated[int, Between(1, 48)] = 12
    signature_future_hours: Annotated[int, Between(1, 12)] = 1
    fetches_in_flight: Annotated[int, Between(1, 1024)] = 64
    fetches_per_host: Annotated[int, Between(1, 64)] = 4
    fetch_seconds: Annotated[int, Between(1, 60)] = 8
    rate_per_host: Annotated[int, Between(1, 10_000)] = 50
    rate_per_address: Annotated[int, Between(10, 1_000_000)] = 2000
    failures_per_address: Annotated[int, Between(1, 1_000_000)] = 50
    authorized_fetch: bool = False
    proofs: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """How what we publish is carried to other servers, and for how long we try."""

    in_flight: Annotated[int, Between(1, 4096)] = 256
    per_host: Annotated[int, Between(1, 64)] = 2
    deadline_seconds: Annotated[int, Between(5, 300)] = 30
    keep_days: Annotated[int, Between(7, 90)] = 7
    keep_days_important: Annotated[int, Between(30, 365)] = 30
    dormant_after_days: Annotated[int, Between(1, 90)] = 7


@dataclass(frozen=True, slots=True)
class Inbox:
    """What arrives and waits to be processed."""

    batch: Annotated[int, Between(1, 1000)] = 50
    queue_limit: Annotated[int, Between(100, 100_000_000)] = 200_000
    seen_days: Annotated[int, Between(30, 365)] = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """How much our own authors may write."""

    post_characters: Annotated[int, Between(140, 100_000)] = 5000
    warning_characters: Annotated[int, Between(0, 2048)] = 200
    mentions: Annotated[int, Between(1, 500)] = 50
    attachments: Annotated[int, Between(0, 32)] = 4
    alt_characters: Annotated[int, Between(100, 10_000)] = 1500
    poll_options: Annotated[int, Between(2, 50)] = 6
    poll_option_characters: Annotated[int, Between(10, 500)] = 100
    name_characters: Annotated[int, Between(10, 2048)] = 100
    summary_characters: Annotated[int, Between(0, 20_000)] = 1000
    fields: Annotated[int, Between(0, 50)] = 6
    field_characters: Annotated[int, Between(10, 2047)] = 255

    @staticmethod
    def check(what: str, has: int, most: int, unit: str) -> None:
        """Raise Invalid, with both numbers, where something has more of a unit than it may."""
        if has > most:
            raise Invalid(f"{what} has {has} {unit}; at most {most} are allowed ([limits]).")


@dataclass(frozen=True, slots=True)
class Cautions:
    """What an author is asked about before a post leaves the house."""

    id_numbers: bool = True
    phone_numbers: Annotated[int, Between(0, 1000)] = 5
    words: tuple[str, ...] = ()

    @property
    def watched(self) -> Watched:
        """As actors/cautions.py takes it."""
        return Watched(
            id_numbers=self.id_numbers, phone_numbers=self.phone_numbers, words=self.words
        )


@dataclass(frozen=True, slots=True)
class Welcome:
    """Whom everybody follows from their first sign-in, besides their own departments and leaders:
    handles of this house."""

    follow: tuple[str, ...] = ()
    practice: str = ""

    @property
    def handles(self) -> tuple[str, ...]:
        """Return them all, without the @ they may have been written with."""
        named = (*self.follow, self.practice)
        return tuple(one.removeprefix("@") for one in named if one)


@dataclass(frozen=True, slots=True)
class Mail:
    """The relay that takes letters of invitation."""

    host: str = ""
    port: Annotated[int, Between(1, 65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""
    username: str = ""
    password_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Retention:
    """How long what people leave behind is kept."""

    leavers_name_days: Annotated[int, Between(0, 3650)] = 30
    leavers_posts_days: Annotated[int, Between(0, 36_500)] = 0


@dataclass(frozen=True, slots=True)
class SignIn:
    """How people sign in, and what apps must do to act for them."""

    session_days: Annotated[int, Between(1, 365)] = 30
    link_hours: Annotated[int, Between(1, 720)] = 72
    password_characters: Annotated[int, Between(8, 128)] = 10
    argon2_kib: Annotated[int, Between(8, 4_194_304)] = 47_104
    argon2_passes: Annotated[int, Between(1, 100)] = 2
    argon2_at_once: Annotated[int, Between(1, 64)] = 2
    pkce_required: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """Pictures, films, sounds and files: ours, and what is kept of other servers'."""

    storage: Literal["disk", "s3"] = "disk"
    image_bytes: Annotated[int, Between(65_536, 268_435_456)] = 16_777_216
    image_pixels: Annotated[int, Between(1_000_000, 400_000_000)] = 60_000_000
    image_side: Annotated[int, Between(640, 16_384)] = 3840
    preview_side: Annotated[int, Between(160, 2048)] = 640
    video_bytes: Annotated[int, Between(65_536, 4_294_967_296)] = 104_857_600
    file_bytes: Annotated[int, Between(65_536, 1_073_741_824)] = 26_214_400
    film_seconds: Annotated[int, Between(10, 3600)] = 300
    children: Annotated[int, Between(1, 32)] = 2
    keep_free_bytes: Annotated[int, Between(0, 1_099_511_627_776)] = 524_288_000
    cache_bytes: Annotated[int, Between(1_048_576, 1_099_511_627_776)] = 1_073_741_824
    remote_bytes: Annotated[int, Between(65_536, 268_435_456)] = 41_943_040
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_bucket: str = ""
    s3_prefix: str = ""
    s3_access_key_id: str = ""
    s3_secret_key_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """Lowered guards for tests and demos on one machine; never for a server people use."""

    enabled: bool = False
    ca_file: Path | None = None
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    """What the server writes about its own work."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "plain"] = "json"
    access_one_in: Annotated[int, Between(1, 1_000_000)] = 10
    slow_ms: Annotated[int, Between(1, 600_000)] = 1000


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures for Prometheus, on an address of their own."""

    enabled: bool = False
    listen: str = "127.0.0.1:9464"


@dataclass(frozen=True, slots=True)
class LabRules:
    """What the outbound guard may let through. Everything is refused outside lab mode."""

    http: bool = False
    any_port: bool = False
    private_addresses: bool = False
    ca_file: Path | None = None
    hosts: Mapping[str, tuple[str, int | None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration: one record per section of config.toml."""

    server: Server = field(default_factory=Server)
    organisation: Organisation = field(default_factory=Organisation)
    database: Database = field(default_factory=Database)
    bus: Bus = field(default_factory=Bus)
    streaming: Streaming = field(default_factory=Streaming)
    federation: Federation = field(default_factory=Federation)
    delivery: Delivery = field(default_factory=Delivery)
    inbox: Inbox = field(default_factory=Inbox)
    limits: Limits = field(default_factory=Limits)
    cautions: Cautions = field(default_factory=Cautions)
    retention: Retention = field(default_factory=Retention)
    sign_in: SignIn = field(default_factory=SignIn)
    welcome: Welcome = field(default_factory=Welcome)
    mail: Mail = field(default_factory=Mail)
    media: Media = field(default_factory=Media)
    lab: Lab = field(default_factory=Lab)
    log: Log = field(default_factory=Log)
    metrics: Metrics = field(default_factory=Metrics)

    @property
    def host(self) -> str:
        """The host name of the origin, without port."""
        return urlsplit(self.server.origin).hostname or ""

    @property
    def authority(self) -> str:
        """Host and, in lab mode, port of the origin: what a Host header must say."""
        return urlsplit(self.server.origin).netloc

    @property
    def handle_domain(self) -> str:
        """The part of our handles after the @; the origin's authority unless set."""
        return self.server.handle_domain or self.authority

    @property
    def streaming_url(self) -> str:
        """Where apps open sockets, without the path: wss:// and a host."""
        return self.streaming.url or f"ws{self.server.origin.removeprefix('http')}"

    @property
    def secrets_dir(self) -> Path:
        """The folder of secret files (mode 0700)."""
        return self.server.secrets_dir or self.server.data_dir / "secrets"

    @property
    def database_url(self) -> str:
        """sqlite:///path, or postgresql://… with the password of the password file, if any."""
        url, file = self.database.url, self.database.password_file
        if not url.startswith("postgres") or file is None:
            return url or f"sqlite:///{self.server.data_dir / 'fedi.db'}"
        return _with_password(url, file)

    @property
    def bus_url(self) -> str:
        """redis://… or rediss://… with the password of the password file, if any."""
        file = self.bus.password_file
        return self.bus.url if file is None else _with_password(self.bus.url, file)

    def lab_rules(self) -> LabRules:
        """What lab mode opens; the strict rules when it is off."""
        if not self.lab.enabled:
            return LabRules()
        hosts = {name: split_address(value) for name, value in self.lab.hosts.items()}
        return LabRules(True, True, True, self.lab.ca_file, hosts)


def split_address(value: str) -> tuple[str, int | None]:
    """`127.0.0.1:8001`, `[::1]:8001`, `::1` or `unix:/run/x` as (address, port or None).

    Raises ValueError where the port is not a number from 0 to 65535.
    """
    if value.startswith("unix:"):
        return value, None
    if value.startswith("["):
        address, _, rest = value[1:].partition("]")
        port = rest.removeprefix(":")
    elif value.count(":") == 1:
        address, _, port = value.partition(":")
    else:
        address, port = value, ""
    if port and not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ValueError(value)
    return address, int(port) if port else None


def banner(config: Config) -> str | None:
    """The loud words for a start in lab mode, or None."""
    if not config.lab.enabled:
        return None
    named = len(config.lab.hosts)
    names = f" Host names answered from config.toml: {named}." if named else ""
    return (
        f"LAB MODE: plain http, any port and private addresses are allowed.{names} "
        f"Never let people use {config.server.origin} like this."
    )


SECTIONS: Mapping[str, type] = {section.name: section.default_factory for section in fields(Config)}  # type: ignore[misc]


def _with_password(url: str, file: Path) -> str:
    password = quote(file.read_text(encoding="utf-8").rstrip("\r\n"), safe="")
    parts = urlsplit(url)
    user, _, place = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:{password}@{place}").geturl()
