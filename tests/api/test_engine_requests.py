# SPDX-License-Identifier: Apache-2.0
"""What every request meets before its operation: framing, methods, media types, JSON, parameters."""

import http.client
import json
import urllib.parse

import pytest

from fettle import ORIGIN, raw_exchange, raw_status, uuid7
from trade import Trade

REGION = {"code": "X1", "name": "北区"}


def test_methods(admin, anyone, chain):
    region = chain.region()
    wrong = admin.post("/v1/regions/" + region, {})
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE"}
    options = anyone.request("OPTIONS", "/v1/regions")
    assert options.status == 204 and set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert anyone.get("/v1/nothing").status == 404
    assert anyone.get("/v1/regions/").status == 404
    assert admin.get("/v1/regions/not-a-uuid").code == "not_found"
    assert admin.get("/v1/regions/" + uuid7()).code == "not_found"


def test_a_post_may_stand_for_a_patch(admin, chain):
    """Mini-programs cannot send PATCH."""
    path = "/v1/regions/" + chain.region()
    override = {"X-HTTP-Method-Override": "PATCH"}
    assert admin.post(path, {"name": "新名"}, headers=override, version=1, expect=200)["name"] == "新名"
    assert admin.post(path, {"name": "新名"}, headers=override).code == "version_required"
    assert admin.post(path, {}, headers={"X-HTTP-Method-Override": "DELETE"}).status == 405
    assert admin.get(path, headers=override, expect=200)["version"] == 2


def test_head_is_get_without_the_body(admin, chain):
    path = "/v1/regions/" + chain.region()
    get, head = admin.get(path, expect=200), admin.head(path, expect=200)
    assert head.body == b"" and head.etag == get.etag
    assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(len(get.body))
    assert admin.head("/v1/regions/" + uuid7()).status == 404


@pytest.mark.parametrize("body", [
    b"", b"{", b"null", b"[]", b"3", b'"text"', b'{"code":"A1","code":"A2","name":"x"}', b'{"code":"A1",}',
    b'{"code":"\xff\xfe","name":"x"}', b'{"code":"A1","name":"\xed\xa0\x80"}', b'{"code":"A1","name":"a\\u0000b"}',
    b'{"code":"A1","name":"\\ud800"}', b"{'code':'A1'}", b'{"code":"A1","name":"x"} {}', b"\x00", b'{"code":NaN}',
    b'{"code":"A1","name":"x\ny"}', b'{"code":1e999}', b'{"code":123456789012345678901234567890}',
    b'{"name":' * 33 + b"1" + b"}" * 33, b"[" * 100000, b'\xef\xbb\xbf{}',
], ids=lambda body: repr(body[:24]))
def test_what_is_not_json(admin, body):
    """Nothing but one well-formed object gets in; the answer is whole JSON itself."""
    reply = admin.request("POST", "/v1/regions", raw=body)
    assert reply.status in (400, 422), reply
    if body not in (b"null", b"[]", b"3", b'"text"'):
        assert reply.code == "malformed_json", reply


def test_numbers_are_exact(admin, store):
    """1.0 is an integer, 1.5 is none, and nothing wraps."""
    path = f"/v1/stores/{store.id}/policies"
    for text, expected in (("600.0", 200), ("6e2", 200), ("1.5", 422), ("1e30", 422), ("-1", 422),
                           ("9223372036854775807", 422), ("-9223372036854775808", 422), ("true", 422),
                           ('"600"', 422), ("null", 422)):
        version = admin.get(path, expect=200)["version"]
        reply = admin.request("PATCH", path, raw=b'{"tax_bp":%s}' % text.encode(), version=version)
        assert reply.status == expected, (text, reply)


def test_all_wrong_fields_are_told_at_once(admin, chain):
    reply = admin.post("/v1/stores", {"code": "X", "name": "  ", "regionid": 1, "kind": "castle", "phone": "number",
                                      "time_zone": "Nowhere", "metadata": {"k" * 65: "v", "n": 1}})
    assert reply.status == 422 and reply.code == "validation_failed"
    assert reply.errors == {
        "/code": "too_short", "/name": "too_short", "/regionid": "unknown_field", "/kind": "bad_code",
        "/phone": "bad_format", "/time_zone": "bad_format", "/metadata/" + "k" * 65: "too_long",
        "/metadata/n": "wrong_type", "/region_id": "required"}


