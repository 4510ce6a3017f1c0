# SPDX-License-Identifier: Apache-2.0
"""The hostile requests: what is sent, what must come back, and what becomes of the connection.

In what is sent, @TOKEN@ is an administrator's, @CODEXX@ a code nobody has, @IDENTIFIER@ a number of this case.
EVIL is the request that somebody tries to smuggle past a proxy: where it stands, it must never be run.
"""

import dataclasses
import gzip

OPEN, CLOSED, WAITS, HEADLESS = "open", "closed", "waits", "headless"


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    sent: bytes
    statuses: list           # of all answers, in order; an int stands for one, and several that are right for a set
    after: str = OPEN        # takes the next request, is closed, or waits for the rest
    nginx: object = None     # behind nginx: the first status, where it is not refused alike; or WAITS
    is_head: bool = False    # the answers have no body
    half_close: bool = False  # the client says that no more will come
    fields: dict = None      # what the answer must tell


CASES = []


def case(name, *args, **options):
    """Names that long values make alike are counted."""
    alike = sum(c.name.split(" #")[0] == name for c in CASES)
    CASES.append(Case(f"{name} #{alike + 1}" if alike else name, *args, **options))


def lines(*rows):
    return b"\r\n".join(row if isinstance(row, bytes) else row.encode("latin-1") for row in rows) + b"\r\n\r\n"


HOST = "Host: a"
AUTH = "Authorization: Bearer @TOKEN@"
JSON = "Content-Type: application/json"
GOOD = lines("GET /healthz HTTP/1.1", HOST)
EVIL = lines("GET /healthz HTTP/1.1", HOST, "Request-Id: evil-@IDENTIFIER@")
REGION = b'{"code":"@CODEXX@","name":"x"}'
SIZE = len(REGION)


def get(*fields, target="/healthz", method="GET", version="HTTP/1.1", host=HOST):
    return lines(f"{method} {target} {version}", *([host] if host else []), *fields)


def post(*fields, body=b"", target="/v1/regions"):
    """POST of a region; framing is the case's matter."""
    return lines(f"POST {target} HTTP/1.1", HOST, AUTH, JSON, *fields) + body


def told(size=SIZE):
    return f"Content-Length: {size}"


CHUNKED = "Transfer-Encoding: chunked"


def chunks(*parts, last=b"0\r\n\r\n"):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + last


# --- What is right must stay right ---

case("a good GET", GOOD, 200)
case("a good POST", post(told(), body=REGION), 201)
case("a good POST in chunks", post(CHUNKED, body=chunks(REGION)), 201)
case("a good POST in chunks of one octet", post(CHUNKED, body=chunks(*[REGION[:9], b"@CODEXX@", *[
    bytes([c]) for c in REGION[17:]]])), 201)
case("chunk sizes with leading zeros and upper case", post(CHUNKED, body=b"0001\r\n{\r\n1D\r\n" + REGION[1:] + b"\r\n0\r\n\r\n"), 201)
case("names of fields in any case", lines("GET /healthz HTTP/1.1", "hOsT: a"), 200)
case("blanks around a value", get("X-A: \t b \t "), 200)
case("an empty value", get("X-A:"), 200)
case("CRLF before the request line", b"\r\n" + GOOD, 200)
case("two requests in one segment", GOOD + GOOD, [200, 200])
case("ten requests in one segment", GOOD * 10, [200] * 10)
case("a good POST and a good GET in one segment", post(told(), body=REGION) + GOOD, [201, 200])
case("good, then bad, in one segment", GOOD + get("X-A : b") + EVIL, [200, 400], CLOSED)
case("bad, then good, in one segment", get("X-A : b") + EVIL, 400, CLOSED)
case("404, then good", get(target="/nothing") + GOOD, [404, 200])
case("Connection: close", get("Connection: close") + EVIL, 200, CLOSED)
case("Connection: close, keep-alive", get("Connection: close, keep-alive") + EVIL, 200, CLOSED)

# --- Two framings in one request ---

