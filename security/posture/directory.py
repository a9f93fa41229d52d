"""The office's own directory: whether anybody on the way could play it."""

from collections.abc import Iterator
from typing import Final

from core.i18n import N_
from core.settings import DirectorySettings
from security.posture.check import Check, Installation
from security.posture.finding import Finding, Severity


def look(site: Installation) -> DirectorySettings | None:
    wanted = site.settings.directory
    return wanted if wanted.ldap_urls or wanted.oidc_issuer else None


def judge(wanted: DirectorySettings) -> Iterator[Finding]:
    for url in wanted.ldap_urls.split():
        if url.startswith("ldap://") and wanted.ldap_authority is None:
            yield Finding(
                "directory.clear",
                Severity.WARNING,
                url,
                N_("%(subject)s: no authority is named, so any that this machine knows may vouch for it"),
                N_("name the authority of its certificate: directory.ldap_authority"),
            )
    if wanted.ldap_urls and not wanted.ldap_bind_dn:
        yield Finding(
            "directory.open",
            Severity.NOTE,
            "directory.ldap_bind_dn",
            N_("the LDAP directory lets strangers search it"),
            N_("have an account of its own made for this installation there, and store its password"),
        )
    if wanted.oidc_issuer.startswith("http://"):
        yield Finding(
            "directory.provider_clear",
            Severity.CRITICAL,
            wanted.oidc_issuer,
            N_("the OpenID provider %(subject)s is asked without TLS: anybody on the way can be anybody"),
            N_("use its https address"),
        )


CHECKS: Final = (Check("directory", N_("log-in by a directory"), look, judge, needs_schema=False),)
