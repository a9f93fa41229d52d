"""Settings of a vault, who answers its questions, and a SoftHSM2 token of the test's own."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import Settings, StorageSettings, VaultSettings

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "914273"
PASSPHRASE = "granite-otter-lantern-47"


@dataclass
class Answers:
    """An `Ask` that answers what it was told, and notes what it was asked."""

    now: str = PASSPHRASE
    next: str = PASSPHRASE
    asked: list[str] = field(default_factory=list)

    def current(self, source: str) -> str:
        self.asked.append(f"current {source}")
        return PIN if source == "pkcs11" and self.now == PASSPHRASE else self.now

    def new(self, source: str) -> str:
        self.asked.append(f"new {source}")
        return self.next


def settings(data: Path, source: str, *, cipher: str = "aes-256-gcm") -> Settings:
    vault = VaultSettings.model_validate({"source": source, "cipher": cipher, "pkcs11_module": MODULE})
    return Settings(storage=StorageSettings(data=data), vault=vault)


def make_token(folder: Path, label: str = "guanjin") -> Path:
    """A token in this folder; returns the configuration that SOFTHSM2_CONF must name."""
    (folder / "tokens").mkdir(parents=True)
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "13572468"]
    subprocess.run(command, env={"SOFTHSM2_CONF": str(conf)}, check=True, capture_output=True)
    return conf
