"""A real nginx with the configuration that is shipped; only names of files and ports are put in."""

import shutil
import socket
import ssl
import subprocess
from http.client import HTTPMessage, HTTPSConnection
from pathlib import Path
from types import TracebackType
from typing import Self

from core.i18n import ROOT
from tests.installation import free_port, until

CONFIGURATION = ROOT / "deploy" / "nginx" / "guanjin.conf"
HOST = "guanjin.example"
MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/guanjin.conf;
}}
"""


def make_certificate(folder: Path, name: str, subject: str) -> Path:
    """A key and a certificate of its own, `name`.key and `name`.pem."""
    what = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={subject}")
    where = ("-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    named = ("-addext", f"subjectAltName=DNS:{subject}")
    subprocess.run(["openssl", *what, *named, *where], check=True, capture_output=True)
    return folder / f"{name}.pem"


class Nginx:
    """`with Nginx(folder, console_port) as proxy:`; `clients` names the certificates of browsers that may come."""

    def __init__(self, folder: Path, console: int, *, clients: Path | None = None) -> None:
        self.folder = folder
        self.plain, self.secure = free_port(), free_port()
        self.certificate = make_certificate(folder, "server", HOST)
        text = CONFIGURATION.read_text(encoding="utf-8")
        if clients:
            text = text.replace("#ssl_client_certificate", "ssl_client_certificate")
            text = text.replace("#ssl_verify_client", "ssl_verify_client")
            text = text.replace("/etc/guanjin/tls/clients-ca.pem", str(clients))
        for shipped, here in {
            "/etc/guanjin/tls/certificate.pem": str(self.certificate),
            "/etc/guanjin/tls/key.pem": str(folder / "server.key"),
            "127.0.0.1:8080;": f"127.0.0.1:{console};",
            "listen [::]:443": f"listen [::1]:{self.secure}",
            "listen [::]:80": f"listen [::1]:{self.plain}",
            "listen 443": f"listen 127.0.0.1:{self.secure}",
            "listen 80": f"listen 127.0.0.1:{self.plain}",
            "return 308 https://guanjin.example": f"return 308 https://guanjin.example:{self.secure}",
        }.items():
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        (folder / "guanjin.conf").write_text(text, encoding="utf-8")
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder), encoding="utf-8")

    def __enter__(self) -> Self:
        folder = self.folder
        nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        assert nginx
        command = [nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
        self._process = subprocess.Popen(command)
        until(self._listens, "nginx listens", 20)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _listens(self) -> bool:
        assert self._process.poll() is None, (self.folder / "error.log").read_text(encoding="utf-8")
        try:
            socket.create_connection(("127.0.0.1", self.secure), 1).close()
        except OSError:
            return False
        return True

    def ask(
        self, method: str, path: str, body: str = "", *, source: str = "127.0.0.1", **headers: str
    ) -> tuple[int, HTTPMessage, str]:
        """As a browser that believes this certificate does, from another address where `source` says so."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        connection = HTTPSConnection(HOST, self.secure, timeout=30, context=context)
        connection.sock = context.wrap_socket(
            socket.create_connection(("127.0.0.1", self.secure), 30, (source, 0)), server_hostname=HOST
        )
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body or None, named)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()
