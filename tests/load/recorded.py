# SPDX-License-Identifier: Apache-2.0
"""What the daemon says to PostgreSQL for a request, recorded from the server's log and made into pgbench's text: the
same statements, the principal's among them.  A read's go out in one pipeline as in the daemon's lanes; a command's one by one."""
import re

from cluster import STORES

ENTRY = re.compile(r"^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[(\d+)\] (\w+):  ", re.M)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
BEGINS = ("transaction_begin", "principal_set")


def groups(text):
    """[(name, sql, {number: literal})] of each transaction in a log."""
    parts = ENTRY.split(text)
    of = {}
    for pid, kind, body in zip(parts[1::3], parts[2::3], parts[3::3]):
        of.setdefault(pid, []).append((kind, body.rstrip("\n")))
    for entries in of.values():
        group = []
        for i, (kind, body) in enumerate(entries):
            m = re.match(r"duration: [\d.]+ ms  execute (\S+): (.*)", body, re.S)
            if kind != "LOG" or not m:
                continue
            values = {}
            if i + 1 < len(entries) and entries[i + 1][0] == "DETAIL":
                for v in re.finditer(r"\$(\d+) = (NULL|'(?:[^']|'')*')", entries[i + 1][1]):
                    values[int(v.group(1))] = v.group(2)
            inside = group and group[0][0] == "transaction_begin" and group[-1][0] != "transaction_commit"
            if m.group(1) in BEGINS and not (inside and m.group(1) == "principal_set"):
                if group:
                    yield group
                group = []
            group.append((m.group(1), m.group(2), values))
        if group:
            yield group


def having(text, marker):
    return [g for g in groups(text) if any(name == marker or sql.startswith(marker) or (" " in marker and marker in sql) for name, sql, _ in g)]


def plain(group):
    """A read with its own values; one Sync at its end makes it one transaction."""
    lines = ["\\startpipeline"]
    for name, sql, values in group:
        lines.append(inline(sql, values, name, lambda literal, as_text: literal) + ";")
    return "\n".join(lines + ["\\endpipeline"]) + "\n"


def inline(sql, values, name, expression):
    # settings are texts; elsewhere an id is a uuid
    text = re.sub(r"\$(\d+)", lambda m: expression(values[int(m.group(1))], name == "principal_set"), sql)
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    # what pgbench would take for a variable of its own
    return re.sub(r"(?<![:\w]):(?=[a-z_]+\b)(?!(k|s|r|p|client_id)\b)", ": ", text)


def key_sql(kind, n):
    return f"(lpad(to_hex(1700000000000 + ({n})::bigint * 7), 12, '0') || '7{kind:03x}8' || lpad(to_hex(({n})::bigint), 15, '0'))"


def of_set(uuid, store, sizes):
    """An object of the data set, as that of any store: (kind, its number as SQL); None: the request has made the id."""
    digits = uuid.replace("-", "")
    kind, n = int(digits[13:16], 16), int(digits[17:], 16)
    if int(digits[:12], 16) != 1700000000000 + n * 7:
        return None
    whole = {7: "customers", 8: "vehicles", 11: "orders"}.get(kind)
    if whole:
        n = f"({n - store} + {STORES} * :r) % {sizes[whole]} + :s"
    elif kind == 10:
        n = f"({n} + :p) % {sizes['parts']}"
    elif kind == 14 or (kind == 4 and n >= 1000):
        n = f"{n - store * 4} + 4 * :s"
    elif kind in (2, 3, 4, 6):
        n = f"{n - store} + :s"
    return key_sql(kind, n)


def script(group, store, sizes, texts, unique):
    """A command for random stores, customers and parts.  texts: {beginning of a literal: SQL}; texts in `unique` get a
    suffix of their own; ids that the request made are made anew, ordered in time within a client."""
    fresh = {}

    def id_sql(uuid):
        n = fresh.setdefault(uuid, len(fresh))
        return f"(lpad(to_hex(1790000000000 + :k::bigint), 12, '0') || '7{n:03x}8' || lpad(to_hex(:client_id::bigint * 100000000 + :k::bigint), 15, '0'))"

    def expression(literal, as_text):
        if literal == "NULL":
            return "NULL"
        for begin, sql in texts.items():
            if literal[1:].replace("T", " ").startswith(begin):
                return sql
        text = UUID.sub(lambda m: f"' || {of_set(m.group(), store, sizes) or id_sql(m.group())} || '", literal)
        for name in unique:
            text = text.replace(name, f"{name}' || :client_id::text || 'x' || :k::text || '")
        text = "(" + text.replace("'' || ", "").replace(" || ''", "") + ")"
        if UUID.search(literal) and re.fullmatch(r"'\{[0-9a-f\-\",NUL]*\}'", literal):
            return text + "::uuid[]"
        return text + "::uuid" if UUID.fullmatch(literal[1:-1]) and not as_text else text

    out = ["\\set k :k + 1", f"\\set s random(0, {STORES - 1})", f"\\set r random(0, {sizes['orders'] // STORES - 1})",
           f"\\set p random(0, {sizes['parts'] - 1}) / 2 * 2"]
    return "\n".join(out + [inline(sql, values, name, expression) + ";" for name, sql, values in group]) + "\n"
