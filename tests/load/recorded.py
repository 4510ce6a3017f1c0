# SPDX-License-Identifier: Apache-2.0
"""What the daemon says to PostgreSQL for one request, recorded from the server's log and made into a pgbench
script: the same statements, one by one, with the request's own ids replaced by fresh ones."""

import re
import time

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[(\d+)\] (LOG|DETAIL):  ", re.M)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


def key(kind, n):
    """The id of the large data set's n-th object of a kind (data.sql)."""
    head, tail = f"{1700000000000 + n * 7:012x}", f"{n:015x}"
    return f"{head[:8]}-{head[8:12]}-7{kind:03x}-8{tail[:3]}-{tail[3:]}"


def key_sql(kind, n):
    """The same for pgbench; n is an expression of its variables."""
    return (f"(lpad(to_hex(1700000000000 + ({n})::bigint * 7), 12, '0') || '7{kind:03x}8' || lpad(to_hex(({n})::bigint), 15, '0'))")


def record(log_path, send, marker):
    """Statements with their parameter values of the transaction in which `marker` was executed."""
    start = log_path.stat().st_size
    send()
    time.sleep(1)
    text = log_path.read_bytes()[start:].decode()
    found = [(m.group(1), m.group(2), m.end()) for m in ENTRY.finditer(text)]
    spans = [(pid, kind, text[at:(found[i + 1][2] if i + 1 < len(found) else len(text))])
             for i, (pid, kind, at) in enumerate(found)]
    spans = [(pid, kind, ENTRY.split(body)[0].rsplit("\n", 1)[0] if ENTRY.search(body) else body.rstrip("\n"))
             for pid, kind, body in spans]
    pid = next(pid for pid, _, body in spans if f"execute {marker}:" in body)
    mine = [(kind, body) for p, kind, body in spans if p == pid]
    statements = []
    for i, (kind, body) in enumerate(mine):
        m = re.match(r"duration: [\d.]+ ms  execute (\w+): (.*)", body, re.S)
        if kind != "LOG" or not m:
            continue
        values = {}
        if i + 1 < len(mine) and mine[i + 1][0] == "DETAIL":
            for v in re.finditer(r"\$(\d+) = (NULL|'(?:[^']|'')*')", mine[i + 1][1]):
                values[int(v.group(1))] = v.group(2)
        if m.group(1) == "transaction_begin":
            statements = []
        statements.append((m.group(1), m.group(2), values))
        if m.group(1) == "transaction_commit" and any(s[0] == marker for s in statements):
            return statements
    raise SystemExit(f"no {marker} was recorded")


def script(statements, known, unique):
    """pgbench's text.  known: {literal: SQL expression}; texts in `unique` get a suffix of their own; every other
    UUIDv7 was made by the request and is made anew."""
    fresh = {}

    def expression(literal, as_text):
        whole = literal != "NULL" and UUID.fullmatch(literal[1:-1]) and not as_text
        if literal == "NULL":
            return "NULL"
        parts, at = [], 0
        for m in UUID.finditer(literal):
            parts.append(literal[at:m.start()])
            at = m.end()
            if m.group() in known:
                parts.append(f"' || {known[m.group()]} || '")
            else:
                n = fresh.setdefault(m.group(), len(fresh))
                # ordered in time within a client, as UUIDv7 are
                parts.append(f"' || (lpad(to_hex(1790000000000 + :k::bigint), 12, '0') || '7{n:03x}8' || lpad(to_hex(:client_id::bigint * 100000000 + :k::bigint), 15, '0')) || '")
        parts.append(literal[at:])
        text = "".join(parts)
        for name in unique:
            text = text.replace(name, f"{name}' || :client_id::text || 'x' || :k::text || '")
        text = "(" + text.replace("'' || ", "").replace(" || ''", "") + ")"
        if UUID.search(literal) and re.fullmatch(r"'\{[0-9a-f\-\",NUL]*\}'", literal):
            return text + "::uuid[]"
        return text + "::uuid" if whole else text

    out = ["\\set k :k + 1", "\\set n random(0, :orders - 1)", "\\set p random(0, 4999) * 4"]
    for name, sql, values in statements:
        # settings are texts; elsewhere an id is a uuid
        sql = re.sub(r"\$(\d+)", lambda m: expression(values[int(m.group(1))], name == "principal_set"), sql)
        out.append(re.sub(r"(?<![:\w]):(?=[a-z_]+\b)(?!(k|n|p|client_id)\b)", ": ", sql) + ";")
    return "\n".join(out) + "\n"
