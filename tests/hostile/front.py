# SPDX-License-Identifier: Apache-2.0
"""nginx with the configuration that docker/ ships, on a free port, in front of one daemon."""

import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time

CONFIGURATION = pathlib.Path(__file__).resolve().parents[2] / "docker/nginx.conf"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(text, what, by):
    """Every change must find its place, so that what is tested stays what is shipped."""
    text, count = re.subn(what, by, text, flags=re.M)
    assert count == 1, f"docker/nginx.conf has {count} of {what}"
    return text


class Nginx:
    def __init__(self, folder, daemon_port):
        self.folder = pathlib.Path(folder)
        self.folder.chmod(0o755)
        self.port = free_port()
        self.log = self.folder / "error.log"
        self.process = None
        self.access, self.read = self.folder / "access.log", 0
        key, certificate = self.folder / "fettle.key", self.folder / "fettle.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=localhost", "-days", "2", "-keyout", key, "-out", certificate],
                       check=True, capture_output=True)
        text = CONFIGURATION.read_text(encoding="utf-8")
        text = replaced(text, r"^worker_processes auto;$", f"worker_processes 1;\npid {self.folder}/nginx.pid;\ndaemon off;")
        text = replaced(text, r"^\tinclude /etc/nginx/mime.types;$", "".join(
            f"\t{kind}_temp_path {self.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + r"\g<0>")
        text = replaced(text, r"access_log /dev/stdout fettle;", f"access_log {self.access} fettle;")
        text = replaced(text, r"error_log /dev/stderr crit;", f"error_log {self.log} crit;")
        text = replaced(text, r"server 127.0.0.1:8080;", f"server 127.0.0.1:{daemon_port};")
        text = replaced(text, r"listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;")
        text = replaced(text, r"^\t\tlisten \[::\]:443 ssl http2;\n", "")
        text = replaced(text, r"/etc/nginx/tls/fettle.crt;", f"{certificate};")
        text = replaced(text, r"/etc/nginx/tls/fettle.key;", f"{key};")
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text(text, encoding="utf-8")
        self.tls = ssl.create_default_context(cafile=str(certificate))

    def start(self):
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        with open(self.folder / "start.log", "wb") as log:
            self.process = subprocess.Popen([binary, "-p", self.folder, "-e", self.log, "-c", self.configuration],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "start.log").read_text()
                time.sleep(0.05)
        raise AssertionError("nginx does not listen")

    def forwarded(self, count):
        """Request-Ids of the answers that came from the daemon since the last call; as many are awaited."""
        deadline = time.monotonic() + 3
        while True:
            text = self.access.read_bytes()[self.read:]
            found = [line.rsplit(" ", 1)[1] for line in text.decode().splitlines() if not line.endswith(" -")]
            if len(found) >= count or time.monotonic() > deadline:
                self.read += len(text)
                return found
            time.sleep(0.005)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
