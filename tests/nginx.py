"""A real nginx in front of a console, with TLS and client certificates that openssl made, for as long as a block lasts.

    with Authority(folder) as authority, nginx(folder, authority, console_port) as port:
        ...

nginx reads one temporary file; nothing of this machine's configuration takes part.
"""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.installation import free_port, until

NGINX = "/usr/sbin/nginx"
HOST = "guanjin.test"
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {host};
    ssl_certificate {server.certificate};
    ssl_certificate_key {server.key};
    ssl_client_certificate {authority};
    ssl_verify_client optional;
    location / {{
      proxy_pass http://127.0.0.1:{console};
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
      proxy_set_header X-Client-Verify $ssl_client_verify;
      proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;
    }}
  }}
}}
"""


@dataclass(frozen=True)
class Pair:
    certificate: Path
    key: Path

    @property
    def pem(self) -> str:
        return self.certificate.read_text(encoding="ascii")


class Authority:
    """A certificate authority of its own, by the openssl command."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self.folder = folder
        self.root = Pair(folder / f"{name}.pem", folder / f"{name}.key")
        _openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
            "-subj", f"/CN={name}", "-keyout", self.root.key, "-out", self.root.certificate,
        )  # fmt: skip

    def issue(self, name: str, subject: str, days: int = 30, names: str = "DNS:guanjin.test") -> Pair:
        """`names` as openssl writes a subjectAltName."""
        made = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        request = self.folder / f"{name}.csr"
        _openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-utf8", "-subj", subject,
            "-addext", f"subjectAltName={names}", "-keyout", made.key, "-out", request,
        )  # fmt: skip
        _openssl(
            "x509", "-req", "-in", request, "-CA", self.root.certificate, "-CAkey", self.root.key, "-CAcreateserial",
            "-copy_extensions", "copy", "-days", str(days), "-out", made.certificate,
        )  # fmt: skip
        return made


@contextmanager
def nginx(folder: Path, authority: Authority, console: int) -> Iterator[int]:
    """The port on which it answers by TLS."""
    port = free_port()
    server = authority.issue("server", f"/CN={HOST}")
    configuration = folder / "nginx.conf"
    text = CONFIGURATION.format(
        folder=folder, port=port, host=HOST, server=server, authority=authority.root.certificate, console=console
    )
    configuration.write_text(text, encoding="utf-8")
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(configuration), "-e", str(folder / "error.log")])
    try:
        until(lambda: _answers(port), "nginx")
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _openssl(*arguments: object) -> None:
    program = shutil.which("openssl")
    assert program
    subprocess.run([program, *map(str, arguments)], check=True, capture_output=True)
