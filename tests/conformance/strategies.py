# SPDX-License-Identifier: Apache-2.0
"""Values for hypothesis, drawn from the contract's schemas: right ones, and ones that break one keyword."""

import datetime
import json
import random

from hypothesis import strategies as st

from fettle import uuid7
from shapes import INT_MAX, ITEMS_MAX, QUANTITY_MAX, TEXT_MAX, WRONG_TEXTS, fetch, plain

BODY_MAX = 900000  # octets of a body that is read in any case

LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Everything that a JSON text may hold but U+0000, which PostgreSQL has no place for.
ANY = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")
TYPES = {"object": st.just({}), "array": st.just([]), "string": st.text(ANY, min_size=1, max_size=5),
         "integer": st.integers(-9, 9), "boolean": st.booleans(), "null": st.none()}


def instants():
    """Within a year of today, at any offset."""
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    zones = st.integers(-14, 14).map(lambda h: datetime.timezone(datetime.timedelta(hours=h)))
    return st.builds(lambda s, zone: (now + datetime.timedelta(seconds=s)).astimezone(zone).isoformat(),
                     st.integers(-10 ** 7, 3 * 10 ** 7), zones)


def fresh(make):
    """A value of which no two draws are alike."""
    return st.builds(make)


def vin():
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789",
                      [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)]))
    text = [random.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(11)] + [random.choice("0123456789") for _ in range(6)]
    rest = sum(weight * values[c] for weight, c in zip(weights, text)) % 11
    text[8] = "X" if rest == 10 else str(rest)
    return "".join(text)


def plate():
    return "沪" + "".join(random.choices("ABCDEFGHJK", k=1) + random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=5))


def code(low, high, marks, first=LETTERS + LETTERS.upper() + "0123456789"):
    return st.builds(lambda head, tail: head + tail, st.sampled_from(first),
                     st.text(st.sampled_from(first + marks), min_size=max(low - 1, 0), max_size=min(high, 30) - 1))


def formatted(name, low, high):
    """Texts of a named format; the rules stand in the API's description."""
    length = {"min_size": max(low, 1), "max_size": high}
    return {
        "uuid": fresh(uuid7), "date-time": instants(), "date": st.dates(datetime.date(2020, 1, 1), datetime.date(2035, 1, 1)).map(str),
        "phone": fresh(lambda: "19" + str(random.randrange(10 ** 8, 10 ** 9))), "plate": fresh(plate), "vin": fresh(vin),
        "username": fresh(lambda: "u" + uuid7()[-12:]), "email": code(1, 20, ".-_").map(lambda t: t + "@example.com"),
        "clock": st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)), "code": code(low, high, ".-_"),
        "currency": st.text(st.sampled_from(LETTERS.upper()), min_size=3, max_size=3),
        "timezone": st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC", "Europe/Berlin"]), "token": code(low, high, "-_."),
        "id_number": st.text(st.sampled_from("0123456789"), **length).filter(len),
        "moment": st.one_of(instants(), st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 1, 1)).map(str)),
        "me_or_id": st.one_of(st.just("me"), fresh(uuid7)), "pin": st.text(st.sampled_from("0123456789"), **length)}[name]


def text(schema):
    low, high = schema.get("minLength", 0), schema.get("maxLength", TEXT_MAX)
    if "format" in schema:
        return formatted(schema["format"], low, high)
    plainly = st.text(ANY, min_size=low, max_size=min(high, low + 40))
    longest = st.builds(lambda c: c * high, st.sampled_from("x车😀"))
    # What must not be empty must not be blank.
    return st.one_of(plainly, longest).filter(lambda t: not low or any(c.isalnum() for c in t))


def bounds(schema):
    default = INT_MAX if schema["type"] == "integer" else QUANTITY_MAX
    return schema.get("minimum", -default), schema.get("maximum", default)


