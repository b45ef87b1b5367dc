"""Settings come from the environment over `.env`."""

import ast
import re

import pytest

from src.config import CHECKOUT, GROUPS, Settings
from src.core.errors import InvalidArgument
from src.utils.redact import redacted


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_without_any_setting_everything_has_its_default():
    settings = Settings.load()
    defaults = {name: field.default for name, field in GROUPS["job"].model_fields.items()}
    assert settings.job.model_dump() == defaults
    assert settings.gemini.keys == ()


def test_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("JOB_PARALLEL_CHUNKS", "9")
    assert Settings.load().job.parallel_chunks == 9


def test_a_dotenv_file_in_the_working_folder_is_read(in_an_empty_folder, monkeypatch):
    monkeypatch.delenv("JOB_PARALLEL_CHUNKS")
    (in_an_empty_folder / ".env").write_text("JOB_PARALLEL_CHUNKS=9\n", "utf-8")
    assert Settings.load().job.parallel_chunks == 9


def test_the_environment_wins_over_the_file_even_when_it_is_empty(in_an_empty_folder, monkeypatch):
    (in_an_empty_folder / ".env").write_text("GEMINI_API_KEY=from-the-file\n", "utf-8")
    assert Settings.load().gemini.keys == ()
    monkeypatch.delenv("GEMINI_API_KEY")
    assert Settings.load().gemini.keys == ("from-the-file",)


def test_keys_are_collected_once_each_in_their_order(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", "b")
    monkeypatch.setenv("GEMINI_API_KEYS", "a, b,,c")
    assert Settings.load().gemini.keys == ("b", "a", "c")


def test_a_key_is_not_in_what_settings_print(monkeypatch):
    monkeypatch.setenv("GEMINI_API_KEY", "very-secret")
    monkeypatch.setenv("GEMINI_API_KEYS", "also-secret")
    assert "secret" not in repr(Settings.load())


@pytest.mark.parametrize(
    "name", ["GEMINI_API_KEY", "GEMINI_API_KEYS", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
)
def test_whatever_secret_is_set_is_shown_nowhere_from_then_on(monkeypatch, name):
    monkeypatch.setenv(name, f"the-secret-of-{name.lower()}")
    Settings.load()
    assert redacted(f"x the-secret-of-{name.lower()} y") == "x [redacted] y"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JOB_PARALLEL_CHUNKS", "0"),
        ("JOB_PARALLEL_CHUNKS", "many"),
        ("GEMINI_TIMEOUT_S", "inf"),
        ("STORAGE_BACKEND", "tape"),
        ("MCP_WAIT_S", "26"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_its_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(InvalidArgument, match=name):
        Settings.load()


def test_everything_lives_below_the_home(a_home_of_its_own):
    settings = Settings.load()
    places = [
        settings.temp_dir,
        settings.output_dir,
        settings.log_dir,
        settings.database,
        settings.lease_dir,
    ]
    assert all(place.is_relative_to(a_home_of_its_own) for place in places)


def test_run_from_a_checkout_the_checkout_is_the_home(monkeypatch):
    monkeypatch.setenv("ROWMILL_HOME", "")
    assert Settings.load().home == CHECKOUT


def test_every_setting_that_a_message_names_exists():
    known = {
        f"{kind.model_config['env_prefix']}{name}".upper()
        for kind in GROUPS.values()
        for name in kind.model_fields
    }
    for path in (CHECKOUT / "src").rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        texts = [node.value for node in nodes if isinstance(node, ast.Constant)]
        named = re.findall(
            r"\b(?:GEMINI|STORAGE|JOB|MCP|LOG)_[A-Z_]*[A-Z]\b", "\n".join(map(str, texts))
        )
        constants = {node.id for node in nodes if isinstance(node, ast.Name)}
        assert set(named) - known - constants == set(), path.name


def test_a_dotenv_file_that_is_no_text_is_said_with_what_to_do(in_an_empty_folder):
    (in_an_empty_folder / ".env").write_bytes(b"JOB_MAX_ROWS=\xff\xfe\n")
    with pytest.raises(InvalidArgument, match="not UTF-8") as caught:
        Settings.load()
    assert ".env" in caught.value.hint


def test_a_home_of_somebody_who_is_not_here_is_said_with_what_to_do(monkeypatch):
    monkeypatch.setenv("ROWMILL_HOME", "~nobody-of-that-name/data")
    with pytest.raises(InvalidArgument, match="nobody knows where") as caught:
        Settings.load()
    assert "in full" in caught.value.hint
