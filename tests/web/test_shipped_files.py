"""What goes out to browsers: nothing from elsewhere, nothing that an older browser cannot read, nothing altered."""

import re
from pathlib import Path

import pytest

from web import vendor
from web.assets import FOLDER

WEB = FOLDER.parent
TEMPLATES = sorted((WEB / "templates").rglob("*.*"))
OWN = sorted(path for path in FOLDER.glob("*.*"))
VENDORED = sorted(path for path in vendor.FOLDER.rglob("*.*") if path.suffix in {".css", ".js"})
# Namespaces are names, not addresses.
NAMESPACES = re.compile(r"http://www\.w3\.org/[\w/]+")


@pytest.mark.parametrize("folder", [vendor.FOLDER, Path(__file__).parents[1] / "browser" / "vendor"])
def test_vendored_files_are_those_of_the_record(folder: Path) -> None:
    assert list(vendor.differing(folder)) == []
    recorded = {
        folder / package.folder / Path(name).name for package in vendor.packages(folder) for name in package.files
    }
    present = {path for path in folder.rglob("*") if path.is_file() and path.name != vendor.RECORD}
    assert present == recorded


def test_the_record_is_what_the_tool_would_write() -> None:
    assert vendor.render(vendor.packages()) == (vendor.FOLDER / vendor.RECORD).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [*TEMPLATES, *OWN], ids=lambda path: path.name)
def test_nothing_names_another_host(path: Path) -> None:
    text = NAMESPACES.sub("", path.read_text(encoding="utf-8"))
    assert not re.search(r"(https?:)?//[a-z0-9-]+\.[a-z]", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_inline_style_or_script(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=\"|javascript:", text)


@pytest.mark.parametrize("path", [*OWN, *VENDORED], ids=lambda path: path.name)
def test_a_browser_of_2021_can_read_it(path: Path) -> None:
    """The floor is Chromium 90: desktops of these offices carry older kernels."""
    newer = r":has\(|oklch\(|oklab\(|color-mix\(|light-dark\(|@container|@layer|\d[sld]v[hw]\b|text-wrap:|inset-inline"
    newer += r"|structuredClone|\.findLast\(|\.toSorted\(|Object\.hasOwn|\.at\(-?\d|\.replaceAll\(.*\?\?=|\bstatic\s*\{"
    assert not re.search(newer, path.read_text(encoding="utf-8"))


def test_our_style_is_small() -> None:
    assert sum(len((FOLDER / name).read_bytes()) for name in ("console.css", "dark.css")) < 22_000
