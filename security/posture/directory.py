"""The office's own directory, by which persons are recognised."""

from collections.abc import Iterator
from typing import Final

from core.i18n import N_
from core.settings import DirectorySettings
from security.directory.ldap import Server
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity


def look(site: Installation) -> DirectorySettings | None:
    wanted = site.settings.directory
    return wanted if wanted.ldap_urls or wanted.oidc_issuer else None


def judge(wanted: DirectorySettings) -> Iterator[Finding]:
    """Certificates are checked in any case; the question is by whose word."""
    far = [url for url in wanted.ldap_urls.split() if not Server.of(url).here or Server.of(url).implicit_tls]
    if far and wanted.ldap_authority is None:
        yield _any_authority(far[0], "ldap_authority")
    if wanted.oidc_issuer.startswith("https:") and wanted.oidc_authority is None:
        yield _any_authority(wanted.oidc_issuer, "oidc_authority")


def _any_authority(address: str, setting: str) -> Finding:
    return Finding(
        "directory.any_authority",
        Severity.WARNING,
        address,
        N_("every authority that this machine trusts may vouch for the directory %(subject)s"),
        N_("name the one that signed its certificate in directory.%(setting)s"),
        {"setting": setting},
    )


CHECKS: Final = (Check("directory", N_("the office's own directory"), look, judge, needs_schema=False),)
