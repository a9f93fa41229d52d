"""What is installed is what was locked, and it can be said what that is."""

import hashlib
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.i18n import ROOT
from deploy.sbom import document

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUNTIME = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS, ids=[lock.name for lock in LOCKS])
def test_every_locked_package_has_its_digests(lock: Path) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text(encoding="utf-8"))
    named = [entry for entry in entries if PINNED.match(entry)]
    assert named
    for entry in named:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
        assert not re.search(r"(?:git\+|https?://|file:)", entry.partition("# via")[0])


def test_nothing_is_installed_without_its_digest() -> None:
    verbs = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in verbs.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line for line in installs)


def test_the_list_of_components_names_all_that_is_locked_and_is_always_the_same() -> None:
    found = document(RUNTIME)
    named = {one["purl"] for one in found["components"]}
    assert {f"pkg:pypi/{name.lower()}@{version}" for name, version in PINNED.findall(RUNTIME)} <= named
    assert any(purl.startswith("pkg:npm/htmx") for purl in named)
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    assert len(named) == len(found["components"])
    assert json.dumps(document(RUNTIME)) == json.dumps(found)
    changed = RUNTIME.replace("waitress==", "waitress==9", 1)
    assert document(changed)["serialNumber"] != found["serialNumber"]


def make_wheel(folder: Path) -> Path:
    """The smallest package there is."""
    info = "probe-1.0.dist-info"
    members = {
        "probe.py": "VALUE = 1\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
    path = folder / "probe-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def install(lock: Path, wheels: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Without any network, as on the machines that this is for."""
    isolated = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    pip = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--no-cache-dir"]
    options = ["--require-hashes", "--no-index", "--find-links", wheels, "--target", target, "-r", lock]
    return subprocess.run([*isolated, *pip, *options], check=False, capture_output=True, text=True)


@pytest.mark.slow
def test_a_wheel_is_installed_without_a_network_and_a_changed_one_is_refused(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    lock = tmp_path / "lock.txt"
    lock.write_text(f"probe==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n", encoding="utf-8")
    sound = install(lock, tmp_path, tmp_path / "sound")
    assert sound.returncode == 0, sound.stderr
    assert (tmp_path / "sound" / "probe.py").exists()
    with wheel.open("ab") as file:
        file.write(b"\0")
    changed = install(lock, tmp_path, tmp_path / "changed")
    assert changed.returncode != 0
    assert "DO NOT MATCH THE HASHES" in changed.stderr
    assert not (tmp_path / "changed" / "probe.py").exists()