def test_parameters(admin):
    unknown = admin.get("/v1/stores?limti=5&colour=red")
    assert unknown.status == 400 and unknown.errors == {"limti": "unknown_parameter", "colour": "unknown_parameter"}
    assert "did you mean limit?" in unknown["errors"][0]["message"]
    for limit in ("0", "201", "-1", "1.5", "x", "", "99999999999999999999", "1&limit=2"):
        assert admin.get("/v1/stores?limit=" + limit).status == 400, limit
    assert len(admin.get("/v1/stores?limit=1", expect=200).data) <= 1
    for query in ("count=1", "updated_after=yesterday", "region_id=1", "code=%FF", "code=%00", "code=%zz", "after_position=-1",
                  "after_position=99999999999999999999", "after_position=x", "&&=&", "code", "=x"):
        assert admin.get("/v1/stores?" + query).status == 400, query
    assert admin.get("/v1/stores?after_position=999999999999", expect=200).data == []
    for value, code in (("1000000000001", "too_large"), ("10000000000000", "too_large"), ("9" * 40, "too_large"), ("-1", "too_small"),
                        ("-" + "9" * 40, "too_small"), ("01", "wrong_type"), ("1.0", "wrong_type"), ("+1", "wrong_type"),
                        ("1e3", "wrong_type"), ("-", "wrong_type")):
        assert admin.get("/v1/stores?after_position=" + urllib.parse.quote(value)).errors == {"after_position": code}, value
    assert admin.get("/v1/stores?" + "&".join(["x=1"] * 100)).status in (400, 431)


def test_a_target_that_is_not_encoded(run, admin):
    """The refusal says what to do about it."""
    raw = raw_exchange(run["port"], "GET /v1/parts?q=离合器 HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert raw.startswith(b"HTTP/1.1 400 ")
    told = json.loads(raw.split(b"\r\n\r\n", 1)[1])
    assert told["code"] == "bad_request" and "percent-encode" in told["hint"]
    admin.get("/v1/parts?q=" + urllib.parse.quote("离合器"), expect=200)


def test_media_types(admin):
    body = json.dumps(REGION).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "multipart/form-data"):
        reply = admin.request("POST", "/v1/regions", raw=body, headers={"Content-Type": kind})
        assert (reply.status, reply.code) == (415, "unsupported_media_type"), kind
    assert admin.request("POST", "/v1/regions", raw=body, headers={"Content-Type": None}).code == "unsupported_media_type"
    for kind in ("Application/JSON; charset=utf-8", "application/json ;charset=UTF8", 'application/json; charset="utf-8"',
                 "application/json;charset=us-ascii"):
        assert admin.request("POST", "/v1/regions", raw=b"{}", headers={"Content-Type": kind}).status == 422, kind
    for charset in ("iso-8859-1", "utf-16", "gb18030", ""):
        reply = admin.request("POST", "/v1/regions", raw=body, headers={"Content-Type": f"application/json; charset={charset}"})
        assert (reply.status, reply.code) == (415, "unsupported_media_type"), charset
    for packed, status in (("gzip", 415), ("br", 415), ("identity, gzip", 415), ("Identity", 422), ("", 422)):
        reply = admin.request("POST", "/v1/regions", raw=b"{}", headers={"Content-Encoding": packed})
        assert reply.status == status, packed
    for accept in ("text/html", "application/json;q=0", "application/json;q=0, */*"):
        assert admin.get("/v1/regions", headers={"Accept": accept}).status == 406
    for accept in ("*/*", "application/*", "application/json", "text/html, application/json;q=0.9", None):
        admin.get("/v1/regions", headers={"Accept": accept}, expect=200)


def test_a_patch_may_be_called_what_it_is(admin, anyone, chain):
    """A PATCH is a JSON merge patch (RFC 7396) and may say so; nothing else may."""
    path, merge = "/v1/regions/" + chain.region(), {"Content-Type": "application/merge-patch+json; charset=utf-8"}
    assert admin.patch(path, {"name": "新名"}, headers=merge, version=1, expect=200)["name"] == "新名"
    assert admin.post(path, {"name": "又名"}, version=2, expect=200,
                      headers={**merge, "X-HTTP-Method-Override": "PATCH"})["name"] == "又名"
    accepted = "application/merge-patch+json, application/json"
    for kind in ("application/json-patch+json", "application/merge-patch+jsonx", "text/plain",
                 "application/merge-patch+json; charset=utf-16"):
        wrong = admin.patch(path, {"name": "x"}, headers={"Content-Type": kind}, version=3)
        assert (wrong.status, wrong.headers["Accept-Patch"]) == (415, accepted), kind
        assert accepted in wrong["detail"]
    assert admin.post("/v1/regions", REGION, headers=merge).status == 415
    assert anyone.request("OPTIONS", path).headers["Accept-Patch"] == accepted
    assert "Accept-Patch" not in anyone.request("OPTIONS", "/v1/regions").headers


