"""rowmill in the list of servers of clients that people use."""

from __future__ import annotations

import json
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.cli.install_clients import CLIENTS, Machine, command_here, config_file, entry
from src.cli.install_document import NotPlainJson, entry_of, with_entry, without_entry
from src.cli.install_files import BACKUP, ClientFile
from src.core.errors import Conflict, StorageError

from .conftest import REPOSITORY, Run

HOME = Path("/home/ada")
ENTRY = {"command": "/opt/bin/rowmill", "args": ["serve"]}
Install = Callable[..., Any]


@pytest.fixture
def install(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """`rowmill install …` as the installed command, for Claude Code of an empty home."""
    for name in ("APPDATA", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    script = tmp_path / "bin" / "rowmill"
    script.parent.mkdir()
    script.write_text("")
    monkeypatch.setattr(sys, "argv", [str(script)])

    def command(*args: str, stdin: str | None = None) -> Any:
        return run("install", *args, stdin=stdin)

    return command


@pytest.fixture
def claude(install: Install, tmp_path: Path) -> Path:
    return tmp_path / "empty" / ".claude.json"


# ── the clients' files ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("client", "system", "place"),
    [
        ("claude-desktop", "linux", ".config/Claude/claude_desktop_config.json"),
        ("claude-desktop", "darwin",
         "Library/Application Support/Claude/claude_desktop_config.json"),
        ("claude-code", "linux", ".claude.json"),
        ("claude-code", "win32", ".claude.json"),
        ("cursor", "darwin", ".cursor/mcp.json"),
        ("vscode", "linux", ".config/Code/User/mcp.json"),
        ("vscode", "darwin", "Library/Application Support/Code/User/mcp.json"),
        ("vscode", "win32", "AppData/Roaming/Code/User/mcp.json"),
    ],
)  # fmt: skip
def test_each_client_keeps_its_servers_where_it_does_on_each_system(
    client: str, system: str, place: str
) -> None:
    assert config_file(client, Machine(system, HOME, {})) == HOME / place


def test_folders_that_people_moved_are_found() -> None:
    environment = {
        "APPDATA": "/moved", "XDG_CONFIG_HOME": "/config", "CLAUDE_CONFIG_DIR": "/claude",
    }  # fmt: skip

    def place(client: str, system: str) -> str:
        return config_file(client, Machine(system, HOME, environment)).as_posix()

    assert place("claude-desktop", "win32") == "/moved/Claude/claude_desktop_config.json"
    assert place("vscode", "linux") == "/config/Code/User/mcp.json"
    assert place("claude-code", "linux") == "/claude/.claude.json"


def test_a_command_is_named_in_full_and_one_in_a_cache_through_uvx(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "rowmill"
    script.parent.mkdir()
    script.write_text("")
    assert command_here(str(script), "/x/python", None) == [str(script)]
    assert command_here("/src/cli/__main__.py", str(script.parent / "python"), None) == [
        str(script)
    ]
    assert command_here("/src/cli/__main__.py", "/x/python", "/bin/uvx") is None
    cached = tmp_path / "archive-v0" / "rowmill"
    cached.parent.mkdir()
    cached.write_text("")
    assert command_here(str(cached), "/x/python", "/bin/uvx") == ["/bin/uvx", "rowmill"]


def test_the_readme_shows_what_install_writes() -> None:
    section = (REPOSITORY / "README.md").read_text("utf-8").split("## For your MCP client")[1]
    section = section.split("\n## ")[0]
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", section, re.DOTALL)]
    command = ["/full/path/to/rowmill"]
    for name, client in CLIENTS.items():
        assert {client.key: {"rowmill": entry(client, command)}} in shown, name
        assert f"rowmill install {name}" in section


# ── one entry, and the rest byte for byte ─────────────────────────────────────────────────────


def test_the_rest_of_a_file_stays_as_it_was_written() -> None:
    text = (
        '{\n    "theme" :"dark",   "n": 1.50,\n'
        '    "mcpServers": {\n        "a": {"command":"x"}\n    }\n}\n'
    )
    changed = with_entry(text, "mcpServers", "rowmill", ENTRY)
    assert changed == (
        '{\n    "theme" :"dark",   "n": 1.50,\n    "mcpServers": {\n        "a": {"command":"x"},\n'
        '        "rowmill": {\n            "command": "/opt/bin/rowmill",\n'
        '            "args": [\n                "serve"\n            ]\n        }\n    }\n}\n'
    )
    assert without_entry(changed, "mcpServers", "rowmill") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", '{\n  "s": {\n    "rowmill": 1\n  }\n}\n'),
        ("{}", '{\n  "s": {\n    "rowmill": 1\n  }\n}'),
        ('{"a": 1}', '{"a": 1, "s": {"rowmill": 1}}'),
        ('{"s": {"a": {}}}', '{"s": {"a": {}, "rowmill": 1}}'),
        ('{\r\n\t"s": {}\r\n}', '{\r\n\t"s": {\r\n\t\t"rowmill": 1\r\n\t}\r\n}'),
        ('{"s": {"rowmill": {"old": [1]}, "b": 2}}', '{"s": {"rowmill": 1, "b": 2}}'),
    ],
)
def test_an_entry_is_written_as_its_neighbours_are(text: str, expected: str) -> None:
    assert with_entry(text, "s", "rowmill", 1) == expected
    assert with_entry(expected, "s", "rowmill", 1) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"s": {} // mine\n}', "line 1"),
        ('{"s": {},}', "line 1"),
        ("[]", "not an object"),
        ('{"s": []}', "s is not an object"),
        ('{"s": {}, "s": {}}', "twice"),
        ("[" * 100_000, "nested"),
    ],
)
def test_what_is_not_plain_json_is_not_edited(text: str, why: str) -> None:
    with pytest.raises(NotPlainJson, match=why):
        with_entry(text, "s", "rowmill", 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(
    rest=st.dictionaries(st.text().filter(lambda name: name != "s"), JSON),
    others=st.none() | st.dictionaries(st.text().filter(lambda name: name != "rowmill"), JSON),
    indent=st.sampled_from([None, 2, 4, "\t"]),
)
def test_in_any_document_one_thing_changes_and_is_changed_back(
    rest: dict[str, Any], others: dict[str, Any] | None, indent: int | str | None
) -> None:
    document = rest if others is None else {**rest, "s": others}
    text = json.dumps(document, indent=indent, ensure_ascii=False)
    changed = with_entry(text, "s", "rowmill", ENTRY)
    assert json.loads(changed) == {**document, "s": {**(others or {}), "rowmill": ENTRY}}
    assert entry_of(changed, "s", "rowmill") == ENTRY
    back = without_entry(changed, "s", "rowmill")
    assert json.loads(back) == {**document, "s": others or {}}
    if others:
        assert back == text


# ── the command ───────────────────────────────────────────────────────────────────────────────


def test_the_change_is_shown_and_a_no_writes_nothing(install: Install, claude: Path) -> None:
    claude.write_text('{"numStartups": 3}\n')
    result = install("claude-code", stdin="n\n")
    assert result.exit_code == 0
    assert '+{"numStartups": 3, "mcpServers": {"rowmill"' in result.stdout
    assert "Nothing was written" in result.stdout
    assert claude.read_text() == '{"numStartups": 3}\n'


def test_a_yes_writes_the_entry_beside_what_was_there_and_undo_takes_it_back(
    install: Install, claude: Path, tmp_path: Path
) -> None:
    before = '{\n  "numStartups": 3,\n  "mcpServers": {}\n}\n'
    claude.write_text(before)
    claude.chmod(0o640)
    assert install("claude-code", stdin="y\n").exit_code == 0
    document = json.loads(claude.read_text())
    assert document["numStartups"] == 3
    assert document["mcpServers"]["rowmill"] == {
        "type": "stdio", "command": str(tmp_path / "bin" / "rowmill"), "args": ["serve"],
    }  # fmt: skip
    assert Path(f"{claude}{BACKUP}").read_text() == before
    assert stat.S_IMODE(claude.stat().st_mode) == 0o640
    assert "has it already" in install("claude-code", "--yes").stdout
    assert install("claude-code", "--undo", "--yes").exit_code == 0
    assert claude.read_text() == before
    assert not Path(f"{claude}{BACKUP}").exists()


def test_undo_leaves_what_the_client_changed_since(install: Install, claude: Path) -> None:
    claude.write_text('{"numStartups": 3, "mcpServers": {"a": 1}}')
    install("claude-code", "--yes")
    claude.write_text(claude.read_text().replace("3", "4"))
    install("claude-code", "--undo", "--yes")
    assert claude.read_text() == '{"numStartups": 4, "mcpServers": {"a": 1}}'


def test_undo_brings_back_the_entry_that_was_there_before(install: Install, claude: Path) -> None:
    before = '{"n": 1, "mcpServers": {"rowmill": {"command": "old"}}}'
    claude.write_text(before)
    install("claude-code", "--yes")
    assert "old" not in claude.read_text()
    claude.write_text(claude.read_text().replace('"n": 1', '"n": 2'))
    install("claude-code", "--undo", "--yes")
    assert claude.read_text() == before.replace('"n": 1', '"n": 2')


def test_a_file_that_install_made_goes_with_undo(install: Install, claude: Path) -> None:
    install("claude-code", "--yes")
    assert stat.S_IMODE(claude.stat().st_mode) == 0o600
    install("claude-code", "--undo", "--yes")
    assert not claude.exists()
    assert "nothing to undo" in install("claude-code", "--undo").stdout


def test_a_file_with_comments_is_left_alone_with_a_hint(install: Install, tmp_path: Path) -> None:
    file = tmp_path / "work" / ".vscode" / "mcp.json"
    file.parent.mkdir()
    file.write_text('{\n  // ours\n  "servers": {}\n}\n')
    result = install("vscode", "--project", "--yes")
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert "rowmill install vscode --print" in result.stderr
    assert file.read_text() == '{\n  // ours\n  "servers": {}\n}\n'


def test_print_shows_the_entry_and_writes_nothing(install: Install, claude: Path) -> None:
    result = install("claude-code", "--print")
    assert list(json.loads(result.stdout)["mcpServers"]) == ["rowmill"]
    assert str(claude) in result.stderr
    assert not claude.exists()


def test_a_key_is_written_only_when_told_to_and_never_shown(
    install: Install, claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret-of-mine")
    claude.write_text('{"oauthToken": "secret-of-theirs"}')
    plain = install("claude-code", "--yes")
    assert "secret" not in plain.output
    assert "secret-of-mine" not in claude.read_text()
    told = install("claude-code", "--yes", "--with-key")
    assert "secret" not in told.output
    assert json.loads(claude.read_text())["mcpServers"]["rowmill"]["env"] == {
        "GEMINI_API_KEY": "secret-of-mine"
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["claude-desktop", "--project"], "no file for one project"),
        (["cursor", "--project", "--with-key"], "that file is shared"),
        (["cursor", "--with-key"], "no key is set"),
    ],
)
def test_what_makes_no_sense_is_refused(install: Install, arguments: list[str], said: str) -> None:
    result = install(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_link_to_the_file_stays_a_link(install: Install, claude: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.json"
    real.write_text("{}")
    claude.symlink_to(real)
    install("claude-code", "--yes")
    assert claude.is_symlink()
    assert "rowmill" in real.read_text()


def test_a_byte_order_mark_stays(install: Install, claude: Path) -> None:
    claude.write_text('\ufeff{"a": 1}')
    install("claude-code", "--yes")
    assert claude.read_text().startswith('\ufeff{"a": 1, "mcpServers"')
    install("claude-code", "--undo", "--yes")
    assert claude.read_text() == '\ufeff{"a": 1}'


def test_a_file_that_changed_while_one_was_asked_is_not_overwritten(tmp_path: Path) -> None:
    file = ClientFile(tmp_path / "mcp.json")
    file.path.write_text("{}")
    seen = file.read()
    file.path.write_text('{"new": 1}')
    with pytest.raises(Conflict):
        file.change(seen, "{}")
    assert file.path.read_text() == '{"new": 1}'


def test_a_folder_that_cannot_be_made_is_an_error_with_a_hint(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        ClientFile(tmp_path / "file" / "mcp.json").change(None, "{}")


def test_json_answers_one_document(answer: Callable[..., Any], install: Install) -> None:
    said = answer("install", "claude-code", "--yes")
    assert said["changed"] is True
    assert said["path"].endswith(".claude.json")


def test_where_nobody_can_be_asked_it_says_how_to_go_on(install: Install, claude: Path) -> None:
    result = install("claude-code", stdin="")
    assert result.exit_code == 2
    assert "--yes" in result.stderr
    assert not claude.exists()


def test_undo_does_not_say_to_switch_it_on(install: Install) -> None:
    install("cursor", "--yes")
    assert "Switch it on" not in install("cursor", "--undo", "--yes").stdout
