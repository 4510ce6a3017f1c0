# SPDX-License-Identifier: Apache-2.0
"""Values made from the contract's schemas: right ones, and wrong ones with the code they must get."""

import copy
import time

from fettle import uuid7

# A right text of each format.
TEXTS = {
    "uuid": None, "date-time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600)), "date": "2026-11-21", "phone": "13900001111", "plate": "沪A12345",
    "vin": "LATPAB071W1005301", "username": "somebody", "email": "a@b.cn", "clock": "08:30", "code": "CODE1",
    "currency": "CNY", "timezone": "Asia/Shanghai", "token": "token", "id_number": "310101199001011234", "pin": "2580"}
# Wrong texts of formats that a length does not find.
WRONG_TEXTS = {
    "uuid": ["", "x", "00000000-0000-0000-0000-000000000000", "019abf2e7c0070008000000000000001"],
    "date-time": ["", "2026-11-21", "2026-02-30T00:00:00Z", "2026-11-21T08:00:00", "2026-11-21T25:00:00Z", "now"],
    "date": ["", "2026-02-30", "2026-1-1", "21.11.2026", "2026-11-21T08:00:00Z"],
    "clock": ["25:00", "08:60", "8:300"], "phone": ["abc12345"], "vin": ["I" * 17], "email": ["nobody"],
    "code": ["a b", "-a", "ä"], "username": ["a b"], "timezone": ["Here"], "currency": ["cny"], "pin": ["12a4"]}
INT_MAX, TEXT_MAX, ITEMS_MAX, QUANTITY_MAX = 2 ** 53, 500, 200, 10 ** 9


def right(contract, schema):
    """A value within the schema, with every member."""
    schema, _ = plain(contract, schema)
    kind = schema.get("type")
    if "enum" in schema:
        return schema["enum"][0]
    if kind == "object":
        return {name: right(contract, sub) for name, sub in schema.get("properties", {}).items()}
    if kind == "array":
        return [right(contract, schema["items"])] * max(1, schema.get("minItems", 0))
    if kind in ("integer", "number"):
        low = schema.get("minimum", 1)
        return low if low > 0 else min(1, schema.get("maximum", 1))
    if kind == "boolean":
        return True
    text = TEXTS.get(schema.get("format"), "x") or uuid7()
    if schema.get("format") not in TEXTS:
        text = (schema.get("examples") or ["x" * max(1, schema.get("minLength", 0))])[0]
    return text


def plain(contract, schema):
    """The schema without references and null, and whether null is allowed."""
    nullable = False
    schema = contract.resolve(schema)
    while "anyOf" in schema:
        nullable = nullable or any(s.get("type") == "null" for s in schema["anyOf"])
        schema = contract.resolve(next(s for s in schema["anyOf"] if s.get("type") != "null"))
    if isinstance(schema.get("type"), list):
        nullable = True
        schema = {**schema, "type": next(t for t in schema["type"] if t != "null")}
    return schema, nullable


def wrong_values(contract, schema):
    """(value, code) pairs: just beyond each limit, of another type, of no code, of no format."""
    schema, nullable = plain(contract, schema)
    kind = schema.get("type")
    if not nullable:
        yield None, "wrong_type"
    if kind == "object":
        yield "x", "wrong_type"
        yield [], "wrong_type"
    elif kind == "array":
        yield "x", "wrong_type"
        yield {}, "wrong_type"
        item = right(contract, schema["items"])
        yield [item] * (schema.get("maxItems", ITEMS_MAX) + 1), "too_many"
        if schema.get("minItems"):
            yield [], "too_few"
    elif kind in ("integer", "number"):
        unit = 1 if kind == "integer" else 0.001
        limit = INT_MAX if kind == "integer" else QUANTITY_MAX
        yield schema.get("maximum", limit) + 1, "too_large"
        yield schema.get("minimum", -limit) - 1, "too_small"
        yield "1", "wrong_type"
        yield True, "wrong_type"
        yield right(contract, schema) + unit / 4, "wrong_type" if kind == "integer" else "not_multiple"
    elif kind == "boolean":
        yield "true", "wrong_type"
        yield 1, "wrong_type"
    else:
        yield 7, "wrong_type"
        yield {}, "wrong_type"
        if "enum" in schema:
            yield "no such code", "bad_code"
            yield schema["enum"][0].upper() + "_", "bad_code"
        else:
            for text in WRONG_TEXTS.get(schema.get("format"), []):
                fits = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", TEXT_MAX)
                if fits or schema["format"] in ("uuid", "date-time", "date"):
                    yield text, "bad_format"
            if schema.get("format") not in ("uuid", "date-time", "date"):
                yield "x" * (schema.get("maxLength", TEXT_MAX) + 1), "too_long"
                if schema.get("minLength", 0) > 0:
                    yield "", "too_short"
                    yield "   "[:schema.get("maxLength", 3)], "too_short"


def members(contract, schema, pointer=""):
    """(pointer, schema) of every member of an object, those of nested objects and arrays too."""
    schema, _ = plain(contract, schema)
    for name, sub in schema.get("properties", {}).items():
        at = f"{pointer}/{name}"
        yield at, sub
        sub, _ = plain(contract, sub)
        if sub.get("type") == "array":
            item, _ = plain(contract, sub["items"])
            if item.get("type") == "object":
                yield from members(contract, item, at + "/0")
            else:
                yield at + "/0", item
        elif sub.get("type") == "object" and "properties" in sub:
            yield from members(contract, sub, at)


def step(holder, name):
    return holder[int(name)] if isinstance(holder, list) else holder[name]


def fetch(body, pointer):
    """What stands at a JSON Pointer; KeyError or IndexError when nothing does."""
    for name in pointer.split("/")[1:]:
        body = step(body, name)
    return body


def changed(body, pointer, value):
    """A copy of the body with another value at a pointer whose parent is there."""
    body = copy.deepcopy(body)
    *path, last = pointer.split("/")[1:]
    holder = body
    for name in path:
        holder = step(holder, name)
    if isinstance(holder, list):
        holder[int(last)] = value
    else:
        holder[last] = value
    return body
