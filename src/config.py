"""Settings, grouped by concern, from the environment and `.env`."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from .core.errors import InvalidArgument
from .core.models import Generation, OutputFormat, StorageKind
from .utils.redact import redacted

CLOUD_SECRETS = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
CHECKOUT = Path(__file__).resolve().parent.parent
IN_CHECKOUT = (CHECKOUT / "pyproject.toml").is_file() and Path(__file__).parent.name == "src"


class Group(BaseSettings):
    """One concern: the process's environment over the `.env` files.

    An empty value means the default, so `GEMINI_API_KEY=` in the environment hides a key in `.env`.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, values: Any) -> Any:
        return {name: value for name, value in values.items() if value != ""}


class PlaceSettings(Group):
    model_config = SettingsConfigDict(env_prefix="ROWMILL_")

    home: Path | None = Field(
        None,
        description="where temp, output, logs and the job records live: the checkout when run "
        "from one, else this system's folder for a user's data",
    )


class GeminiSettings(Group):
    model_config = SettingsConfigDict(env_prefix="GEMINI_")

    api_key: SecretStr | None = Field(
        None, description="your key; without one the local engine does everything"
    )
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="several keys, separated by commas"
    )
    model: str = Field("gemini-3.5-flash-lite", description="the language model")
    base_url: str | None = Field(None, description="another address of the service, for tests")
    requests_per_minute: Annotated[int, Field(ge=1)] = Field(60, description="your quota")
    tokens_per_minute: Annotated[int, Field(ge=1000)] = Field(
        250_000, description="your quota of input tokens"
    )
    max_concurrency: Annotated[int, Field(ge=1, le=500)] = Field(10, description="calls at once")
    timeout_s: Annotated[float, Field(ge=1, le=600)] = Field(
        120.0, description="the longest a call may take"
    )
    max_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        5, description="tries a call, the first included"
    )

    @field_validator("api_keys", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(value.split(",")) if isinstance(value, str) else value

    @property
    def keys(self) -> tuple[str, ...]:
        first = (self.api_key,) if self.api_key else ()
        found = (key.get_secret_value().strip() for key in (*first, *self.api_keys))
        return tuple(dict.fromkeys(key for key in found if key))


class StorageSettings(Group):
    model_config = SettingsConfigDict(env_prefix="STORAGE_")

    backend: StorageKind = Field("disk", description="where chunks live: disk, memory or cloud")
    temp_dir: Path | None = Field(None, description="chunks; ROWMILL_HOME/temp")
    output_dir: str | None = Field(
        None, description="datasets: a folder, s3://… or gs://…; ROWMILL_HOME/output"
    )
    cloud_url: str | None = Field(
        None, description="for cloud storage: s3://bucket/folder or gs://bucket/folder"
    )
    cloud_endpoint: str | None = Field(
        None, description="address of a service that speaks S3 and is not Amazon's"
    )
    memory_max_bytes: Annotated[int, Field(ge=1)] = Field(
        512 * 1024 * 1024, description="limit of memory storage, all jobs together"
    )
    memory_max_chunks: Annotated[int, Field(ge=1)] = Field(
        10_000, description="limit of memory storage, all jobs together"
    )


class JobSettings(Group):
    model_config = SettingsConfigDict(env_prefix="JOB_")

    parallel_chunks: Annotated[int, Field(ge=1, le=64)] = Field(
        4, description="chunks made at once, for each running job"
    )
    chunk_attempts: Annotated[int, Field(ge=1, le=20)] = Field(
        3, description="tries a chunk before its job is FAILED"
    )
    max_rows: Annotated[int, Field(ge=1)] = Field(
        1_000_000_000, description="the largest job, rows of all tables together"
    )
    max_chunks: Annotated[int, Field(ge=1)] = Field(1_000_000, description="chunks a job")
    default_format: OutputFormat = Field("csv", description="format where none is named")
    default_generation: Generation = Field("auto", description="auto, llm or local")
    auto_resume: Literal["free", "none"] = Field(
        "free", description="free: a job found without an owner goes on where that costs nothing"
    )
    retention_days: Annotated[float, Field(ge=0)] = Field(
        0, description="jobs that ended longer ago are deleted when a server starts; 0 keeps them"
    )


class McpSettings(Group):
    model_config = SettingsConfigDict(env_prefix="MCP_")

    wait_s: Annotated[float, Field(ge=0, le=25)] = Field(
        20, description="how long a tool waits before it answers that work goes on"
    )
    ask_above_usd: Annotated[float, Field(ge=0)] = Field(
        1.0,
        description="a client that can ask its user does so before a job that may cost more is run",
    )
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8765, description="port of `rowmill serve --transport http`, on this machine only"
    )
    max_frame_bytes: Annotated[int, Field(ge=65_536, le=1_073_741_824)] = Field(
        4_194_304, description="the largest message a client may send"
    )


