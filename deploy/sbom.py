"""What a release consists of, as CycloneDX 1.6, from the lock and the record of the vendored browser files alone.

Made without the internet and without a clock: the same lock gives the same bytes, so that two people can compare them.

    python -m deploy.sbom > build/sbom.cdx.json
"""

import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any, Final

from core.i18n import ROOT
from core.version import VERSION
from web import vendor

LOCK: Final = ROOT / "requirements" / "runtime.txt"
NAMESPACE: Final = uuid.UUID("5f0a3c1e-6d0b-5b1e-9b6a-8f2d1c7e4a90")
_ENTRY: Final = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)((?:\s*\\\n\s+--hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
_HASH: Final = re.compile(r"sha256:([0-9a-f]{64})")


def document(lock: str) -> dict[str, Any]:
    components = [*_packages(lock), *_browser_files()]
    root = {
        "type": "application",
        "bom-ref": f"pkg:generic/guanjin@{VERSION}",
        "name": "guanjin",
        "version": VERSION,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    serial = uuid.uuid5(NAMESPACE, json.dumps([root, components], sort_keys=True))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": root},
        "components": components,
        "dependencies": [{"ref": root["bom-ref"], "dependsOn": [one["bom-ref"] for one in components]}],
    }


def _packages(lock: str) -> Iterator[dict[str, Any]]:
    """A package has a file for each kind of machine; any of these digests is accepted by the installation."""
    for name, version, hashes in _ENTRY.findall(lock):
        reference = f"pkg:pypi/{name.lower()}@{version}"
        files = [{"alg": "SHA-256", "content": digest} for digest in _HASH.findall(hashes)]
        found = {
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": version,
            "purl": reference,
            "externalReferences": [
                {"type": "distribution", "url": f"https://pypi.org/project/{name}/{version}/", "hashes": [one]}
                for one in files
            ],
        }
        if licence := _licence(name):
            found["licenses"] = [{"license": {"name": licence}}]
        yield found


def _licence(name: str) -> str:
    try:
        meta = metadata(name)
    except PackageNotFoundError:
        return ""
    if "License-Expression" in meta:
        return str(meta["License-Expression"])
    named = [line.rpartition(" :: ")[2] for line in meta.get_all("Classifier") or [] if line.startswith("License ::")]
    return ", ".join(name for name in named if name != "OSI Approved")


def _browser_files() -> Iterator[dict[str, Any]]:
    for package in vendor.packages():
        reference = f"pkg:npm/{package.name.lower()}@{package.version}"
        yield {
            "type": "library",
            "bom-ref": reference,
            "name": package.name,
            "version": package.version,
            "purl": reference,
            "licenses": [{"license": {"name": package.licence}}],
        }


def main(lock: Path = LOCK) -> None:
    json.dump(document(lock.read_text(encoding="utf-8")), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
