"""Credentials for S3 from a person's own AWS files, which obstore does not read."""

from __future__ import annotations

from collections.abc import Mapping
from configparser import ConfigParser
from configparser import Error as NotIni
from pathlib import Path

# Where one of these is set, obstore finds credentials by itself.
_IN_THE_ENVIRONMENT = (
    "AWS_ACCESS_KEY_ID",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_SKIP_SIGNATURE",
)
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_KEYS = {
    "aws_access_key_id": "access_key_id",
    "aws_secret_access_key": "secret_access_key",
    "aws_session_token": "session_token",
}


def profile(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """What the profile AWS_PROFILE of `~/.aws` adds to the environment: keys and region.

    A profile that only names a role, a login or a program gives no keys.
    """
    name = environment.get("AWS_PROFILE") or "default"
    section = name if name == "default" else f"profile {name}"
    keys = _section(environment, "AWS_SHARED_CREDENTIALS_FILE", home / ".aws/credentials", name)
    more = _section(environment, "AWS_CONFIG_FILE", home / ".aws/config", section)
    found = {} if _has_any(environment, _IN_THE_ENVIRONMENT) else {**more, **keys}
    given = {ours: found[theirs] for theirs, ours in _KEYS.items() if found.get(theirs)}
    if not _has_any(environment, _REGIONS):
        given["region"] = more.get("region") or "us-east-1"
    return given


def _has_any(environment: Mapping[str, str], names: tuple[str, ...]) -> bool:
    return any(environment.get(name) for name in names)


def _section(
    environment: Mapping[str, str], setting: str, usual: Path, name: str
) -> dict[str, str]:
    path = Path(environment.get(setting) or usual).expanduser()
    parser = ConfigParser(interpolation=None, default_section="no default section")
    try:
        parser.read(path, encoding="utf-8")
    except (OSError, NotIni, UnicodeDecodeError):
        return {}  # as good as none: the service says that credentials are missing
    return dict(parser[name]) if parser.has_section(name) else {}
