# SPDX-License-Identifier: Apache-2.0
"""A TCP proxy on loopback that delays, stalls, and cuts where a test wants it."""

import selectors
import socket
import threading
import time

PIECE = 65536


class Pair:
    def __init__(self, client, server):
        self.client, self.server = client, server
        self.doomed = False  # the next answer is dropped, and both sides with it

    def other(self, end):
        return self.server if end is self.client else self.client


class Proxy:
    """`mode` may change at any time:

    pass    hand everything on
    delay   hand everything on `seconds` later
    stall   take nothing and hand nothing on
    commit  hand a COMMIT on, and cut instead of handing on its answer (`times` times)
    middle  cut in the middle of an answer (`times` times)
    """

    def __init__(self, port):
        self.target = port
        self.mode, self.seconds, self.times, self.cuts = "pass", 0.0, 0, 0
        self.pairs = {}
        self.lock = threading.Lock()
        self.selector = selectors.DefaultSelector()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.ended = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def set(self, mode, seconds=0.0, times=0):
        self.seconds, self.times, self.mode = seconds, times, mode

    def cut(self):
        """Every connection there is."""
        with self.lock:
            for pair in set(self.pairs.values()):
                self.close(pair)

    def close(self, pair):
        for end in (pair.client, pair.server):
            if self.pairs.pop(end, None):
                self.selector.unregister(end)
                end.close()

    def accept(self):
        client, _ = self.listener.accept()
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 5)
        except OSError:
            client.close()
            return
        pair = Pair(client, server)
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs[end] = pair
            self.selector.register(end, selectors.EVENT_READ)

    def take_times(self):
        """Whether the mode strikes once more."""
        if self.times <= 0:
            return False
        self.times -= 1
        self.cuts += 1
        return True

    def hand_on(self, end):
        pair = self.pairs[end]
        try:
            data = end.recv(PIECE)
        except OSError:
            data = b""
        if not data or (pair.doomed and end is pair.server):
            self.close(pair)
            return
        if self.mode == "delay":
            time.sleep(self.seconds)
        if self.mode == "commit" and end is pair.client and b"transaction_commit" in data and self.take_times():
            pair.doomed = True
        ends = self.mode == "middle" and end is pair.server and len(data) > 40 and self.take_times()
        try:
            pair.other(end).sendall(data[:len(data) // 2] if ends else data)
        except OSError:
            ends = True
        if ends:
            self.close(pair)

    def run(self):
        while not self.ended:
            if self.mode == "stall":
                time.sleep(0.02)
                continue
            ready = self.selector.select(0.1)
            with self.lock:
                for key, _ in ready:
                    if key.fileobj is self.listener:
                        self.accept()
                    elif key.fileobj in self.pairs:
                        self.hand_on(key.fileobj)

    def stop(self):
        self.ended, self.mode = True, "pass"
        self.thread.join()
        self.cut()
        self.listener.close()