case("CL.TE", post(told(6), CHUNKED, body=b"0\r\n\r\nG" + EVIL), 400, CLOSED)
case("TE.CL", post(CHUNKED, told(4), body=chunks(EVIL)), 400, CLOSED)
case("CL and TE, both right", post(told(5), CHUNKED, body=b"0\r\n\r\n" + EVIL), 400, CLOSED)
case("Content-Length twice, different", post(told(0), told(SIZE), body=REGION + EVIL), 400, CLOSED)
case("Content-Length twice, the same", post(told(), told(), body=REGION + EVIL), 400, CLOSED)
case("Content-Length as a list", post(f"Content-Length: {SIZE}, {SIZE}", body=REGION + EVIL), 400, CLOSED)
case("Content-Length: 0 and 44 as a list", post("Content-Length: 0, 44", body=EVIL), 400, CLOSED)
case("Transfer-Encoding twice", post(CHUNKED, CHUNKED, body=chunks(REGION) + EVIL), 400, CLOSED)
case("Transfer-Encoding: chunked, then identity", post(CHUNKED, "Transfer-Encoding: identity", body=chunks(REGION) + EVIL), 400, CLOSED)
for _value in ("identity", "gzip", "gzip, chunked", "chunked, chunked", "chunked, identity", "xchunked", "chunked;q=1", '"chunked"',
               "chunked\x0b", "\x0bchunked", "cow", "chunke\u00e4"):
    case(f"Transfer-Encoding: {_value!r}", post(f"Transfer-Encoding: {_value}", body=chunks(REGION) + EVIL), {400, 501}, CLOSED)
case("Transfer-Encoding, empty", post("Transfer-Encoding:", body=EVIL), {400, 501}, CLOSED)
case("Transfer-Encoding in upper case", post("TRANSFER-ENCODING: CHUNKED", body=chunks(REGION)), 201)
case("Transfer-Encoding behind a tab", post("Transfer-Encoding:\tchunked", body=chunks(REGION)), 201, nginx=501)
case("Transfer_Encoding with Content-Length", post("Transfer_Encoding: chunked", told(), body=REGION), 201)
case("Transfer-Encoding in HTTP/1.0", lines("POST /v1/regions HTTP/1.0", HOST, AUTH, JSON, CHUNKED) + chunks(REGION), 400, CLOSED)
case("space before the colon of Content-Length", post(f"Content-Length : {SIZE}", body=REGION + EVIL), 400, CLOSED)
case("space before the colon of Transfer-Encoding", post("Transfer-Encoding : chunked", told(), body=REGION), 400, CLOSED)
case("tab before the colon", get("X-A\t: b") + EVIL, 400, CLOSED)
case("obs-fold of Transfer-Encoding", post("Transfer-Encoding:\r\n chunked", told(), body=REGION), 400, CLOSED)
case("obs-fold", get("X-A: b\r\n c") + EVIL, 400, CLOSED)
case("obs-fold with a tab", get("X-A: b\r\n\tc") + EVIL, 400, CLOSED)
case("a first field that begins with a space", lines("GET /healthz HTTP/1.1", " X-A: b", HOST) + EVIL, 400, CLOSED)
case("a field without a colon", get("X-A b") + EVIL, 400, CLOSED)
case("a field without a name", get(": b") + EVIL, 400, CLOSED)
case("a field of one colon", get(":") + EVIL, 400, CLOSED)
for _octet in (0x00, 0x01, 0x08, 0x0b, 0x0c, 0x0d, 0x1b, 0x7f):
    case(f"octet {_octet:02x} in a value", get(b"X-A: b" + bytes([_octet]) + b"c") + EVIL, 400, CLOSED)
    case(f"octet {_octet:02x} in a name", get(b"X-" + bytes([_octet]) + b"A: b") + EVIL, 400, CLOSED)
for _octet in (0x20, 0x22, 0x28, 0x2c, 0x2f, 0x40, 0x5b, 0x7b, 0x80, 0xe4, 0xff):
    # nginx drops a field whose name it does not like
    case(f"octet {_octet:02x} in a name", get(b"X-" + bytes([_octet]) + b"A: b") + EVIL, 400, CLOSED, nginx=400 if _octet == 0x20 else 200)
case("octets above 7f in a value", get(b"X-A: \xe4\xf6\xfc\xff"), 200)

# --- Ends of lines ---

