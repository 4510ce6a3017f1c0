# SPDX-License-Identifier: Apache-2.0
"""Requests by the clock, whatever the answers do: load that does not wait until it is served."""

import collections
import re
import selectors
import socket
import threading
import time

CONNECTIONS = 800


class Exchange:
    """A connection with at most one request under way."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setblocking(False)
        self.buffer = b""

    def answer(self):
        """Status and head of the answer when it is whole, None while it is not; ConnectionError when it ends."""
        try:
            part = self.socket.recv(65536)
        except BlockingIOError:
            return None
        if not part:
            raise ConnectionResetError
        self.buffer += part
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(re.search(rb"(?i)\r\ncontent-length: (\d+)", head).group(1)):
            return None
        self.buffer = b""
        return int(head[9:12]), head


class Flood:
    """`rate` requests a second of make(n), from a thread of its own, while it is entered."""

    def __init__(self, port, rate, make):
        self.port, self.rate, self.make = port, rate, make
        self.sent = 0
        self.answers = collections.Counter()   # by status
        self.silent = 0                        # 429 and 503 without Retry-After
        self.idle, self.count = [], 0
        self.selector = selectors.DefaultSelector()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()

    def send(self):
        if not self.idle:
            if self.count == CONNECTIONS:
                return
            made = Exchange(self.port)
            self.count += 1
            self.selector.register(made.socket, selectors.EVENT_READ, made)
            self.idle.append(made)
        self.idle.pop().socket.send(self.make(self.sent))
        self.sent += 1

    def take(self, exchange):
        try:
            answer = exchange.answer()
        except ConnectionError:
            self.selector.unregister(exchange.socket)
            exchange.socket.close()
            self.count -= 1
            if exchange in self.idle:
                self.idle.remove(exchange)
            return
        if answer:
            status, head = answer
            self.answers[status] += 1
            self.silent += status in (429, 503) and b"\r\nRetry-After: " not in head
            self.idle.append(exchange)

    def run(self):
        began = time.monotonic()
        due = 0
        while not self.ended.is_set():
            for key, _ in self.selector.select(0.002):
                self.take(key.data)
            now = int((time.monotonic() - began) * self.rate)
            for _ in range(min(now - due, CONNECTIONS)):
                self.send()
            due = now