class LogSettings(Group):
    model_config = SettingsConfigDict(env_prefix="LOG_")

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="what goes to the log file"
    )
    dir: Path | None = Field(None, description="log files; ROWMILL_HOME/logs")


@dataclass(frozen=True)
class Settings:
    """Everything that can be set. `home` is ROWMILL_HOME or what stands for it."""

    home: Path
    gemini: GeminiSettings = field(default_factory=GeminiSettings)
    storage: StorageSettings = field(default_factory=StorageSettings)
    job: JobSettings = field(default_factory=JobSettings)
    mcp: McpSettings = field(default_factory=McpSettings)
    log: LogSettings = field(default_factory=LogSettings)

    def __post_init__(self) -> None:
        redacted.hide(self.secrets)

    @classmethod
    def load(cls) -> Settings:
        """Settings from the environment over `.env` (the working folder's over the checkout's).

        Raises:
            InvalidArgument: a value does not fit; names the variable.
        """
        groups = {name: _group(kind) for name, kind in GROUPS.items()}
        place: PlaceSettings = groups.pop("place")
        home = _expanded(place.home or default_home())
        return cls(home=home, **groups)

    @property
    def temp_dir(self) -> Path:
        return _expanded(self.storage.temp_dir or self.home / "temp")

    @property
    def output_dir(self) -> Path:
        named = None if self.output_url else self.storage.output_dir
        return _expanded(Path(named or self.home / "output"))

    @property
    def output_url(self) -> str | None:
        """Where datasets go, if that is a bucket."""
        named = self.storage.output_dir or ""
        return named if "://" in named else None

    @property
    def log_dir(self) -> Path:
        return _expanded(self.log.dir or self.home / "logs")

    @property
    def database(self) -> Path:
        return self.home / "rowmill.db"

    @property
    def lease_dir(self) -> Path:
        return self.home / "leases"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen in a log, an error or an answer."""
        clouds = (os.environ.get(name, "") for name in CLOUD_SECRETS)
        return (*self.gemini.keys, *filter(None, clouds))


GROUPS: dict[str, type[Group]] = {
    "place": PlaceSettings,
    "gemini": GeminiSettings,
    "storage": StorageSettings,
    "job": JobSettings,
    "mcp": McpSettings,
    "log": LogSettings,
}


def default_home() -> Path:
    """The checkout when run from one, else where this system keeps a user's data."""
    if IN_CHECKOUT:
        return CHECKOUT
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path("~", "Library", "Application Support")
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path("~", ".local", "share"))
    return base / "rowmill"


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError:
        hint = "write the folder in full, in ROWMILL_HOME or the setting that names it"
        raise InvalidArgument(f"nobody knows where {path} is on this machine", hint=hint) from None


def _group(kind: type[Group]) -> Any:
    files = (CHECKOUT / ".env", Path(".env")) if IN_CHECKOUT else (Path(".env"),)
    try:
        return kind(_env_file=files)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        name = str(kind.model_config["env_prefix"]) + str(first["loc"][0]).upper()
        raise InvalidArgument(
            f"the setting {name} does not fit: {first['msg']}",
            hint="mend it in the environment or in .env",
        ) from None
    except (OSError, UnicodeDecodeError) as exc:
        said = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        hint = "mend the .env in this folder, or move it away"
        raise InvalidArgument(f".env cannot be read: {said}", hint=hint) from None