case("bare LF", b"GET /healthz HTTP/1.1\nHost: a\n\n", 400, CLOSED, nginx=200)
case("bare LF between fields", b"GET /healthz HTTP/1.1\r\nHost: a\nX-A: b\r\n\r\n", 400, CLOSED, nginx=200)
case("bare LF ends the head", b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: b\n\n" + EVIL, 400, CLOSED, nginx=200)
case("bare CR between fields", b"GET /healthz HTTP/1.1\rHost: a\r\rX: y\r\n\r\n" + EVIL, 400, CLOSED)
case("CR CR LF", b"GET /healthz HTTP/1.1\r\r\nHost: a\r\n\r\n" + EVIL, 400, CLOSED)
case("CR LF CR", b"GET /healthz HTTP/1.1\r\nHost: a\r\n\rX: y\r\n\r\n" + EVIL, 400, CLOSED)

# --- Content-Length ---

for _value in ("-1", "+2", "0x1e", "1e1", "1.0", "30 ", "3 0", "٣", "\uff13", "", "abc", "30;", "030x", "30\x0b"):
    _sent = _value.encode()
    if _value != "30 ":
        case(f"Content-Length: {_value!r}", post(b"Content-Length: " + _sent, body=REGION + EVIL), 400, CLOSED)
case("Content-Length with blanks behind it", post(f"Content-Length: {SIZE} ", body=REGION), 400, CLOSED, nginx=201)
case("a token with blanks behind it", get(AUTH + " \t", target="/v1/me"), 200)
case("Content-Length with leading zeros", post(f"Content-Length: 000{SIZE}", body=REGION), 201)
for _value in (2 ** 31, 2 ** 32, 2 ** 32 + SIZE, 2 ** 63 - 1):
    case(f"Content-Length: {_value}", post(told(_value), body=REGION), 413, CLOSED)
case("Content-Length: 10000000", post(told(10 ** 7), body=REGION), 413, CLOSED, nginx=WAITS)
for _value in (2 ** 63, 2 ** 64 - 1, 2 ** 64, 2 ** 64 + SIZE, 10 ** 40):
    case(f"Content-Length: {_value}", post(told(_value), body=REGION + EVIL), 413, CLOSED)
case("a body longer than told", post(told(SIZE), body=REGION + b"xxxx\r\n\r\n" + EVIL), 201, CLOSED)
case("a body longer than told by a request", post(told(SIZE), body=REGION + GOOD), [201, 200])
case("a body shorter than told", post(told(SIZE + 1), body=REGION), [], WAITS)
case("a body shorter than told, then the end", post(told(SIZE + 1), body=REGION), [], CLOSED, half_close=True)
case("a body of nothing, then the end", post(told()), [], CLOSED, half_close=True)
case("a head, then the end", b"GET /healthz HTTP/1.1\r\nHost: a\r\n", [], CLOSED, half_close=True)
case("a good request, then the end", GOOD, 200, CLOSED, half_close=True)
case("a request line only", b"GET /healthz HTTP/1.1\r\n", [], WAITS)
case("nothing at all, then the end", b"", [], CLOSED, half_close=True)
case("a POST without framing", post() + GOOD, [400, 200])
case("Content-Length: 0", post(told(0)) + GOOD, [400, 200])

# --- Chunks ---

for _name, _body in {
        "no size": b"\r\n" + REGION + b"\r\n0\r\n\r\n", "a negative size": b"-1\r\n{}\r\n0\r\n\r\n", "a size with plus": b"+2\r\n{}\r\n0\r\n\r\n",
        "a size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n", "a size that is no number": b"zz\r\n{}\r\n0\r\n\r\n", "a size behind a space": b" 2\r\n{}\r\n0\r\n\r\n",
        "a size with a comma": b"1,1\r\n{}\r\n0\r\n\r\n",
        "a size with a decimal point": b"2.0\r\n{}\r\n0\r\n\r\n", "a size with NUL": b"2\x00\r\n{}\r\n0\r\n\r\n",
        "a chunk longer than told": b"2\r\n{}xx\r\n0\r\n\r\n", "a chunk shorter than told": b"4\r\n{}\r\n0\r\n\r\n",
        "no CRLF after a chunk": b"2\r\n{}0\r\n\r\n"}.items():
    case(f"chunks: {_name}", post(CHUNKED, body=_body + EVIL), 400, CLOSED)
for _size in (b"10000000000000000", b"10000000000000002"):
    case(f"chunks: a size of 0x{_size.decode()}", post(CHUNKED, body=_size + b"\r\n{}\r\n0\r\n\r\n" + EVIL), 413, CLOSED)
case("chunks: a size of 2^63", post(CHUNKED, body=b"8000000000000000\r\n{}"), [], WAITS, nginx=400)
case("chunks: a size of 66 digits", post(CHUNKED, body=b"0" * 64 + b"1e\r\n" + REGION + b"\r\n0\r\n\r\n"), 201)
case("chunks: an extension", post(CHUNKED, body=b"1e;a=b\r\n" + REGION + b"\r\n0\r\n\r\n"), 201)
case("chunks: an extension in quotes", post(CHUNKED, body=b'1e;a="b"\r\n' + REGION + b"\r\n0\r\n\r\n"), 201)
case("chunks: an extension with bare LF", post(CHUNKED, body=b"1e;a\nb\r\n" + REGION + b"\r\n0\r\n\r\n" + EVIL), 400, CLOSED)
case("chunks: an extension of 64 KiB", post(CHUNKED, body=b"1e;" + b"a" * 65536 + b"\r\n" + REGION + b"\r\n0\r\n\r\n"), [], CLOSED,
     nginx=201)
case("chunks: sizes end in bare LF", post(CHUNKED, body=b"1e\n" + REGION + b"\n0\n\n"), 201)
case("chunks: trailers", post(CHUNKED, body=chunks(REGION, last=b"0\r\nX-T: 1\r\n\r\n") + GOOD), [201, 200])
case("chunks: a trailer that frames", post(CHUNKED, body=chunks(REGION, last=b"0\r\nContent-Length: 60\r\n\r\n") + GOOD), [201, 200])
case("chunks: a trailer that names somebody", post(CHUNKED, body=chunks(REGION, last=b"0\r\nAuthorization: Bearer x\r\n\r\n")), 201)
case("chunks: none after the first", post(CHUNKED, body=b"1e\r\n" + REGION + b"\r\n"), [], WAITS)
case("chunks: none after the first, then the end", post(CHUNKED, body=b"1e\r\n" + REGION + b"\r\n"), [], CLOSED, half_close=True)
case("chunks: more than is allowed", post(CHUNKED, body=chunks(*[b" " * 65536] * 17)), 413, CLOSED)
case("chunks: an empty body", post(CHUNKED, body=b"0\r\n\r\n") + GOOD, [400, 200])
case("chunks: on a GET", get(CHUNKED) + chunks(b"{}") + GOOD, [200, 200])

# --- Methods ---

for _method in ("TRACE", "CONNECT", "BREW", "PROPFIND", "get", "Get", "G", "GETT", "PRI", "PURGE", "M" * 1000, "-", "!#$%&'*+-.^_`|~"):
    case(f"method {_method[:20]}", get(method=_method) + EVIL, 501, CLOSED)
for _method in ("GE(T", "G\u00e4T", "GE\x01T", "G\x00ET", "GET,", '"GET"', "{GET}", "\x80"):
    case(f"method {_method!r}", get(method=_method) + EVIL, {400, 501}, CLOSED)
case("a space before the method", b" " + GOOD + EVIL, [], CLOSED)
case("CONNECT of a host", lines("CONNECT evil:443 HTTP/1.1", "Host: evil:443"), {400, 501}, CLOSED)
case("OPTIONS *", get(method="OPTIONS", target="*"), 204, nginx=400)
case("GET *", get(target="*") + EVIL, 400, CLOSED)
case("OPTIONS of a resource", get(method="OPTIONS", target="/v1/regions"), 204, fields={"Allow": "GET, HEAD, POST, OPTIONS"})
case("OPTIONS of nothing", get(method="OPTIONS", target="/nothing"), 404)
case("PUT where there is none", get("Content-Length: 0", method="PUT", target="/v1/regions"), 405, fields={"Allow": "GET, HEAD, POST"})
case("DELETE where there is none", get(method="DELETE", target="/v1/regions"), 405, fields={"Allow": "GET, HEAD, POST"})
case("HEAD", get(method="HEAD"), 200, is_head=True)
case("HEAD of nothing", get(method="HEAD", target="/nothing"), 404, is_head=True)
case("HEAD without a token", get(method="HEAD", target="/v1/me"), 401, is_head=True)
case("HEAD of a list", get(AUTH, method="HEAD", target="/v1/regions"), 200, is_head=True)
case("HEAD of what only takes POST", get(AUTH, method="HEAD", target="/v1/sessions"), 405, is_head=True)
case("HEAD, then GET", get(method="HEAD"), 200, is_head=True)
case("a body on a GET", get("Content-Length: 2", AUTH, target="/v1/me") + b"{}" + GOOD, [200, 200])
case("a body on a GET that is a request", get(told(len(EVIL)), AUTH, target="/v1/me") + EVIL + GOOD, [200, 200])
case("a body on a HEAD", get("Content-Length: 2", method="HEAD") + b"{}", 200, is_head=True)
case("a body on a DELETE", get(AUTH, JSON, "Content-Length: 2", method="DELETE", target="/v1/regions/0") + b"{}" + GOOD, [404, 200])
case("a body on OPTIONS", get("Content-Length: 2", method="OPTIONS", target="/v1/regions") + b"{}", 204, CLOSED)
case("a body for nothing", get("Content-Length: 2", method="POST", target="/nothing") + b"{}" + EVIL, 404, CLOSED)

# --- Targets ---

case("absolute form", get(target="http://a/healthz"), 200)
case("absolute form, another host than Host", get(target="http://b/healthz"), 200)
case("absolute form of another scheme", get(target="ftp://a/healthz") + EVIL, 400, CLOSED, nginx=200)
case("absolute form without a path", get(target="http://a"), 404)
case("authority form", get(target="a:80") + EVIL, 400, CLOSED)
case("a target without a slash", get(target="healthz") + EVIL, 400, CLOSED)
case("a target that is a question mark", get(target="?") + EVIL, 400, CLOSED)
case("no target", lines("GET HTTP/1.1", HOST) + EVIL, {400, 505}, CLOSED)
case("an empty target", lines("GET  HTTP/1.1", HOST) + EVIL, {400, 505}, CLOSED)
case("two targets", lines("GET /healthz /readyz HTTP/1.1", HOST) + EVIL, [], CLOSED)
case("two spaces before the target", lines("GET  /healthz HTTP/1.1", HOST) + EVIL, 400, CLOSED, nginx=200)
case("two spaces before the version", lines("GET /healthz  HTTP/1.1", HOST) + EVIL, [], CLOSED, nginx=200)
case("a tab before the target", lines("GET\t/healthz HTTP/1.1", HOST) + EVIL, {400, 501}, CLOSED)
case("a fragment", get(target="/healthz#x") + EVIL, 400, CLOSED)
for _target in ("/healthz%00", "/%00", "/healthz%00.json", "/healthz?a=%00", "/%", "/%2", "/%zz", "/%2G", "/a?b=%", "/%u0041"):
    case(f"target {_target}", get(target=_target) + EVIL, 400, CLOSED)
for _octet in (0x01, 0x09, 0x0b, 0x7f, 0x80, 0xe4, 0xff):
    case(f"octet {_octet:02x} in the target", get(target="/a" + chr(_octet) + "b") + EVIL, 400, CLOSED)
case("NUL in the target", get(target="/healthz\x00b") + EVIL, 400, CLOSED)
for _target in ("//", "//healthz", "/healthz/", "/./healthz", "/../healthz", "/a/../healthz", "/%2e%2e/healthz", "/..%2fhealthz",
                "/healthz/..", "/healthz;a=b", "/healthz%20", "/HEALTHZ", "/%68ealthz%2f", "/healthz%0d%0aX:%20y", "/v1/stores/..%2f..",
                "/%c0%af", "/%c0%ae%c0%ae/", "/%ed%a0%80", "/%f8%80%80%80%80", "/%ff", "/v1/regions/%2e%2e", "/docs/../openapi.json",
                "/docs/%2e%2e/%2e%2e/etc/passwd", "/docs//etc/passwd", "/\\..\\..\\etc",
                "/v1/public/../me", "/v1/public/x", "/v1/public/%00x"[:-4] + "%01", "/;/healthz", "/v1;/me", "/ ".strip() + "$(id)",
                "/<script>", "/\"", "/'--", "/{id}", "/v1/stores/{id}", "/*", "/**", "/v1/stores/*"):
    case(f"target {_target}", get(AUTH, target=_target), 404)
for _target in ("/docs/..%2f..%2fetc%2fpasswd", "/docs/.", "/docs/%2e%2e"):
    case(f"target {_target}", get(target=_target), 400)
for _query in ("%ff", "code=%c0%af", "code=%ed%a0%80", "limit=%31%00"[:-3], "limit=1&limit=2", "a[]=1", "limit[]=1", "limit=1;2", "limit=1e1",
               "limit=0x10", "limit=%2b1", "cursor=../../etc", "cursor=AAAA", "updated_after=9999999-01-01", "=&=&=", "%3d"):
    case(f"query {_query}", get(AUTH, target="/v1/stores?" + _query), 200 if _query == "limit=%31" else 400)
case("an empty query", get(target="/healthz?"), 200)
case("a query of separators", get(AUTH, target="/v1/me?&&&&"), 200)
case("60 parameters", get(AUTH, target="/v1/stores?" + "&".join(["x=1"] * 60)), {400, 431}, OPEN)
case("a target of 4096 octets", get(target="/" + "a" * 4095), 404)
case("a target of 4097 octets", get(target="/" + "a" * 4096) + EVIL, 414, CLOSED)
case("a target of 100,000 octets", get(target="/" + "a" * 100000), 414, CLOSED)
case("a path of 2,000 segments", get(AUTH, target="/a" * 2000), 404)

# --- Versions ---

case("HTTP/0.9", b"GET /healthz\r\n", {400, 505}, CLOSED, nginx=HEADLESS)
case("HTTP/0.9 with a version", get(version="HTTP/0.9") + EVIL, {400, 505}, CLOSED)
case("HTTP/1.0", get(version="HTTP/1.0"), 200, CLOSED)
case("HTTP/1.0 without Host", lines("GET /healthz HTTP/1.0"), 200, CLOSED, nginx=400)
case("HTTP/1.0 with keep-alive", get("Connection: keep-alive", version="HTTP/1.0"), 200)
for _version in ("HTTP/1.2", "HTTP/1.10", "HTTP/1.01"):
    case(f"version {_version}", get(version=_version) + EVIL, {400, 505}, CLOSED, nginx=200)
for _version in ("HTTP/2.0", "HTTP/01.1", "HTTP/1", "HTTP/", "HTTP/9.9", "HTTP/1.1x", "http/1.1", "HTP/1.1",
                 "HTTPS/1.1", "HTTP/-1.1", "HTTP/1,1", "HTTP /1.1", "HTTP/1.1 x", "ICY/1.1"):
    case(f"version {_version}", get(version=_version) + EVIL, {400, 505}, CLOSED)
case("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}, CLOSED)
case("TLS to the plain port", bytes.fromhex("16030100c8010000c40303") + b"\x00" * 193 + b"\r\n\r\n", [], CLOSED)
case("SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", [], CLOSED)
case("SMTP", b"EHLO example.com\r\n\r\n", {400, 505}, CLOSED)
case("an answer", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", {400, 501, 505}, CLOSED)
case("random octets", bytes(range(128, 256)) * 4 + b"\r\n\r\n", [], CLOSED)
case("the PROXY protocol", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GOOD + EVIL, {400, 501, 505}, CLOSED)

# --- Heads ---

case("48 fields", get(*[f"X-{n}: y" for n in range(47)]), 200, nginx=431)
case("49 fields", get(*[f"X-{n}: y" for n in range(48)]) + EVIL, 431, CLOSED)
case("2,000 fields", get(*[f"X-{n}: y" for n in range(2000)]), 431, CLOSED)
case("a head of 5,000 octets", get("X-A: " + "a" * 4900), 200)
case("a field of 6,000 octets", get("X-A: " + "a" * 6000) + EVIL, 431, CLOSED)
case("a field of 100,000 octets", get("X-A: " + "a" * 100000), 431, CLOSED)
case("a field's name of 6,000 octets", get("X" * 6000 + ": a") + EVIL, 431, CLOSED)
case("60 cookies", get(*["Cookie: a=b"] * 60) + EVIL, 431, CLOSED)
case("a cookie of 1,000 parts", get("Cookie: " + "a=b; " * 900) + EVIL, 431, CLOSED)
case("Host missing", get(host=None) + EVIL, 400, CLOSED)
case("Host twice", get("Host: b") + EVIL, 400, CLOSED)
case("Host twice, the same", get(HOST) + EVIL, 400, CLOSED)
case("Host empty", get(host="Host:"), 200, nginx=400)
for _host in ("a b", "a/b", "a@b", "a?b", "<a>", "a:b", "a:99999", "[::1", "a, b", "\u00e4", "a#b", "http://a"):
    # nginx hands on the name alone
    case(f"Host: {_host}", get(host="Host: " + _host) + EVIL, 400, CLOSED, nginx=200 if _host in ("a:b", "a:99999") else None)
for _host in ("a:80", "[::1]", "[::1]:8080", "127.0.0.1", "a.", "xn--e1afmkfd.example", "a_b"):
    case(f"Host: {_host}", get(host="Host: " + _host), 200)
case("X-Forwarded-For of lies", get("X-Forwarded-For: 1.2.3.4, evil\"", "Forwarded: for=1.2.3.4", "X-Real-IP: 1.2.3.4"), 200)
case("Connection names a needed field", get("Connection: Host, Authorization, Content-Length"), 200)
case("Connection: Upgrade", get("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"), 200)
case("Upgrade to HTTP/2", get("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"), 200)
case("Upgrade with a body", post("Connection: Upgrade", "Upgrade: h2c", told(), body=REGION) + GOOD, [201, 200])
case("Range", get("Range: bytes=0-0,-1,5-2,99999999999999999999-"), 200)
case("TE and Trailer", get("TE: trailers, deflate;q=0.5", "Trailer: X-T"), 200)
case("Max-Forwards", get("Max-Forwards: -1"), 200)

# --- Expect ---

case("Expect: 100-continue with the body behind it", post("Expect: 100-continue", told(), body=REGION), {201})
case("Expect: 100-continue without the body", post("Expect: 100-continue", told()), [100], WAITS)
case("Expect: 100-continue of 10 GiB", post("Expect: 100-continue", told(10 ** 10)), 413, CLOSED)
case("Expect: 100-continue where there is nothing", post("Expect: 100-continue", told(), target="/nothing"), 404, CLOSED, nginx=WAITS)
case("Expect: 100-continue with both framings", post("Expect: 100-continue", told(), CHUNKED), 400, CLOSED)
case("Expect: 100-continue on a GET", get("Expect: 100-continue"), 200)
case("Expect: the unexpected", get("Expect: the-spanish-inquisition"), 200)

# --- Who ---

for _value in ("Bearer", "Bearer ", "Bearer x", "Bearer  x", "Bearer x y", "Basic YTpi", "Digest x", "Token x", "Bearer\tx", "bearer", "\u00ff",
               "Bearer @TOKEN@x", "Bearer @TOKEN@ x", "Bearer @TOKEN@,Bearer x", "Bearer " + "x" * 3000, "Bearer ' OR 1=1 --", "Bearer %00",
               "Negotiate", "Bearer null", "Bearer ../../../x", "Basic @TOKEN@"):
    case(f"Authorization: {_value[:40]}", get(f"Authorization: {_value}", target="/v1/me"), 401, fields={"WWW-Authenticate": "Bearer"})
case("Authorization with NUL and a tail", get("Authorization: Bearer @TOKEN@\x00x", target="/v1/me") + EVIL, 400, CLOSED)
case("Authorization twice, the first right", get(AUTH, "Authorization: Bearer x", target="/v1/me"), 400, CLOSED)
case("Authorization twice, the second right", get("Authorization: Bearer x", AUTH, target="/v1/me"), 400, CLOSED)
case("a token in the query", get(target="/v1/me?access_token=@TOKEN@"), 401)
case("a token in a cookie", get("Cookie: token=@TOKEN@", target="/v1/me"), 401)

# --- What is told back ---

for _value in ("a b", "<script>", "x" * 65, "x" * 2000, "a\tb", "\u00e4", "a;b", "'", "%0d%0aX: y", "", "..\\", "{}"):
    case(f"Request-Id: {_value[:20]!r}", get(f"Request-Id: {_value}"), 200)
case("Request-Id twice", get("Request-Id: a", "Request-Id: b"), 200)
case("Request-Id with a bare CR", get("Request-Id: a\rX-Evil: 1") + EVIL, 400, CLOSED)
case("traceparent with blanks", get("traceparent: a b<c>"), 200)
case("Origin with a line's end", get("Origin: https://shop.example%0d%0aX-Evil:1"), 200)
case("Origin: null", get("Origin: null"), 200)
case("a preflight from nowhere", get("Origin: https://evil.example", "Access-Control-Request-Method: DELETE",
                                    "Access-Control-Request-Headers: x" + "y" * 500, method="OPTIONS", target="/v1/regions"), 204)

# --- Content ---

for _value in ("text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx",
               "application", "/", ";", "application/json+x", "image/png", "\u00ff", "application/json,text/html"):
    case(f"Content-Type: {_value}", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, f"Content-Type: {_value}", told()) + REGION, 415)
case("Content-Type missing", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, told()) + REGION, 415)
case("Content-Type twice", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, JSON, "Content-Type: text/plain", told()) + REGION, 400, CLOSED)
case("charset=utf-8", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, JSON + "; charset=UTF-8", told()) + REGION, 201)
case("charset=gbk", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, JSON + "; charset=gbk", told()) + REGION, 415)
case("charset=utf-16", lines("POST /v1/regions HTTP/1.1", HOST, AUTH, JSON + "; charset=utf-16", told()) + REGION, 415)
_ZIPPED = gzip.compress(REGION, mtime=0)
case("Content-Encoding: gzip", post("Content-Encoding: gzip", told(len(_ZIPPED)), body=_ZIPPED), 415)
case("Content-Encoding of nothing real", post("Content-Encoding: zip-bomb", told(), body=REGION), 415)
case("Content-Encoding: identity", post("Content-Encoding: identity", told(), body=REGION), 201)
case("octets that are no UTF-8", post(told(4), body=b'{"\xff}'), 400)
case("a body of 1 MiB of blanks", post(told(1 << 20), body=b" " * (1 << 20)), 400)
case("a body of 1 MiB and one octet", post(told((1 << 20) + 1), body=b" " * ((1 << 20) + 1)), 413, CLOSED)
for _value in ("text/html", "application/xml", "image/*", "text/*;q=1", "application/xhtml+xml", "x", "\u00ff"):
    case(f"Accept: {_value}", get(AUTH, f"Accept: {_value}", target="/v1/me"), 406)