def number(schema):
    low, high = bounds(schema)
    if schema["type"] == "integer":
        unit = schema.get("multipleOf", 1)
        return st.one_of(st.integers(-(-low // unit), high // unit).map(lambda n: n * unit), st.sampled_from([low, high]))
    unit = round(schema.get("multipleOf", 0.001) * 1000)
    return st.integers(-(-round(low * 1000) // unit), round(high * 1000) // unit).map(lambda n: n * unit / 1000)


def right(contract, schema, base=None):
    """Values within the schema.  `base` is a right one: what refers to something is taken from it, or left out."""
    schema, nullable = plain(contract, schema)
    kind = schema.get("type")
    if "enum" in schema:
        made = st.sampled_from(schema["enum"])
    elif kind == "object" and "properties" in schema:
        made = members(contract, schema, base if isinstance(base, dict) else {})
    elif kind == "object":
        keys = st.text(ANY, min_size=1, max_size=64)
        made = st.dictionaries(keys, text(schema["additionalProperties"]), max_size=min(3, schema.get("maxProperties", 3)))
    elif kind == "array" and base:
        made = st.just(base) if isinstance(base[0], str) else st.tuples(*[right(contract, schema["items"], b) for b in base]).map(list)
    elif kind == "array":
        low, high = schema.get("minItems", 0), schema.get("maxItems", ITEMS_MAX)
        made = st.lists(right(contract, schema["items"]), min_size=low, max_size=min(high, low + 2),
                        unique_by=repr if schema.get("uniqueItems") else None)
    elif kind in ("integer", "number"):
        made = number(schema)
    elif kind == "boolean":
        made = st.booleans()
    else:
        made = text(schema)
    return st.one_of(made, st.none()) if nullable else made


def refers(contract, schema):
    """Does the schema name something that must be there?"""
    schema, _ = plain(contract, schema)
    if schema.get("type") == "array":
        return refers(contract, schema["items"])
    return schema.get("format") in ("uuid", "me_or_id") or any(refers(contract, s) for s in schema.get("properties", {}).values())


def members(contract, schema, base):
    fixed, free = {}, {}
    for name, sub in schema["properties"].items():
        if name in ("id", "version"):
            continue  # an id of the client's own is drawn below; the version is told by If-Match
        if name in base and (refers(contract, sub) and not isinstance(base[name], (dict, list))):
            fixed[name] = st.just(base[name])
        elif name in base:
            fixed[name] = st.one_of(st.just(base[name]), right(contract, sub, base[name]))
        elif name in schema.get("required", []):
            fixed[name] = right(contract, sub)
        elif not refers(contract, sub):
            free[name] = right(contract, sub)
    if "id" in schema["properties"]:
        free["id"] = fresh(uuid7)
    return st.fixed_dictionaries(fixed, optional=free)


def calls(contract, op, prepared):
    """(body, query) of right calls."""
    _, _, body, options = prepared
    params = options.get("params", {})
    query = {p["name"]: p["schema"] for p in op.parameters if p["in"] == "query" and p["name"] not in ("cursor", "version")}
    free = {name: right(contract, sub) for name, sub in query.items() if name not in params}
    bodies = right(contract, op.body, body) if op.body and body is not None else st.just(body)
    return st.tuples(bodies, st.fixed_dictionaries({n: st.just(v) for n, v in params.items()}, optional=free).map(as_text))


def as_text(query):
    """As it stands in a URL."""
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in query.items() if value is not None}


# --- Broken ones -----------------------------------------------------------------------------------

def breaks(contract, schema):
    """(keyword, strategy of values that break it and nothing else)."""
    schema, nullable = plain(contract, schema)
    kind = schema.get("type")
    others = [made for name, made in TYPES.items()
              if name != kind and not (name == "null" and nullable) and not (kind == "number" and name == "integer")]
    yield "type", st.one_of(others)
    if "enum" in schema:
        yield "enum", st.text(ANY, max_size=20).filter(lambda t: t not in schema["enum"])
    elif kind in ("integer", "number"):
        low, high = bounds(schema)
        yield "minimum", st.integers(low - 10 ** 6, low - 1) if isinstance(low, int) else st.integers(-10 ** 6, 0).map(lambda n: n - 1)
        yield "maximum", st.integers(int(high) + 1, int(high) + 10 ** 6)
        if kind == "integer":
            yield "type", st.integers(1, 9).map(lambda n: max(low, 0) + n / 10)
        else:
            yield "multipleOf", st.integers(1, 9).map(lambda n: 1 + n / 10000)
    elif kind == "array":
        item = right(contract, schema["items"])
        if schema.get("minItems"):
            yield "minItems", st.just([])
        many = schema.get("maxItems", ITEMS_MAX) + 1
        # (a body that is too large is refused before its items are counted)
        yield "maxItems", item.filter(lambda one: many * len(json.dumps(one)) < BODY_MAX).map(lambda one: [one] * many)
    elif kind == "object" and "properties" not in schema:
        yield "maxProperties", st.just({f"k{n}": "v" for n in range(schema.get("maxProperties", 50) + 1)})
        yield "propertyNames", st.sampled_from([{"": "v"}, {"k" * 65: "v"}])
        yield "additionalProperties", st.one_of(st.integers(-INT_MAX, INT_MAX), st.none(), st.just([])).map(lambda value: {"k": value})
    elif kind == "string":
        low, high = schema.get("minLength", 0), schema.get("maxLength", TEXT_MAX)
        if "format" in schema and schema["format"] in WRONG_TEXTS:
            fits = [t for t in WRONG_TEXTS[schema["format"]] if t and low <= len(t) <= high] or ["x" * max(low, 1)]
            yield "format", st.sampled_from(fits)
        if schema.get("format") not in ("uuid", "date-time", "date"):
            yield "maxLength", st.builds(lambda c, n: c * (high + n), st.sampled_from("x车"), st.integers(1, 50))
            if low:
                yield "minLength", st.integers(0, low).map(lambda n: " " * n)


def positions(contract, schema, base, pointer=""):
    """(pointer, schema, whether required) of every member of every object that stands in the base."""
    schema, _ = plain(contract, schema)
    for name, sub in schema.get("properties", {}).items():
        at = f"{pointer}/{name}"
        yield at, sub, name in schema.get("required", [])
        below, _ = plain(contract, sub)
        value = base.get(name)
        if below.get("type") == "object" and isinstance(value, dict):
            yield from positions(contract, below, value, at)
        if below.get("type") == "array" and value:
            yield at + "/0", below["items"], False
            if isinstance(value[0], dict):
                yield from positions(contract, below["items"], value[0], at + "/0")


def holders(contract, schema, base, pointer=""):
    """Pointers of the objects that stand in the base and are closed."""
    yield pointer
    for at, sub, _ in positions(contract, schema, base, pointer):
        if plain(contract, sub)[0].get("properties"):
            try:
                if isinstance(fetch(base, at), dict):
                    yield at
            except (KeyError, IndexError):
                pass


MISSING = object()


def broken_members(contract, schema, base):
    """Strategy of (pointer, keyword, value) that spoil a right body; the value MISSING takes the member away."""
    ways = []
    for pointer, sub, required in positions(contract, schema, base):
        for keyword, values in breaks(contract, sub):
            ways.append(st.tuples(st.just(pointer), st.just(keyword), values))
        if required:
            ways.append(st.just((pointer, "required", MISSING)))
    for pointer in holders(contract, schema, base):
        ways.append(st.tuples(st.just(pointer + "/never_heard_of"), st.just("additionalProperties"),
                              st.one_of(*TYPES.values())))
    return st.one_of(ways)


def broken_parameters(contract, op):
    """Strategy of (name, keyword, text) that spoil a right query."""
    ways = [st.just(("never_heard_of", "additionalProperties", "1"))]
    for parameter in op.parameters:
        if parameter["in"] != "query":
            continue
        schema, _ = plain(contract, parameter["schema"])
        if parameter.get("required"):
            ways.append(st.just((parameter["name"], "required", MISSING)))
        if schema.get("type") == "array":
            schema, _ = plain(contract, schema["items"])
        for keyword, values in breaks(contract, schema):
            if keyword == "type" and schema["type"] in ("integer", "number", "boolean"):
                values = st.sampled_from(["x", "1.5.2", "yes", "--1"])
            elif keyword == "type":
                continue  # everything is a text there
            elif keyword == "maxLength":
                values = values.map(lambda t: "x" * len(t))  # a target has its own limit, in octets
            ways.append(st.tuples(st.just(parameter["name"]), st.just(keyword), values.filter(lambda v: v != "" and "," not in str(v))))
    return st.one_of(ways)
