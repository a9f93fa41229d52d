"""A real OpenLDAP server on free ports of the loopback, for as long as a `with` block lasts.

    with slapd(folder, authority.issue("ldap", "/CN=localhost", names="DNS:localhost")) as server:
        server.plain, server.tls      # ldap://localhost:PORT, ldaps://localhost:PORT

It reads one temporary folder; nothing of this machine's configuration takes part. Anonymous people may read nothing.
"""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import free_port, until
from tests.nginx import Pair

SLAPD, SLAPADD = "/usr/sbin/slapd", "/usr/sbin/slapadd"
BASE = "dc=qinglan,dc=gov"
ASKER, ASKER_PASSWORD = f"cn=guanjin,{BASE}", "石桥下的水"
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCACertificateFile {pair.certificate}
TLSCertificateFile {pair.certificate}
TLSCertificateKeyFile {pair.key}
database mdb
suffix "{base}"
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{asker}" read by * none
"""
PERSON = """
dn: uid={uid},ou={ou},{base}
objectClass: inetOrgPerson
uid: {uid}
cn: {uid}
sn: {uid}
userPassword: {password}
"""


@dataclass(frozen=True)
class Slapd:
    plain: str
    tls: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@contextmanager
def slapd(folder: Path, pair: Pair) -> Iterator[Slapd]:
    """`zhangwei` and `li*(` (a name to inject with) once each, `twin` twice."""
    (folder / "data").mkdir(parents=True)
    configuration = folder / "slapd.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, pair=pair, base=BASE, asker=ASKER))
    (folder / "people.ldif").write_text(_people(), encoding="utf-8")
    subprocess.run([SLAPADD, "-f", configuration, "-l", folder / "people.ldif"], check=True, capture_output=True)
    plain, tls = free_port(), free_port()
    urls = f"ldap://localhost:{plain} ldaps://localhost:{tls}"
    with (folder / "log").open("wb") as log:
        command = [SLAPD, "-f", str(configuration), "-h", urls, "-d", "0"]
        server = Slapd(*urls.split(), subprocess.Popen(command, stdout=log, stderr=log))
    try:
        until(lambda: _listens(plain), f"slapd on port {plain}")
        yield server
    finally:
        server.stop()


def _people() -> str:
    top = f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: 青岚县\ndc: qinglan\n"
    asker = f"\ndn: {ASKER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: guanjin\n"
    asker += f"userPassword: {ASKER_PASSWORD}\n"
    places = "".join(f"\ndn: ou={ou},{BASE}\nobjectClass: organizationalUnit\nou: {ou}\n" for ou in ("a", "b"))
    people = [("zhangwei", "a", "竹篮打水"), ("li*(", "a", "星号"), ("twin", "a", "same"), ("twin", "b", "same")]
    return (
        top
        + asker
        + places
        + "".join(PERSON.format(uid=uid, ou=ou, base=BASE, password=password) for uid, ou, password in people)
    )


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("localhost", port), 0.2).close()
    except OSError:
        return False
    return True
