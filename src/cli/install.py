"""`rowmill install CLIENT`: rowmill in a client's list of servers."""

from __future__ import annotations

import difflib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ..core.errors import InvalidArgument, NotConfigured
from .install_clients import CLIENTS, NAME, Client, Machine, command_here, config_file, entry
from .install_document import NotPlainJson, entry_of, with_entry, without_entry
from .install_files import ClientFile
from .options import json_option

BOM = "\ufeff"
HIDDEN = "‹hidden›"
_SECRET = re.compile(
    r'("[^"\n]{0,99}(?:KEY|TOKEN|SECRET|PASSWORD)[^"\n]{0,99}"\s{0,9}:\s{0,9})"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)


@click.command()
@click.argument("client", type=click.Choice(list(CLIENTS)))
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.option("--print", "only_print", is_flag=True, help="Show the entry, to be pasted by hand.")
@click.option("--undo", is_flag=True, help="Take back what the last install changed.")
@click.option(
    "--project", is_flag=True, help="For this folder's project alone, in the file its team shares."
)
@click.option(
    "--with-key",
    is_flag=True,
    help="Also write GEMINI_API_KEY, as it is set here, into the client's file, in plain text.",
)
@json_option
def install(
    client: str,
    yes: bool,
    only_print: bool,
    undo: bool,
    project: bool,
    with_key: bool,
    as_json: bool,
) -> int:
    """Add rowmill to a client's MCP servers, or take it out again.

    The change is shown before anything is written; the rest of the file stays as it is, and a copy
    of it is kept beside it. A key is written only when told to: without one rowmill works too, and
    it reads GEMINI_API_KEY from the environment it is started in.

    \b
    Examples:
      rowmill install claude-desktop
      rowmill install claude-code --project
      rowmill install vscode --print
      rowmill install cursor --undo
    """
    chosen = CLIENTS[client]
    file = ClientFile(_place(client, chosen, project))
    if undo:
        return _take_back(file, chosen, yes, as_json)
    said = entry(chosen, _command(), _key(project) if with_key else None)
    if only_print:
        click.echo(f"{file.path}:", err=True)
        click.echo(json.dumps({chosen.key: {NAME: said}}, indent=2, ensure_ascii=False))
        return 0
    return _put_in(file, chosen, said, yes, as_json)


@dataclass(frozen=True, slots=True)
class Change:
    """A file's text and what it is to become; None stands for no file."""

    file: ClientFile
    old: str | None
    new: str | None

    def shown(self) -> Iterator[str]:
        """Line by line, without keys."""
        old, new = (_lines(text) for text in (self.old, self.new))
        names = (str(self.file.path), str(self.file.path))
        yield from difflib.unified_diff(old, new, *names, lineterm="")


def _put_in(
    file: ClientFile, client: Client, said: dict[str, Any], yes: bool, as_json: bool
) -> int:
    old = file.read()
    mark, text = _unmarked(old or "")
    with _plain(file, client):
        new = mark + with_entry(text, client.key, NAME, said)
    change = Change(file, old, new)
    if new == old:
        return _tell(change, f"{client.title} has it already.", as_json)
    if not _agreed(change, yes, as_json):
        return _tell(Change(file, old, old), "Nothing was written.", as_json)
    file.change(old, new)
    kept = f" The file as it was: {file.backup}." if old is not None else ""
    return _tell(change, f"Written.{kept} {client.afterwards}", as_json)


def _take_back(file: ClientFile, client: Client, yes: bool, as_json: bool) -> int:
    old = file.read()
    mark, text = _unmarked(old or "")
    with _plain(file, client):
        now = entry_of(text, client.key, NAME)
        if old is None or now is None:
            said = f"{client.title} does not have it: there is nothing to undo."
            return _tell(Change(file, old, old), said, as_json)
        new = _before(file.before(), mark, text, client, now)
    change = Change(file, old, new)
    if not _agreed(change, yes, as_json):
        return _tell(Change(file, old, old), "Nothing was written.", as_json)
    file.restore(old, new)
    return _tell(
        change, f"Taken back. {client.title} forgets it when it is started again.", as_json
    )


def _before(kept: str | None, mark: str, text: str, client: Client, now: Any) -> str | None:
    """The file as it was before the last install; None where install made it.

    Where others have changed the file since, only our entry goes, or is again what it was.
    """
    if kept is None:
        alone = text == with_entry("", client.key, NAME, now)
        return None if alone else mark + without_entry(text, client.key, NAME)
    _, kept_text = _unmarked(kept)
    if text == with_entry(kept_text, client.key, NAME, now):
        return kept
    earlier = entry_of(kept_text, client.key, NAME)
    if earlier is None:
        return mark + without_entry(text, client.key, NAME)
    return mark + with_entry(text, client.key, NAME, earlier)


# ── asking and telling ────────────────────────────────────────────────────────────────────────


def _agreed(change: Change, yes: bool, as_json: bool) -> bool:
    for line in change.shown():
        click.echo(line, err=as_json)
    try:
        return yes or click.confirm("Write this?", err=as_json)
    except click.Abort as exc:
        if isinstance(exc.__context__, EOFError):
            click.echo(err=as_json)  # ends the line of the question
            hint = "--yes writes it without asking"
            raise InvalidArgument("there is nobody here to ask", hint=hint) from None
        raise


def _tell(change: Change, said: str, as_json: bool) -> int:
    if as_json:
        path, changed = str(change.file.path), change.old != change.new
        click.echo(json.dumps({"path": path, "changed": changed, "message": said}))
    else:
        click.echo(said)
    return 0


def _lines(text: str | None) -> list[str]:
    """Keys, ours and other servers', are nobody's to read over a shoulder."""
    return _SECRET.sub(rf'\1"{HIDDEN}"', _unmarked(text or "")[1]).splitlines()


# ── what there is here ────────────────────────────────────────────────────────────────────────


def _place(name: str, client: Client, project: bool) -> Path:
    if not project:
        return config_file(name, Machine(sys.platform, Path.home(), os.environ))
    if client.project is None:
        raise click.UsageError(f"{client.title} has no file for one project.")
    return Path.cwd() / client.project


def _command() -> list[str]:
    found = command_here(sys.argv[0], sys.executable, shutil.which("uvx"))
    if found is None:
        raise NotConfigured(
            "a client cannot start rowmill from a checkout: there is no rowmill command here",
            hint="pip install . first, and say it again with the rowmill that this brings",
        )
    return found


def _key(project: bool) -> str:
    if project:
        raise click.UsageError("--with-key does not go with --project: that file is shared.")
    from ..config import Settings

    keys = Settings.load().gemini.keys
    if not keys:
        raise NotConfigured("no key is set", hint="set GEMINI_API_KEY, or leave --with-key out")
    return keys[0]


def _unmarked(text: str) -> tuple[str, str]:
    """A byte order mark, if there is one, and the text after it."""
    return (BOM, text[1:]) if text.startswith(BOM) else ("", text)


@contextmanager
def _plain(file: ClientFile, client: Client) -> Iterator[None]:
    """Says what to do with a file that cannot be edited safely."""
    try:
        yield
    except NotPlainJson as exc:
        name = next(name for name, each in CLIENTS.items() if each is client)
        raise InvalidArgument(
            f"{file.path} is not plain JSON, {exc}: it is left as it is",
            hint=f"paste the entry by hand: rowmill install {name} --print",
        ) from None
