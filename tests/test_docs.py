"""Docs that can be wrong are compared with the code."""

import re
from pathlib import Path

import pytest

from src.config import GROUPS
from src.core.states import diagram

ROOT = Path(__file__).parents[1]


def text(name):
    return (ROOT / name).read_text("utf-8")


def block(page, marker):
    """The fenced block after a marker comment."""
    after = page.split(f"<!-- {marker}", 1)[1]
    return re.search(r"```\w*\n(.*?)```", after, re.DOTALL).group(1)


def variables():
    for kind in GROUPS.values():
        for name, field in kind.model_fields.items():
            yield str(kind.model_config["env_prefix"]) + name.upper(), field


def test_the_state_diagram_is_the_table_of_transitions():
    assert block(text("ARCHITECTURE.md"), "diagram").strip() == diagram()


def test_the_layout_names_every_module_of_the_core_and_every_package():
    layout = block(text("ARCHITECTURE.md"), "layout")
    named = set(re.findall(r"^ +([\w.]+?)/? {2,}", layout, re.MULTILINE))
    packages = {path.parent.name for path in (ROOT / "src").glob("*/__init__.py")} - {"core"}
    modules = {path.name for path in (ROOT / "src").glob("*.py")} - {"__init__.py"}
    core = {path.name for path in (ROOT / "src/core").glob("*.py")} - {"__init__.py"}
    rooms = {path.parent.name for path in (ROOT / "src").glob("*/*/__init__.py")}
    assert named == packages | modules | core | rooms


def test_env_example_names_every_setting_with_its_default():
    lines = re.findall(r"^# ?([A-Z_]+)=(.*)$", text(".env.example"), re.MULTILINE)
    expected = {name: _written(field.default) for name, field in variables()}
    assert dict(lines) == expected
    assert len(lines) == len(expected)


def _written(default):
    if default is None or default == ():
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_the_readme_names_every_group_of_settings():
    readme = text("README.md")
    for name, _ in variables():
        assert f"`{name}`" in readme, name


@pytest.mark.parametrize("page", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_relative_link_leads_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", text(page)):
        assert (ROOT / target).exists(), target


def test_every_make_target_of_the_docs_exists():
    targets = set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
        assert set(re.findall(r"`make ([a-z]+)", text(page))) <= targets, page


def test_the_packages_of_the_wheel_are_the_packages_there_are():
    listed = set(
        re.findall(
            r'"(rowmill(?:\.\w+)*)"', text("pyproject.toml").split("packages =")[1].split("]")[0]
        )
    )
    there = {
        ".".join(["rowmill", *path.parent.relative_to(ROOT / "src").parts])
        for path in (ROOT / "src").rglob("__init__.py")
    }
    assert listed == there