def test_sizes(admin, run):
    assert admin.post("/v1/regions", {"code": "X", "name": "x" * 1_100_000}).status == 413
    assert admin.get("/v1/stores?code=" + "x" * 5000).status == 414
    token = f"Authorization: Bearer {admin.token}\r\n"
    head = f"GET /v1/me HTTP/1.1\r\nHost: x\r\n{token}"
    assert raw_status(run["port"], f"{head}Connection: close\r\n\r\n".encode()) == 200
    assert raw_status(run["port"], (head + "X-A: b\r\n" * 49 + "\r\n").encode()) == 431
    assert raw_status(run["port"], (head + "X-A: " + "b" * 6000 + "\r\n\r\n").encode()) == 431
    # An announced body that is too long is refused before it is sent.
    assert raw_status(run["port"], f"POST /v1/regions HTTP/1.1\r\nHost: x\r\n{token}Content-Type: application/json\r\n"
                      "Content-Length: 99999999\r\n\r\n".encode()) == 413


@pytest.mark.parametrize("data, expected", [
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 501),
    (b"GET http:///healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET http://user@a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET ftp://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET http://a/healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /a\x01b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\n{}", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n{}", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 2 2\r\n\r\n{}", 400),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{}", 413),
    (b"POST /v1/sessions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", 400),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-A : b\r\n\r\n", 400),
], ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value))
def test_doubtful_framing_is_refused(run, data, expected):
    """What two servers may read differently cannot smuggle a second request past a proxy."""
    answer = raw_exchange(run["port"], data + b"GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % expected), answer[:200]
    assert b"ready\n" not in answer, answer
    # one head, and a problem like every other, whoever refused it
    head, _, body = answer.partition(b"\r\n\r\n")
    assert answer.count(b"HTTP/1.1 %d " % expected) == 1 and head.lower().count(b"content-length:") == 1
    assert b"Content-Type: application/problem+json" in head and b"Connection: close" in head
    problem = json.loads(body)
    assert problem["status"] == expected and f"Request-Id: {problem['request_id']}".encode() in head


def test_absolute_targets_are_served(admin, run):
    """What a proxy would be asked is answered as if it were asked directly (RFC 9112 3.2.2)."""
    for target in ("http://elsewhere.example/v1/me", "HTTPS://[::1]:8443/v1/me?"):
        answer = raw_exchange(run["port"], f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                              f"Authorization: Bearer {admin.token}\r\n\r\n".encode())
        assert answer.startswith(b"HTTP/1.1 200 ") and admin.id.encode() in answer, answer
    assert raw_status(run["port"], b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n") == 404
    assert raw_status(run["port"], b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n") == 204


def test_requests_may_come_in_one_piece(run):
    """Pipelined requests are answered in order."""
    answer = raw_exchange(run["port"], b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 5 +
                          b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]] == [200] * 5 + [404]


def test_a_body_may_come_in_chunks(admin, chain, run):
    code = chain.unique()
    body = json.dumps({"code": code, "name": "分块"}).encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i:i + 1]) for i in range(len(body))) + b"0\r\n\r\n"
    status = raw_status(run["port"], b"POST /v1/regions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                        b"Content-Type: application/json\r\nAuthorization: Bearer " + admin.token.encode() +
                        b"\r\nConnection: close\r\n\r\n" + chunks)
    assert status == 201


def test_request_ids(admin):
    assert admin.get("/v1/me", headers={"Request-Id": "abc-1.2_3"}).headers["Request-Id"] == "abc-1.2_3"
    for bad in ("a b", "x" * 65, "<script>", ""):
        made = admin.get("/v1/me", headers={"Request-Id": bad}).headers["Request-Id"]
        assert made != bad and len(made) == 36
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    assert admin.get("/v1/me", headers={"traceparent": trace}).headers["traceparent"] == trace


def test_a_path_that_names_nothing(admin, store):
    """Every id or day in a path that is none is 404, like one that is unknown; what is wrong in the query is told."""
    holidays, grants = f"/v1/stores/{store.id}/holidays", f"/v1/staff/{store.manager.id}/grants"
    for path in (f"{holidays}/2026-13-01", f"{holidays}/x", f"{holidays}/2026-01-01", f"{grants}/x", f"{grants}/{uuid7()}",
                 "/v1/staff/x/grants/y"):
        reply = admin.delete(path)
        assert (reply.status, reply.code) == (404, "not_found"), path
    assert admin.get("/v1/regions/x").status == admin.get(f"/v1/regions/{uuid7()}").status == 404
    wrong = admin.get("/v1/work-orders", params={"vehicle_id": "x"})
    assert (wrong.status, list(wrong.errors)) == (400, ["vehicle_id"])


