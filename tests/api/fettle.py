# SPDX-License-Identifier: Apache-2.0
"""A daemon with its own database, and clients that hold every reply against the contract."""

import base64
import datetime
import decimal
import hashlib
import http.client
import itertools
import json
import mmap
import os
import pathlib
import random
import re
import secrets
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import uuid

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
ORIGIN = "https://shop.example"  # may call from a browser
TIMEOUT = 30
# Of no two the same in one run, whichever of its processes asks: what must be unique, and is too short to be drawn.
NUMBERS = itertools.count(random.randrange(10 ** 6) * int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
                          + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def fettled():
    return os.environ.get("FETTLED") or str(ROOT / "build/release/fettled")


def is_sanitized():
    """Sanitizers make processes and trace them, which the sandbox does not let them."""
    with open(fettled(), "rb") as program, mmap.mmap(program.fileno(), 0, access=mmap.ACCESS_READ) as text:
        return text.find(b"__sanitizer_") >= 0


def uuid7():
    """An id a client may choose itself."""
    value = int(time.time() * 1000) << 80 | 7 << 76 | random.getrandbits(76)
    return str(uuid.UUID(int=value & ~(3 << 62) | 2 << 62))


class Daemon:
    """`fettled serve` in a directory of its own, on a free port; with a database of its own unless
    settings name one."""

    def __init__(self, folder, **settings):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        # PostgreSQL's user must be able to pass through.
        self.folder.chmod(0o711)
        self.log_path = self.folder / "fettled.log"
        self.settings = {
            "DATA": str(self.folder / "data"), "PORT": "0", "RATE_PRINCIPAL": "0", "RATE_LINK": "0", "RATE_ADDRESS": "0", "RATE_LOGIN": "0",
            "COMMANDS_PRINCIPAL": "0", "READS_PRINCIPAL": "0",
            "CORS_ORIGINS": ORIGIN, "ALLOW_ROOT": "1", "SANDBOX": "0" if is_sanitized() else "1",
            **{name: str(value) for name, value in settings.items()}}
        self.program = fettled()
        self.process = None
        self.port = None

    @property
    def dsn(self):
        """The private cluster's superuser, for looking behind the API."""
        return f"host={self.folder}/data/run port=5432 user=postgres dbname=fettle"

    def url(self, role):
        return self.dsn.replace("user=postgres", "user=" + role)

    def environment(self):
        env = {name: value for name, value in os.environ.items() if not name.startswith("FETTLE")}
        env.update({"FETTLE_" + name: value for name, value in self.settings.items()})
        return env

    def run(self, *args, text=None):
        """One command to its end."""
        return subprocess.run([self.program, *args], env=self.environment(), input=text, text=True,
                              capture_output=True, timeout=120, check=False)

    def start(self, *options, command="serve"):
        with open(self.log_path, "ab") as log:
            begin = log.tell()
            self.process = subprocess.Popen([self.program, command, *options], env=self.environment(),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            said = self.log_path.read_bytes()[begin:].decode(errors="replace")
            ready = re.search(r"event=ready (?:.*port=(\d+)|jobs)", said)
            if ready:
                self.port = int(ready.group(1) or 0)
                return self
            if self.process.poll() is not None:
                raise RuntimeError("fettled did not start:\n" + said)
            time.sleep(0.02)
        raise RuntimeError("fettled does not get ready:\n" + self.log_path.read_text(errors="replace"))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(90)
        return self.process.returncode if self.process else None

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")


# --- The contract --------------------------------------------------------------------------------

# Headers of HTTP itself and of browsers' rules, which are not described for each operation.
EVERYWHERE = {"date", "connection", "content-type", "content-length", "cache-control", "x-content-type-options",
              "content-security-policy", "access-control-allow-origin", "access-control-expose-headers"}


class Operation:
    def __init__(self, contract, method, path, described):
        self.contract = contract
        self.method, self.path, self.described = method.upper(), path, described
        self.id = described["operationId"]
        self.responses = described["responses"]
        self.auth = described.get("x-auth", "token")
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
        self.pattern = re.compile(pattern + "$")
        self.parameters = [contract.resolve(p) for p in described.get("parameters", [])]
        self.validators = {}

    def __repr__(self):
        return self.id

    @property
    def permissions(self):
        """Any of them suffices; empty: everyone who is known."""
        named = self.described.get("x-permission", "any")
        named = named if isinstance(named, list) else [named]
        return [] if "any" in named else named

    @property
    def body(self):
        """Schema of the JSON body, or None."""
        content = self.described.get("requestBody", {}).get("content", {})
        media = content.get("application/json")
        return media["schema"] if media else None

    @property
    def success(self):
        """Status of success."""
        return min(int(s) for s in self.responses if s.startswith("2"))

    def query(self, name):
        return next((p for p in self.parameters if p["in"] == "query" and p["name"] == name), None)

    def check_headers(self, reply, described):
        """Those that the contract requires are there, and none that it does not know."""
        for name, header in described.items():
            if self.contract.resolve(header).get("required"):
                assert reply.headers.get(name), f"{self.id}: {reply.status} lacks {name}"
        unknown = {name.lower() for name in reply.headers} - {name.lower() for name in described} - EVERYWHERE
        assert not unknown, f"{self.id}: {reply.status} has {unknown}, which the contract does not know"

    def check(self, reply):
        """The reply is one that the contract describes."""
        status = str(reply.status)
        response = self.responses.get(status)
        if response is None:
            assert reply.status >= 400, f"{self.id}: {status} is not described"
            response = self.responses["4XX" if reply.status < 500 else "5XX"]
        response = self.contract.resolve(response)
        kind = (reply.headers.get("Content-Type") or "").split(";")[0]
        content = response.get("content")
        self.check_headers(reply, response.get("headers", {}))
        if not content:
            assert not reply.body, f"{self.id}: {status} has a body"
            return
        assert kind in content or "*/*" in content, f"{self.id}: {status} is {kind or 'untyped'}: {reply}"
        if reply.is_head or not kind.endswith("json") or reply.status == 200 and self.path == "/openapi.json":
            return
        key = (status, kind)
        if key not in self.validators:
            self.validators[key] = self.contract.validator(content[kind]["schema"])
        error = next(self.validators[key].iter_errors(reply.json), None)
        assert error is None, (f"{self.id}: {status} breaks the contract at "
                               f"/{'/'.join(map(str, error.absolute_path))}: {error.message}\n{reply}")


def names(part):
    """Words of the contract that are not prose: names of members, codes, operations, permissions."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for item in part:
            yield from names(item)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield key
            if key not in ("example", "examples", "description", "summary", "title", "x-labels"):
                yield from names(value)


class Contract:
    def __init__(self, doc):
        self.doc = doc
        self.operations = [Operation(self, method, path, described)
                           for path, item in doc["paths"].items() for method, described in item.items()]
        self.by_id = {op.id: op for op in self.operations}
        # names of members, codes, operations: not what people call anything
        self.words = set(names(doc))
        # literal paths before templates
        self.operations.sort(key=lambda op: (op.path.count("{"), op.path))

    def resolve(self, part):
        while "$ref" in part:
            found = self.doc
            for step in part["$ref"][2:].split("/"):
                found = found[step]
            part = {**found, **{k: v for k, v in part.items() if k != "$ref"}}
        return part

    def inline(self, schema):
        """The schema with every reference resolved."""
        if isinstance(schema, list):
            return [self.inline(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        return {key: self.inline(value) for key, value in self.resolve(schema).items() if key != "x-labels"}

    def validator(self, schema):
        return Validator(self.inline(schema), format_checker=FORMATS)

    def find(self, method, path):
        return next((op for op in self.operations if op.method == method and op.pattern.match(path)), None)


def is_multiple(validator, unit, value, schema):
    """In decimals: 0.7 is a multiple of 0.001, whatever binary fractions say."""
    if validator.is_type(value, "number") and decimal.Decimal(str(value)) % decimal.Decimal(str(unit)):
        yield jsonschema.ValidationError(f"{value} is not a multiple of {unit}")


Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"multipleOf": is_multiple})
FORMATS = jsonschema.FormatChecker(formats=())
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


@FORMATS.checks("date-time")
def is_instant(value):
    """Instants are told in UTC."""
    return not isinstance(value, str) or bool(INSTANT.match(value))


@FORMATS.checks("date")
def is_date(value):
    return not isinstance(value, str) or bool(re.match(r"\d{4}-\d\d-\d\d$", value))


@FORMATS.checks("uuid")
def is_uuid(value):
    return not isinstance(value, str) or bool(re.match(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", value))


# --- Clients -------------------------------------------------------------------------------------

class Reply:
    def __init__(self, method, path, status, headers, body):
        self.method, self.path, self.status, self.headers, self.body = method, path, status, headers, body
        self.is_head = method == "HEAD"
        self._json = None

    @property
    def json(self):
        if self._json is None:
            self._json = json.loads(self.body)
        return self._json

    def __getitem__(self, key):
        return self.json[key]

    @property
    def data(self):
        """Items of a page."""
        return self.json["data"]

    @property
    def code(self):
        """Code of the problem, or None."""
        return self.json.get("code") if self.status >= 400 and self.body else None

    @property
    def errors(self):
        """{pointer or parameter: code} of a problem."""
        return {e.get("pointer") or e.get("parameter"): e["code"] for e in self.json.get("errors", [])}

    @property
    def etag(self):
        return self.headers.get("ETag")

    @property
    def replayed(self):
        return self.headers.get("Idempotent-Replayed") == "true"

    def __repr__(self):
        return f"{self.method} {self.path} -> {self.status} {self.body[:2000].decode(errors='replace')}"


class Book:
    """What a run has reached and may not say: kept in files, since pytest runs in several processes."""

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name
        self.reached, self.secrets, self.allowed, self.sent = set(), set(), set(), set()

    def save(self):
        for kind in ("reached", "secrets", "allowed", "sent"):
            lines = sorted(getattr(self, kind))
            (self.folder / f"{kind}-{self.name}").write_text("".join(line + "\n" for line in lines))

    @staticmethod
    def load(folder, kind):
        return {line for path in pathlib.Path(folder).glob(kind + "-*") for line in path.read_text().splitlines()}


# What of a text is looked for where it must not be: long enough not to be there by chance.
WORD = re.compile(r"[^\s\"'=,;:/?&()\[\]{}<>\\]{6,}")
PUBLIC = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|\d{4}-\d\d(-\d\d)?(T.*)?$|[\d.-]{1,9}$")


def texts(value):
    """Every text in a JSON value; names of members are not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)


def private_words(value, contract):
    """Words of a body that belong to people: none that the contract itself has, no ids, times and numbers."""
    return {word for text in texts(value) for word in WORD.findall(text) if not PUBLIC.match(word)} - contract.words


def judge_privacy(said, book):
    """Lines of a log or a reply that tell what somebody sent."""
    found = set(WORD.findall(said)) & book
    return [line for line in said.splitlines() if not line.isascii() or found and found & set(WORD.findall(line))]


# What makes a log's lines differ, and is no secret.
CHANGES = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{4}-\d\d-\d\d[T ][\d:.]+")


def judge_secrets(said, secrets):
    """Which of the secrets stand in it, anywhere in a word; a long run has 10,000s of both, so no line is read twice."""
    words = "\n".join(set(CHANGES.sub("", said).split()))
    return [secret for secret in secrets if secret in (words if len(secret.split()) == 1 else said)]


# What a sound daemon never says.
BAD = re.compile(r"level=error|event=sql|AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:")


def judge_log(log, allowed=()):
    """Lines that a sound daemon would not have written, but for those that a test announced."""
    patterns = [re.compile(pattern) for pattern in allowed]
    return [line for line in log.splitlines() if BAD.search(line) and not any(p.search(line) for p in patterns)]


class Client:
    """One caller.  Threads may share it: each gets its own connection.

    Every reply is checked against the contract.  `expect` is the status that must come; `key` is an
    Idempotency-Key; `version` an If-Match.
    """

    def __init__(self, port, contract, book, token=None, id=None, headers=None):
        self.port, self.contract, self.book = port, contract, book
        self.token, self.id, self.store = token, id, None
        self.headers = headers or {}
        self.local = threading.local()
        if token:
            book.secrets.add(token)

    def connection(self):
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)
        return self.local.connection

    def close(self):
        if hasattr(self.local, "connection"):
            self.local.connection.close()
            del self.local.connection

    def send(self, method, path, body, headers):
        """One exchange; a kept connection that the server has closed meanwhile is opened again."""
        for attempt in (1, 2):
            connection = self.connection()
            fresh = connection.sock is None
            try:
                connection.request(method, path, body=body, headers=headers)
                response = connection.getresponse()
                return response, response.read()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.close()
                if fresh or attempt == 2:
                    raise
        raise AssertionError

    def request(self, method, path, json_body=None, *, raw=None, params=None, headers=None, key=None,
                version=None, expect=None):
        if params:
            path += "?" + urllib.parse.urlencode(params, doseq=True)
        sent = dict(self.headers)
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        body = raw
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        if key is not None:
            sent["Idempotency-Key"] = key
        if version is not None:
            sent["If-Match"] = version if isinstance(version, str) else f'"{version}"'
        sent.update(headers or {})
        response, content = self.send(method, path, body, {k: v for k, v in sent.items() if v is not None})
        reply = Reply(method, path, response.status, response.headers, content)
        self.listen(reply, json_body)
        self.check(reply, sent)
        if expect is not None:
            assert reply.status == expect, f"expected {expect}: {reply}"
        return reply

    def listen(self, reply, sent):
        """What was sent is nobody else's business: not the log's, not that of who reads an error."""
        words = private_words(sent, self.contract)
        self.book.sent |= words
        if reply.status >= 400 and reply.body and not reply.is_head:
            told = judge_privacy(json.dumps([e.get("message") for e in reply.json.get("errors", [])] + [
                reply.json.get("detail"), reply.json.get("title"), reply.json.get("hint")]), words)
            assert not told, f"tells what was sent: {reply}"
        elif reply.status < 300 and reply.body and (reply.headers.get("Content-Type") or "").startswith("application/json"):
            given = reply.json if isinstance(reply.json, dict) else {}
            self.book.secrets |= {given[name] for name in ("token", "key", "secret") if isinstance(given.get(name), str) and len(given[name]) > 20}

    def check(self, reply, sent):
        assert reply.status != 500, f"a bug: {reply}"
        assert reply.headers.get("Request-Id"), f"no Request-Id: {reply}"
        method = "GET" if reply.is_head else reply.method
        if method == "POST" and sent.get("X-HTTP-Method-Override") == "PATCH":
            method = "PATCH"
        operation = self.contract.find(method, reply.path.split("?")[0])
        if operation:
            operation.check(reply)
            if 200 <= reply.status < 400:
                self.book.reached.add(operation.id)
        elif reply.status >= 400 and not reply.is_head:
            assert reply.headers["Content-Type"] == "application/problem+json", reply
        if reply.status >= 400 and not reply.is_head:
            assert reply["status"] == reply.status and reply["request_id"] == reply.headers["Request-Id"], reply

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def head(self, path, **options):
        return self.request("HEAD", path, **options)

    def post(self, path, json=None, **options):
        return self.request("POST", path, json, **options)

    def patch(self, path, json=None, **options):
        return self.request("PATCH", path, json, **options)

    def put(self, path, json=None, **options):
        return self.request("PUT", path, json, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def pages(self, path, limit=None, **params):
        """Every item of a list, page by page."""
        items, cursor = [], None
        while True:
            page = self.get(path, params={k: v for k, v in {**params, "limit": limit, "cursor": cursor}.items()
                                          if v is not None}, expect=200)
            items += page.data
            cursor = page["next_cursor"]
            if cursor is None:
                return items


def wait_for(what, seconds=30):
    """The first true answer of what(), asked again and again."""
    deadline = time.monotonic() + seconds
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def soon():
    """An instant that is over in a moment, but not before the call that says it has come."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)).isoformat()


def told_overdue(store, kind, one):
    """What events said when it was due, for each time that it was late."""
    return [e["data"]["due_at"] for e in store.manager.pages("/v1/events", type=f"{kind}.overdue", subject_id=one["id"])]


def at_once(*calls):
    """Run the calls at the same moment, each in a thread; their results, or the first error."""
    barrier = threading.Barrier(len(calls))
    results, errors = [None] * len(calls), []

    def run(index):
        try:
            barrier.wait(TIMEOUT)
            results[index] = calls[index]()
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


# --- The chain -----------------------------------------------------------------------------------

# Names of people in a store and the roles they hold.
STORE_ROLES = {
    "manager": "store_manager", "advisor": "service_advisor", "dispatcher": "dispatcher",
    "leader": "team_leader", "tech1": "technician", "tech2": "technician", "inspector": "quality_inspector",
    "parts": "parts_keeper", "cashier": "cashier", "warranty": "warranty_clerk", "service": "customer_service"}
CHAIN_ROLES = {
    "admin": "hq_admin", "analyst": "hq_analyst", "finance": "finance", "purchaser": "purchaser",
    "auditor": "auditor"}


class People:
    """Staff and sessions put into the database directly: hashing passwords would take half the run."""

    def __init__(self, db, port, contract, book, kind=Client):
        self.db, self.port, self.contract, self.book, self.kind = db, port, contract, book, kind
        self.hiring = threading.RLock()    # of those who are hired when they are first needed, by two at once perhaps

    def client(self, token=None, **options):
        return self.kind(self.port, self.contract, self.book, token, **options)

    def session(self, staff):
        """A token for a staff member."""
        token = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        with self.db.cursor() as cursor:
            cursor.execute("INSERT INTO session (id, token_hash, staff_id, created_at, expires_at)"
                           " VALUES (%s, %s, %s, now(), now() + interval '12 hours')",
                           (uuid7(), hashlib.sha256(token.encode()).digest(), staff))
        return token

    def hire(self, username, role, store=None, region=None, home=None):
        """A staff member with one grant, logged in."""
        staff = uuid7()
        scope = "store" if store else "region" if region else "chain"
        with self.db.cursor() as cursor:
            cursor.execute("INSERT INTO staff (id, store_id, name, username, created_at, updated_at)"
                           " VALUES (%s, %s, %s, %s, now(), now())", (staff, home or store, username, username))
            cursor.execute("INSERT INTO staff_grant (id, staff_id, role, scope, store_id, region_id, created_at)"
                           " VALUES (%s, %s, %s, %s, %s, %s, now())",
                           (uuid7(), staff, role, scope, store, region))
        return self.client(self.session(staff), id=staff)


class Chain:
    """Headquarters: its people are attributes (admin, analyst, finance, purchaser, auditor)."""

    def __init__(self, people):
        self.people = people
        self.anyone = people.client()
        self.lock = threading.Lock()
        self.count = 0
        # six of 32 signs: hundreds of chains share a database
        self.prefix = "T" + "".join(secrets.choice("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for _ in range(6))

    def __getattr__(self, name):
        if name not in CHAIN_ROLES:
            raise AttributeError(name)
        with self.people.hiring:
            if name not in vars(self):
                setattr(self, name, self.people.hire(f"{self.prefix}-{name}".lower(), CHAIN_ROLES[name]))
        return vars(self)[name]

    def unique(self):
        """A short text that no other test has."""
        with self.lock:
            self.count += 1
            return f"{self.prefix}{self.count}"

    def phone(self):
        """A phone number that no other test has; it must never stand in the log."""
        phone = "19" + str(10 ** 8 + next(NUMBERS) * 618033989 % (9 * 10 ** 8))
        self.people.book.secrets.add(phone)
        return phone

    def plate(self):
        """One that no other test has, behind its province, too."""
        letters, n = "ABCDEFGHJKLMNPQRSTUVWXYZ", next(NUMBERS) * 7368787 % (24 ** 3 * 1000)
        return (random.choice("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
                + letters[n // 576000] + letters[n // 24000 % 24] + letters[n // 1000 % 24] + f"{n % 1000:03}")

    def vin(self, model=None):
        """A VIN with a right check digit."""
        alphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
        vin = "LFV" + (model or "".join(random.choices(alphabet, k=5))) + "0" + "M3" + "%06d" % random.randrange(10 ** 6)
        values = {**{c: i for i, c in enumerate("0123456789")},
                  **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4,
                                                         5, 6, 7, 8, 9)))}
        weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
        rest = sum(values[c] * w for c, w in zip(vin, weights)) % 11
        return vin[:8] + ("X" if rest == 10 else str(rest)) + vin[9:]

    def region(self):
        name = self.unique()
        return self.admin.post("/v1/regions", {"code": name, "name": "大区 " + name}, expect=201)["id"]

    def store(self, region=None, bays=2, **more):
        return Store(self, region or self.region(), bays, more)


class Store:
    """A store of its own for one test.  Its people are attributes: advisor, manager, dispatcher,
    leader, tech1, tech2, inspector, parts, cashier, warranty, service; each is a Client with `id`."""

    def __init__(self, chain, region, bays, more):
        self.chain = chain
        self.region = region
        self.code = more.pop("code", None) or chain.unique()
        admin = chain.admin
        self.id = admin.post("/v1/stores", {"code": self.code, "name": "门店 " + self.code, "region_id": region,
                                            **more}, expect=201)["id"]
        version = admin.get(f"/v1/stores/{self.id}", expect=200)["version"]
        admin.put(f"/v1/stores/{self.id}/hours", {"hours": [
            {"weekday": day, "opens": "08:00", "closes": "20:00"} for day in range(1, 8)]},
            version=version, expect=200)
        self.bays = [admin.post(f"/v1/stores/{self.id}/bays", {"code": f"B{n}", "kind": "lift"}, expect=201)["id"]
                     for n in range(1, bays + 1)]

    @property
    def bay(self):
        return self.bays[0]

    def __getattr__(self, name):
        if name not in STORE_ROLES:
            raise AttributeError(name)
        with self.chain.people.hiring:
            if name not in vars(self):
                client = self.hire(name, STORE_ROLES[name])
                client.store = self
                setattr(self, name, client)
        return vars(self)[name]

    def hire(self, name, role):
        return self.chain.people.hire(f"{self.code}-{name}".lower(), role, store=self.id)


# --- Below the client ----------------------------------------------------------------------------

def raw_exchange(port, data, timeout=10):
    """Send octets and return all that comes back until the server closes, or is silent for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout) as connection:
        connection.sendall(data)
        connection.settimeout(1)
        parts = []
        while True:
            try:
                part = connection.recv(65536)
            except (ConnectionResetError, socket.timeout):
                break
            if not part:
                break
            parts.append(part)
    return b"".join(parts)


def raw_status(port, data):
    """Status of the first answer, or None when the connection was closed without one."""
    answer = raw_exchange(port, data)
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else None
