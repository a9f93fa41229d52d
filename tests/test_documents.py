"""The documents speak of what exists: commands, verbs, settings, files, dependencies."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from core.i18n import ROOT
from core.settings import sections, variable
from guanjin import cli

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
COMMAND = re.compile(r"(?:^|`|\s)(?:\.venv/bin/)?guanjin((?: +[a-z][a-z-]*)+)")
VERB = re.compile(r"(?:^|`|\s)make ([a-z][a-z-]*)")
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")
VARIABLE = re.compile(r"\bGUANJIN_[A-Z_]+[A-Z]\b")


def _code(path: Path) -> str:
    """Only what is set as code: prose may begin a sentence with the product's name."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(
        [*re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL), *re.findall(r"(?<!`)(`[^`\n]+`)(?!`)", text)]
    )


def _resolve(words: list[str]) -> str | None:
    """The first word that names no command; the rest after a command are its arguments."""
    command: click.Command | None = cli
    context = click.Context(cli)
    for word in words:
        if not isinstance(command, click.Group):
            return None
        command = command.get_command(context, word)
        if command is None:
            return word
    return None


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_a_document_names_only_commands_that_exist(path: Path) -> None:
    for match in COMMAND.finditer(_code(path)):
        assert _resolve(match[1].split()) is None, match[0]


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_a_document_names_only_verbs_that_exist(path: Path) -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert {match[1] for match in VERB.finditer(_code(path))} <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_every_link_leads_somewhere(path: Path) -> None:
    missing = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_a_document_names_only_settings_that_exist(path: Path) -> None:
    known = {variable(name, field) for name, kind in sections() for field in kind.model_fields}
    known |= {"GUANJIN_CONFIG", "GUANJIN_LANGUAGE"}
    assert set(VARIABLE.findall(path.read_text(encoding="utf-8"))) <= known


def test_every_dependency_says_why_it_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for name in [*project["dependencies"], *project["optional-dependencies"]["demo"]]:
        assert f"| {name.partition('[')[0]} |" in reasons


def test_both_readmes_have_the_same_shape() -> None:
    def shape(name: str) -> list[str]:
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = re.findall(r"```[a-z]*\n.*?```", text, re.DOTALL)
        return [*re.findall(r"^#+", text, re.MULTILINE), *(str(block.count("\n")) for block in blocks)]

    assert shape("README.md") == shape("README.zh-CN.md")


def test_no_module_has_a_name_that_says_nothing() -> None:
    nameless = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "manager.py", "misc.py"}
    folders = ("core", "security", "inventory", "collectors", "automation", "web", "demo", "tests")
    assert [path for name in folders for path in (ROOT / name).rglob("*.py") if path.name in nameless] == []