for _value in ("", "*/*;q=0.1", "application/json;v=99", "text/html, */*", "," * 200, "application/*"):
    case(f"Accept: {_value[:30]!r}", get(AUTH, f"Accept: {_value}", target="/v1/me"), 406 if _value == "," * 200 else 200)
for _value in ("*", "", "xx", "zh-", "zh_CN", "zh;q=x", "a" * 2000, "zh\u00ff", "%s%n", "-", ",,,,", "en;q=99999999999999999999", "../../etc/passwd"):
    case(f"Accept-Language: {_value[:20]!r}", get(AUTH, f"Accept-Language: {_value}", target="/v1/regions/0"), 404)
for _value in ("", "x" * 256, "x" * 3000, "\u00e4"):
    case(f"Idempotency-Key: {_value[:20]!r}", post(f"Idempotency-Key: {_value}", told(), body=REGION), {400, 422})
for _value in ("a b", "a\tb", '"', "%00", "'; DROP TABLE region; --"):
    case(f"Idempotency-Key: {_value[:20]!r}", post(f"Idempotency-Key: {_value} @IDENTIFIER@", told(), body=REGION), 201)
case("Idempotency-Key twice", post("Idempotency-Key: a-@IDENTIFIER@", "Idempotency-Key: b-@IDENTIFIER@", told(), body=REGION), 400, CLOSED)
for _value in ("", "*", "x", '"', '""', '"x"', "-1", '"-1"', '"1', '1"', '"1","2"', "W/", 'W/"x"', '"9999999999999999999999"', "0x1", "\u00e4", '"1"x',
               "1 2", " ", '"+1"', '"1.x"' * 100):
    case(f"If-Match: {_value[:30]!r}", lines("PATCH /v1/regions/@REGION@ HTTP/1.1", HOST, AUTH, JSON, f"If-Match: {_value}", "Content-Length: 12")
         + b'{"name":"y"}', {400, 412, 428})
for _value in ("", "*", "x", '"', "W/", '"1', ",", '"a","b"' * 50, "\u00e4"):
    case(f"If-None-Match: {_value[:30]!r}", get(AUTH, f"If-None-Match: {_value}", target="/v1/regions/@REGION@"), {200, 304})
for _value in ("DELETE", "GET", "patch", "PUT"):
    case(f"X-HTTP-Method-Override: {_value}", post(f"X-HTTP-Method-Override: {_value}", told(), body=REGION), 201)