def test_two_languages(admin):
    texts = {}
    for language in ("zh-CN,zh;q=0.9", "en;q=0.1, zh", "zh;q=0.1, en", "en", "fr", None):
        reply = admin.post("/v1/regions", {"code": "A b", "name": ""}, headers={"Accept-Language": language})
        texts[language] = (reply["title"], reply["errors"][1]["message"])
        assert reply.errors == {"/code": "bad_format", "/name": "too_short"}
    assert texts["zh-CN,zh;q=0.9"] == texts["en;q=0.1, zh"] == ("字段有误", "至少 1 个字符")
    assert texts["en"] == texts["zh;q=0.1, en"] == texts["fr"] == texts[None] == ("Fields are wrong", "must have at least 1 characters")
    assert admin.get("/v1/enums", expect=200)["store_kind"]["values"][0] == {"code": "own", "en": "Own", "zh": "直营"}


def test_reasons_of_all_kinds(admin):
    """G8, F3, P21: the sets of reasons with their labels in one read, which are those of the contract's code lists; a kind that is none is named."""
    enums, reasons = admin.get("/v1/enums", expect=200), admin.get("/v1/reason-codes", expect=200)
    assert reasons.json == {name: values for name, values in enums.json.items() if name.endswith(("_reason", "_cause"))}
    assert {"pause_reason", "promise_reason", "line_decline_reason", "leave_reason", "variance_reason", "no_show_reason", "void_reason", "refund_reason",
            "comeback_cause", "complaint_root_cause"} <= set(reasons.json)
    only = admin.get("/v1/reason-codes", params={"kind": "pause_reason"}, expect=200)
    assert list(only.json) == ["pause_reason"]
    assert {"code": "wait_part", "en": "Waits for a part", "zh": "等待配件"} in only["pause_reason"]["values"]
    refused = admin.get("/v1/reason-codes", params={"kind": "store_kind"}, expect=400)
    assert refused.errors == {"kind": "bad_value"}


def test_browsers_of_known_origins(admin, anyone):
    reply = admin.get("/v1/regions", headers={"Origin": ORIGIN}, expect=200)
    assert reply.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"ETag", "Link", "Location", "Request-Id", "Retry-After", "Idempotent-Replayed"} <= set(
        reply.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Origin" not in admin.get("/v1/regions", headers={"Origin": "https://evil.example"}).headers
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    preflight = anyone.request("OPTIONS", "/v1/regions", headers=asked)
    assert preflight.status == 204 and "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in preflight.headers["Access-Control-Allow-Headers"]
    # the answer depends on who asks, so a cache must know
    assert "Origin" in ", ".join(reply.headers.get_all("Vary"))


def test_tokens(anyone, chain):
    for header in (None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer " + "x" * 43, "Bearer \xe9"):
        reply = anyone.get("/v1/me", headers={"Authorization": header})
        assert (reply.status, reply.code) == (401, "unauthenticated"), header
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    token = chain.analyst.token
    assert anyone.get("/v1/me", headers={"Authorization": "bearer " + token}).status == 200


def test_documents_asked_for_at_once(store, chain):
    """Each reader gets the own document, whoever else waits for the same statement: also one that is not there, is
    another store's, or was merged into another."""
    advisor, trade = store.advisor, Trade(store)
    there = [trade.customer(name=f"客户{i}")["id"] for i in range(6)]
    other = Trade(chain.store()).customer()["id"]
    keep, gone = there[:2]
    chain.admin.post("/v1/customers/merge", {"keep_id": keep, "merge_id": gone}, expect=200)
    expected = {id: advisor.get(f"/v1/customers/{id}").body for id in there}
    assert json.loads(expected[gone])["id"] == keep
    asked = (there + [uuid7(), other]) * 6
    headers = {"Authorization": f"Bearer {advisor.token}"}
    connections = [http.client.HTTPConnection("127.0.0.1", advisor.port, timeout=30) for _ in asked]
    for connection in connections:
        connection.connect()
    for _ in range(10):
        for connection, id in zip(connections, asked):
            connection.request("GET", f"/v1/customers/{id}", headers=headers)
        for connection, id in zip(connections, asked):
            reply = connection.getresponse()
            body = reply.read()
            assert (reply.status, body) == (200, expected[id]) if id in expected else reply.status == 404, id
    for connection in connections:
        connection.close()
