# SPDX-License-Identifier: Apache-2.0
"""Octets out, answers in: a client that parses strictly and repairs nothing."""

import json
import re
import socket
import ssl

PATIENCE = 20  # seconds; only a hung server takes them
WAITS = 0.4    # seconds of silence after which a server is taken to wait for more

STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3}) [\x20-\x7e]*$")
FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e]*)$")


class Malformed(AssertionError):
    """An answer that is not HTTP."""


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def __getitem__(self, name):
        return self.fields.get(name.lower())

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:300]!r}"

    @property
    def code(self):
        """Code of the problem."""
        return json.loads(self.body)["code"] if self["Content-Type"] == "application/problem+json" and self.body else None

    def check_problem(self):
        """An error is a problem document, whoever makes it."""
        assert self["Content-Type"] == "application/problem+json", self
        problem = json.loads(self.body)
        assert problem["status"] == self.status and problem["code"] and problem["title"], self


class Wire:
    """One connection to port; through TLS when a context is given."""

    def __init__(self, port, tls=None, timeout=PATIENCE):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost", suppress_ragged_eofs=True)
        self.buffer = b""
        self.ended = False
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """The server may have hung up before all of it is out; what it said can still be read."""
        try:
            self.socket.sendall(data)
        except (ConnectionError, ssl.SSLError):
            pass

    def half_close(self):
        """Say that nothing more will come."""
        try:
            if isinstance(self.socket, ssl.SSLSocket):
                socket.socket.shutdown(self.socket, socket.SHUT_WR)
            else:
                self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def more(self):
        """Wait for further octets; False at the end of the connection."""
        if self.ended:
            return False
        try:
            part = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLEOFError):
            part = b""
        except TimeoutError as error:
            if self.socket.gettimeout() == WAITS:
                raise
            raise TimeoutError(f"nothing comes after {self.received[-400:]!r}") from error
        self.ended = not part
        self.buffer += part
        self.received += part
        return bool(part)

    def silent(self, seconds=WAITS):
        """Nothing comes, and the connection stays."""
        self.socket.settimeout(seconds)
        try:
            return not self.buffer and not self.more() and not self.ended
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def need(self, what):
        if not self.more():
            raise Malformed(f"the connection ends within {what}: {self.buffer[:400]!r}")

    def chunked(self):
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self.need("a chunk's size")
            line, _, self.buffer = self.buffer.partition(b"\r\n")
            if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", line):
                raise Malformed(f"chunk size {line!r}")
            size = int(line, 16)
            while len(self.buffer) < size + 2:
                self.need("a chunk")
            body, end, self.buffer = body + self.buffer[:size], self.buffer[size:size + 2], self.buffer[size + 2:]
            if end != b"\r\n":
                raise Malformed(f"after a chunk: {end!r}")
            if size == 0:
                return body

    def answer(self, is_head=False):
        """The next answer, or None when the connection ends before one begins."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                if self.buffer:
                    raise Malformed(f"the connection ends within a head: {self.buffer[:400]!r}")
                return None
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        status = STATUS_LINE.match(first)
        if not status:
            raise Malformed(f"status line {first[:200]!r}")
        fields = {}
        for line in lines:
            field = FIELD.match(line)
            if not field:
                raise Malformed(f"field {line[:200]!r}")
            name = field.group(1).decode().lower()
            if name in fields and name not in ("vary", "link", "set-cookie"):
                raise Malformed(f"twice: {name}")
            fields[name] = field.group(2).decode()
        return Answer(int(status.group(1)), fields, self.body(int(status.group(1)), fields, is_head))

    def body(self, status, fields, is_head):
        if is_head or status in (204, 304) or status < 200:
            return b""
        if "transfer-encoding" in fields:
            if "content-length" in fields:
                raise Malformed("both framings")
            return self.chunked()
        if "content-length" not in fields:
            while self.more():
                pass
            body, self.buffer = self.buffer, b""
            return body
        size = int(fields["content-length"])
        while len(self.buffer) < size:
            self.need("a body")
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body

    def rest(self):
        """All answers until the connection ends."""
        answers = []
        while True:
            answer = self.answer()
            if answer is None:
                return answers
            answers.append(answer)
