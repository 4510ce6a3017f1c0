# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL clusters that a test makes, kills, fills and copies; on a socket and on a loopback port."""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = ("fsync=on", "full_page_writes=on", "synchronous_commit=on", "shared_buffers=64MB", "jit=off",
          "logging_collector=off", "log_min_error_statement=panic")


def bin_dir():
    return pathlib.Path(subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip())


def server_user():
    """PostgreSQL refuses root: then who runs it, and how to become them."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """A server of one's own in a folder; `data` may lie elsewhere, as on a small file system."""

    def __init__(self, folder, data=None, **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)
        self.data = pathlib.Path(data) if data else self.folder / "postgres"
        self.run_dir = self.folder / "run"
        self.run_dir.mkdir(exist_ok=True)
        self.own(self.run_dir)
        self.port = free_port()
        self.settings = settings
        self.bin = bin_dir()
        self.process = None
        self.environment = {}

    @staticmethod
    def own(path):
        user = server_user()
        if user:
            os.chown(path, user["user"], user["group"])
        path.chmod(0o700)

    def tool(self, name, *args):
        """One of PostgreSQL's programs, to its end."""
        with open(self.folder / "tools.log", "ab") as log:
            subprocess.run([str(self.bin / name), *map(str, args)], stdout=log, stderr=log, check=True, cwd="/", timeout=120,
                           **server_user())

    def make(self):
        self.data.mkdir(exist_ok=True)
        self.own(self.data)
        self.tool("initdb", "-D", self.data, "--username=postgres", "--auth=trust", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--data-checksums", "--no-sync")
        self.start()
        self.sql("CREATE DATABASE fettle ENCODING 'UTF8' TEMPLATE template0", database="postgres")
        self.sql((ROOT / "migrations/bootstrap.sql").read_text(encoding="utf-8"))
        return self

    def copy_from(self, other):
        """The files of a cluster that does not run."""
        shutil.copytree(other.data, self.data, dirs_exist_ok=True, copy_function=shutil.copyfile)
        self.own_all(self.data)
        return self

    def own_all(self, folder):
        user = server_user()
        for path in [folder, *folder.rglob("*")]:
            if user:
                os.chown(path, user["user"], user["group"])
            path.chmod(0o700 if path.is_dir() else 0o600)

    def move_wal(self, place):
        """The log to another file system."""
        shutil.move(self.data / "pg_wal", place / "pg_wal")
        self.own_all(place / "pg_wal")
        (self.data / "pg_wal").symlink_to(place / "pg_wal")

    def start(self, wait=True):
        options = [f"-c{name}" for name in SERVER] + [f"-c{name}={value}" for name, value in self.settings.items()]
        with open(self.folder / "postgres.log", "ab") as log:
            self.process = subprocess.Popen(
                [str(self.bin / "postgres"), "-D", str(self.data), f"-cport={self.port}", "-clisten_addresses=127.0.0.1",
                 f"-cunix_socket_directories={self.run_dir}", *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", env={**os.environ, **self.environment},
                **server_user())
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        """Until it takes connections: how long that took."""
        began = time.monotonic()
        while True:
            try:
                psycopg2.connect(self.dsn("postgres", "postgres"), connect_timeout=2).close()
                return time.monotonic() - began
            except psycopg2.OperationalError:
                if self.process.poll() is not None or time.monotonic() - began > seconds:
                    raise
            time.sleep(0.02)

    def kill(self):
        """As a crash would: no shutdown, no checkpoint; its children follow."""
        self.process.kill()
        self.process.wait()

    def stop(self, how=signal.SIGINT):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(30)

    def restart(self):
        """After a kill: the children of the one before may still be ending."""
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.start()
            except psycopg2.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def dsn(self, user="postgres", database="fettle"):
        return f"host={self.run_dir} port={self.port} user={user} dbname={database}"

    def tcp(self, user="postgres", port=None, database="fettle"):
        return f"host=127.0.0.1 port={port or self.port} user={user} dbname={database}"

    def connect(self, **options):
        connection = psycopg2.connect(self.dsn(**options), connect_timeout=10)
        connection.autocommit = True
        return connection

    def sql(self, statement, arguments=None, **options):
        connection = self.connect(**options)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def backends(self):
        return [row[0] for row in self.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'fettled'")]
