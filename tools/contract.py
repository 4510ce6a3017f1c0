#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Turn api-spec/*.yaml and lib/*/*.sql into the C tables the daemon is made of.

Writes into --out: openapi.json (the bundled contract), contract.[ch] (operations, permissions,
roles, enumerations, body and parameter structs with their shapes), err.[ch] (problems),
statements.[ch] (SQL).  The shorthand of the YAML files is described in api-spec/README.md.
"""
import argparse
import copy
import json
import pathlib
import re
import sys

import yaml

METHODS = ("get", "post", "put", "patch", "delete")
C_KEYWORDS = {"default", "register", "case", "switch", "return", "int", "long", "short", "char",
              "signed", "unsigned", "const", "static", "union", "struct", "enum", "for", "while",
              "do", "if", "else", "goto", "break", "continue", "auto", "extern", "void", "inline"}
FORMATS = ("phone", "plate", "vin", "username", "email", "clock", "code", "currency", "timezone", "token",
           "id_number", "moment", "me_or_id", "pin")
KEYWORDS = {"type", "enum", "required", "minimum", "maximum", "minLength", "maxLength", "multipleOf",
            "items", "minItems", "maxItems", "uniqueItems", "properties", "format",
            "additionalProperties", "propertyNames", "maxProperties", "minProperties", "description", "examples", "title",
            "x-labels", "x-may-grow", "x-name", "x-order", "default"}
QTY_MAX = 10 ** 9
INT_MAX = 2 ** 53


class ContractError(Exception):
    pass


VERSIONED = ("patch", "put")  # need the version that was read; DELETE takes it


def snake(name):
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).replace("-", "_").lower()


def upper(name):
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def member_name(name):
    return name + "_" if name in C_KEYWORDS else name


def c_string(text):
    if text is None:
        return "NULL"
    out = []
    for byte in text.encode():
        ch = chr(byte)
        if ch == '"' or ch == "\\":
            out.append("\\" + ch)
        elif ch == "\n":
            out.append("\\n")
        elif 32 <= byte < 127 and ch != "?":
            out.append(ch)
        else:
            out.append("\\%03o" % byte)
    text = "".join(out)
    # C compilers must take 4095 characters; long texts are written as adjacent literals
    pieces, start = [], 0
    while start < len(text):
        end = min(start + 1000, len(text))
        while end < len(text) and "\\" in text[max(start, end - 4):end]:
            end += 1
        pieces.append('"' + text[start:end] + '"')
        start = end
    return "\n\t\t".join(pieces) or '""'


# ---------------------------------------------------------------- bundling

class Contract:
    def __init__(self, folder):
        self.doc = {"openapi": "3.1.0"}
        self.problems = {}
        self.constraints = {}
        self.permissions = {}
        self.roles = {}
        self.store_kinds = {}
        self.tablet = []
        for path in sorted(pathlib.Path(folder).glob("*.yaml")):
            part = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            if path.name == "problems.yaml":
                self.merge({"x-problems": part["problems"]}, path.name)
            elif path.name == "permissions.yaml":
                self.permissions, self.roles = part["permissions"], part["roles"]
                self.store_kinds, self.tablet = part["store_kinds"], part["tablet"]
                self.merge({"components": {"schemas": {
                    "Permission": {"x-enum": self.permissions, "x-may-grow": True},
                    "Role": {"x-enum": {r: info["label"] for r, info in self.roles.items()}},
                    "StoreKind": {"x-enum": {k: info["label"] for k, info in self.store_kinds.items()}}}}}, path.name)
            else:
                self.merge(part, path.name)
        self.schemas = self.doc["components"]["schemas"]
        for name in list(self.schemas):
            self.schemas[name] = self.expand_schema(self.schemas[name], name)
        self.operations = []
        for path, item in self.doc["paths"].items():
            for method in METHODS:
                if method in item:
                    item[method] = self.expand_operation(path, method, item[method])
                    self.operations.append((path, method, item[method]))
        self.operations.sort(key=lambda o: o[2]["operationId"])
        self.expand_roles()
        self.expand_reach()

    def merge(self, part, name):
        for key, value in part.items():
            if key == "paths":
                paths = self.doc.setdefault("paths", {})
                for path, item in value.items():
                    if path in paths:
                        raise ContractError(f"{name}: path {path} is written twice")
                    paths[path] = item
            elif key == "components":
                for kind, entries in value.items():
                    into = self.doc.setdefault("components", {}).setdefault(kind, {})
                    for entry, body in (entries or {}).items():
                        if entry in into:
                            raise ContractError(f"{name}: {kind}/{entry} is written twice")
                        into[entry] = body
            elif key in ("x-problems", "x-constraints"):
                into = self.problems if key == "x-problems" else self.constraints
                twice = set(into) & set(value)
                if twice:
                    raise ContractError(f"{name}: {sorted(twice)} are written twice")
                into.update(value)
            elif key == "tags":
                self.doc.setdefault("tags", []).extend(value)
            else:
                self.doc[key] = value

    def permissions_like(self, patterns, where):
        wanted = []
        for pattern in patterns:
            if pattern.startswith("@"):
                wanted += self.roles[pattern[1:]]["expanded"]
                continue
            drop = pattern.startswith("!")
            rule = re.compile(re.escape(pattern.lstrip("!")).replace(r"\*", ".*") + "$")
            hit = [p for p in self.permissions if rule.match(p)]
            if not hit:
                raise ContractError(f"{where}: {pattern} names no permission")
            wanted = [p for p in wanted if p not in hit] if drop else wanted + hit
        return sorted(set(wanted))

    def expand_roles(self):
        for role, info in self.roles.items():
            info["expanded"] = self.permissions_like(info["permissions"], f"role {role}")

    def expand_reach(self):
        told = []
        for kind, info in self.store_kinds.items():
            info["expanded"] = self.permissions_like(info.get("reach", ["*"]), f"reach into {kind}")
            if "reach" in info:
                told.append(f"into a store of the kind {kind} only: {', '.join(info['expanded'])}")
        self.schemas["StoreKind"]["description"] = f"Rights granted for a region or the chain reach {'; '.join(told)}."

    def ref(self, text, where):
        nullable = text.endswith("?")
        name = text.rstrip("?")
        if name not in self.doc["components"]["schemas"]:
            raise ContractError(f"{where}: no schema {name}")
        ref = {"$ref": "#/components/schemas/" + name}
        return {"anyOf": [ref, {"type": "null"}]} if nullable else ref

    def expand_schema(self, schema, where):
        if isinstance(schema, str):
            return self.ref(schema, where)
        if isinstance(schema, list):
            return {"type": "array", "items": self.expand_schema(schema[0], where)}
        if not isinstance(schema, dict):
            raise ContractError(f"{where}: not a schema")
        schema = dict(schema)
        if "x-enum" in schema:
            labels = schema.pop("x-enum")
            schema = {"type": "string", "enum": [str(k) for k in labels],
                      "x-labels": {str(k): v for k, v in labels.items()}, **schema}
            for code, pair in schema["x-labels"].items():
                if not isinstance(pair, list) or len(pair) != 2:
                    raise ContractError(f"{where}: {code} needs an English and a Chinese label")
        if "x-reply" in schema:
            schema = {"type": "object", "properties": schema.pop("x-reply"), **schema}
            schema.setdefault("required", list(schema["properties"]))
            schema.setdefault("additionalProperties", False)
        if "x-with" in schema:                      # all that another schema has, and more
            base = self.expand_schema(self.doc["components"]["schemas"][schema.pop("x-with")], where)
            schema["properties"] = {**base["properties"], **schema["properties"]}
            schema["required"] = list(base["required"]) + list(schema.get("required", []))
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for key in ("items",):
            if key in schema:
                schema[key] = self.expand_schema(schema[key], where)
        for key in ("properties",):
            if key in schema:
                schema[key] = {k: self.expand_schema(v, f"{where}.{k}") for k, v in schema[key].items()}
        if isinstance(schema.get("additionalProperties"), (dict, str)):
            schema["additionalProperties"] = self.expand_schema(schema["additionalProperties"], where)
            if schema["additionalProperties"].get("type") == "string":      # a map of texts
                schema.setdefault("propertyNames", {"minLength": 1, "maxLength": 64})
        for key in ("anyOf", "oneOf"):
            if key in schema:
                schema[key] = [self.expand_schema(s, where) for s in schema[key]]
        return schema

    def expand_operation(self, path, method, op):
        name = op.get("operationId") or "?"
        where = f"{method} {path} ({name})"
        op = copy.deepcopy(op)
        params = [self.expand_parameter(p, where) for p in op.get("parameters", [])]
        have = {p["name"] for p in params}
        for segment in re.findall(r"\{(\w+)\}", path):
            if segment not in have:
                if segment not in ("id",):
                    raise ContractError(f"{where}: path parameter {segment} is not described")
                params.insert(0, {"name": "id", "in": "path", "required": True,
                                  "schema": {"$ref": "#/components/schemas/Id"}})
        responses = {}
        if "x-list" in op:
            for common in ("limit", "cursor", "count", "updated_after", "after_position"):
                if common not in have and common not in op.get("x-without", []):
                    params.append(copy.deepcopy(self.doc["components"]["parameters"][common]))
            if "x-sort" in op:
                params.append(self.sort_parameter(name, op["x-sort"]))
            item = self.expand_schema(op["x-list"], where)
            responses["200"] = self.response("A page, in a stable order.", {
                "type": "object", "required": ["data", "next_cursor", "position"],
                "additionalProperties": False,
                "properties": {"data": {"type": "array", "items": item},
                               "next_cursor": {"type": ["string", "null"]},
                               "position": {"type": ["string", "null"]},
                               "count": {"$ref": "#/components/schemas/Count"}}})
        for key, status, text in (("x-one", "200", "The object as it is now."),
                                  ("x-created", "201", "Created; `Location` names it."),
                                  ("x-accepted", "202", "Accepted; poll `Location`."),
                                  ("x-raw", "200", "The content.")):
            if key in op:
                if key == "x-raw":
                    responses[status] = {"description": text, "content": {
                        kind: {"schema": {"type": "string", "format": "binary"}} for kind in op[key]}}
                else:
                    responses[status] = self.response(text, self.expand_schema(op[key], where))
        if op.get("x-empty"):
            responses["204"] = {"description": "Done; there is nothing to say."}
        if "x-body" in op:
            body = self.expand_schema(op["x-body"], where)
            content = {"schema": body}
            if "x-example" in op:
                content["example"] = op.pop("x-example")
            kinds = ["application/json"] + ["application/merge-patch+json"] * (method == "patch")
            op["requestBody"] = {"required": not op.get("x-body-optional", False),
                                 "content": {kind: content for kind in kinds}}
        elif method == "post" and "x-spool" not in op:
            op["requestBody"] = {"required": False, "content": {"application/json": {
                "schema": {"type": "object", "properties": {}, "additionalProperties": False}}}}
        if "x-spool" in op:
            op["requestBody"] = {"required": True, "content": {
                kind: {"schema": {"type": "string", "format": "binary"}} for kind in op["x-spool"]["types"]}}
        if method == "post" and op.get("x-idempotent", True):
            params.append({"$ref": "#/components/parameters/IdempotencyKey"})
        if method in VERSIONED or method in ("post", "delete") and "{id}" in path or op.get("x-if-match"):
            op["x-if-match"] = True
            params.append({"$ref": "#/components/parameters/IfMatch"})
        if method == "get":
            params.append({"$ref": "#/components/parameters/IfNoneMatch"})
        op["parameters"] = params
        for status, reply in op.get("responses", {}).items():
            responses[status] = {**responses.get(status, {}), **reply}
        op["responses"] = responses
        for status, reply in op["responses"].items():
            reply["headers"] = {**self.headers(path, method, op, status, reply), **reply.get("headers", {})}
        if method == "get":
            op["responses"].setdefault("304", {"$ref": "#/components/responses/NotModified"})
        for wrong in ("4XX", "5XX"):
            op["responses"].setdefault(wrong, {"$ref": "#/components/responses/Problem"})
        if "tags" not in op:
            op["tags"] = [path.split("/")[2] if path.startswith("/v1/") else "operations"]
        auth = op.get("x-auth", "token")
        if auth == "token" and "x-permission" not in op:
            raise ContractError(f"{where}: no x-permission")
        if auth in ("none", "link"):
            op["security"] = []
        if not any(status.startswith("2") for status in responses):
            raise ContractError(f"{where}: no reply described")
        if op.get("x-critical", True) is not True or "x-critical" in op and "x-hashes" in op:
            raise ContractError(f"{where}: x-critical is true or not there, and not beside x-hashes")
        if "x-permission" in op:
            perms = op["x-permission"]
            for perm in perms if isinstance(perms, list) else [perms]:
                if perm not in self.permissions and perm != "any":
                    raise ContractError(f"{where}: permission {perm} is not in permissions.yaml")
        if auth != "token" and {"x-permission-when", "x-permission-beyond"} & set(op):
            raise ContractError(f"{where}: a further permission is of somebody known")
        if op.get("x-permission-beyond", next(iter(self.permissions))) not in self.permissions:
            raise ContractError(f"{where}: {op['x-permission-beyond']} is not in permissions.yaml")
        return op

    def expand_parameter(self, param, where):
        if isinstance(param, str):
            if param not in self.doc["components"]["parameters"]:
                raise ContractError(f"{where}: no parameter {param}")
            return copy.deepcopy(self.doc["components"]["parameters"][param])
        param = dict(param)
        param.setdefault("in", "query")
        param["schema"] = self.expand_schema(param["schema"], where)
        if param["schema"].get("type") == "array" and param["in"] == "query":
            param.setdefault("style", "form")
            param.setdefault("explode", True)
        return param

    @staticmethod
    def headers(path, method, op, status, reply):
        """What the daemon says in the head of a good reply."""
        repeatable = method == "post" and op.get("x-idempotent", True)
        said = {"Request-Id": True, "Vary": True, "traceparent": True, "ETag": "content" in reply,
                "Location": status in ("201", "202"), "Idempotent-Replayed": repeatable,
                "RateLimit": path.startswith("/v1/"), "RateLimit-Policy": path.startswith("/v1/")}
        headers = {name: {"$ref": "#/components/headers/" + name} for name, so in said.items() if so}
        if method == "post" and not repeatable and "ETag" in headers:   # tokens have none
            headers["ETag"] = {"$ref": "#/components/headers/ETag-optional"}
        return headers

    @staticmethod
    def sort_parameter(name, orders):
        """The orders a list can be had in, the usual one first."""
        return {"name": "sort", "in": "query",
                "description": f"The order; `-`: the last first. Usually `{orders[0]}`.",
                "schema": {"type": "string", "enum": list(orders), "default": orders[0],
                           "x-name": snake(name) + "_sort", "x-order": True}}

    @staticmethod
    def response(text, schema):
        return {"description": text, "content": {"application/json": {"schema": schema}}}

    def resolve(self, schema):
        """Follow $ref, keep what stands beside it; returns (name or None, schema, nullable)."""
        name, nullable = None, False
        for _ in range(10):
            if "anyOf" in schema:
                rest = [s for s in schema["anyOf"] if s.get("type") != "null"]
                if len(rest) != 1:
                    raise ContractError(f"anyOf is only supported with null: {schema}")
                nullable = nullable or len(rest) < len(schema["anyOf"])
                schema = rest[0]
            elif "$ref" in schema:
                name = schema["$ref"].rsplit("/", 1)[1]
                beside = {k: v for k, v in schema.items() if k != "$ref"}
                schema = {**self.schemas[name], **beside}
            else:
                break
        if isinstance(schema.get("type"), list):
            types = [t for t in schema["type"] if t != "null"]
            if len(types) != 1:
                raise ContractError(f"one type, and null beside it if need be: {schema}")
            nullable = nullable or "null" in schema["type"]
            schema = {**schema, "type": types[0]}
        return name, schema, nullable


# ---------------------------------------------------------------- C tables

class Generator:
    def __init__(self, contract):
        self.contract = contract
        self.enums = {}                              # C name -> (schema, values)
        self.shapes = {}                             # C name -> list of members
        self.order = []
        self.params = {}                             # SQL parameter name -> (parent, member, has)
        self.literals = {"limit"}                    # those of codes or truth values in a query

    def enum_of(self, name, schema, fallback):
        c_name = snake(schema.get("x-name") or name or fallback)
        if c_name in self.enums and self.enums[c_name]["enum"] != schema["enum"]:
            raise ContractError(f"two enumerations are called {c_name}")
        self.enums[c_name] = schema
        return c_name

    def spare(self, c_name, *words):
        """The enumerator for what is no code of an enumeration: of the first word that is none of its codes."""
        codes = {upper(v) for v in self.enums[c_name]["enum"]}
        free = [word for word in words if word not in codes]
        if not free:
            raise ContractError(f"{c_name}: one of {words} must not be a code")
        return f"{upper(c_name)}_{free[0]}"

    def shape_of(self, c_name, schema):
        if c_name in self.shapes:
            return
        self.shapes[c_name] = None
        required = set(schema.get("required", []))
        unknown = required - set(schema.get("properties", {}))
        if unknown:
            raise ContractError(f"{c_name}: required but not described: {unknown}")
        members = [self.member(c_name, prop, sub, prop in required)
                   for prop, sub in schema.get("properties", {}).items()]
        self.shapes[c_name] = members
        self.order.append(c_name)

    def member(self, owner, prop, sub, required):
        name, schema, nullable = self.contract.resolve(sub)
        where = f"{owner}.{prop}"
        m = {"name": prop, "c": member_name(prop), "required": required, "nullable": nullable,
             "array": False, "min": None, "max": None, "min_items": 0, "max_items": 0, "unique": False,
             "multiple": 0, "format": "NONE", "enum": None, "object": None}
        if schema.get("type") == "array":
            m["array"] = True
            m["min_items"] = schema.get("minItems", 0)
            m["max_items"] = schema.get("maxItems", 200)
            m["unique"] = schema.get("uniqueItems", False)
            name, schema, inner_null = self.contract.resolve(schema["items"])
            if inner_null:
                raise ContractError(f"{where}: null in an array is not supported")
        extra = set(schema) - KEYWORDS
        if extra:
            raise ContractError(f"{where}: keywords {sorted(extra)} are not supported")
        kind = schema.get("type")
        if nullable and (kind in ("number", "boolean") or m["array"]):
            raise ContractError(f"{where}: null is not supported here")
        if "enum" in schema:
            code = r"-?[a-z_]+" if "x-order" in schema else r"[A-Za-z0-9_.]+"
            if not all(isinstance(v, str) and re.fullmatch(code, v) for v in schema["enum"]):
                raise ContractError(f"{where}: codes are texts of letters, digits, _ and .")
            m["kind"] = "ENUM"
            m["enum"] = self.enum_of(name, schema, f"{owner}_{prop}")
        elif kind == "string":
            fmt = schema.get("format")
            if fmt == "uuid":
                m["kind"] = "ID"
            elif fmt == "date-time":
                m["kind"] = "UTC"
            elif fmt == "date":
                m["kind"] = "DATE"
            else:
                m["kind"] = "TEXT"
                m["min"] = schema.get("minLength", 0)
                m["max"] = schema.get("maxLength", 500)
                if fmt:
                    if fmt not in FORMATS:
                        raise ContractError(f"{where}: format {fmt} is not supported")
                    m["format"] = upper(fmt)
        elif kind == "integer":
            m["kind"] = "INT"
            m["min"] = schema.get("minimum", -INT_MAX)
            m["max"] = schema.get("maximum", INT_MAX)
            m["multiple"] = schema.get("multipleOf", 0)
        elif kind == "number":
            m["kind"] = "QTY"
            for key in ("minimum", "maximum", "multipleOf"):
                if key in schema and abs(schema[key] * 1000 - round(schema[key] * 1000)) > 1e-6:
                    raise ContractError(f"{where}: {key} has more than three decimals")
            m["min"] = round(schema.get("minimum", -QTY_MAX) * 1000)
            m["max"] = round(schema.get("maximum", QTY_MAX) * 1000)
            m["multiple"] = round(schema.get("multipleOf", 0.001) * 1000)
        elif kind == "boolean":
            m["kind"] = "BOOL"
        elif kind == "object" and "properties" in schema:
            if schema.get("additionalProperties", False) is not False:
                raise ContractError(f"{where}: an object is closed, or a map without properties")
            m["kind"] = "OBJECT"
            m["object"] = snake(name) if name else f"{owner}_{prop}"
            self.shape_of(m["object"], schema)
        elif kind == "object":
            values = schema.get("additionalProperties", {})
            if not isinstance(values, dict) or values.get("type") != "string":
                raise ContractError(f"{where}: a map is of texts")
            m["kind"] = "MAP"
            m["max_items"] = schema.get("maxProperties", 50)
            m["max"] = values.get("maxLength", 500)
        else:
            raise ContractError(f"{where}: type {kind} is not supported")
        if m["array"] and m["kind"] == "MAP":
            raise ContractError(f"{where}: an array of maps is not supported")
        return m

    C_TYPES = {"TEXT": "const char *", "ID": "struct id ", "UTC": "struct utc ", "DATE": "struct date ",
               "INT": "int64_t ", "QTY": "struct qty ", "BOOL": "bool ", "MAP": "struct map "}

    WIDTHS = {"ENUM": 1, "DATE": 1, "ID": 2, "BOOL": 3}  # narrower members stand behind wider ones

    def c_type(self, m):
        if m["kind"] == "ENUM":
            return f"enum {m['enum']} "
        if m["kind"] == "OBJECT":
            return f"struct {m['object']} *"
        return self.C_TYPES[m["kind"]]

    def declare(self, c_name, out):
        members = self.shapes[c_name]
        out.append(f"struct {c_name} {{")
        if not members:
            out.append("\tchar none;")
        # widest first, so that nothing is padded
        lines = []
        for m in members:
            base = self.c_type(m)
            if m["array"]:
                inner = f"struct {m['object']} *" if m["kind"] == "OBJECT" else base + "*"
                if m["kind"] == "TEXT":
                    inner = "const char **"
                lines += [(0, f"\t{inner}{m['c']};"), (0, f"\tsize_t {m['c']}_count;")]
            else:
                lines.append((self.WIDTHS.get(m["kind"], 0), f"\t{base}{m['c']};"))
            if not m["required"]:
                lines.append((4, f"\tbool has_{m['name']};"))
        out += [line for _, line in sorted(lines, key=lambda l: l[0])]
        out.append("};")
        out.append(f"extern const struct shape {c_name}_shape;\n")

    def param_id(self, name):
        if name not in self.params:
            parent = member = None
            has = False
            if "." in name:
                parent, member = name.split(".", 1)
                self.param_id(parent)
                self.param_id(member)
            elif name.startswith("has_"):
                has, member = True, name[4:]
                self.param_id(member)
            self.params[name] = (parent, member, has)
        return "PARAM_" + name.replace(".", "__")

    def table(self, c_name, out):
        members = self.shapes[c_name]
        rows = []
        for m in members:
            has = "0" if m["required"] else f"offsetof(struct {c_name}, has_{m['name']})"
            count = f"offsetof(struct {c_name}, {m['c']}_count)" if m["array"] else "0"
            flags = " | ".join(f for f, on in (("MEMBER_ARRAY", m["array"]),
                                               ("MEMBER_REQUIRED", m["required"]),
                                               ("MEMBER_NULLABLE", m["nullable"]),
                                               ("MEMBER_UNIQUE", m["unique"])) if on) or "0"
            low = "INT64_MIN" if m["min"] is None else f"INT64_C({m['min']})"
            high = "INT64_MAX" if m["max"] is None else f"INT64_C({m['max']})"
            rows.append(
                f"\t{{ .name = \"{m['name']}\", .param = {self.param_id(m['name'])}, .kind = MEMBER_{m['kind']},"
                f" .flags = {flags},\n\t  .offset = offsetof(struct {c_name}, {m['c']}), .has_offset = {has},"
                f" .count_offset = {count},\n\t  .format = FORMAT_{m['format']}, .min = {low}, .max = {high},"
                f" .min_items = {m['min_items']}, .max_items = {m['max_items']}, .multiple = {m['multiple']},\n"
                f"\t  .enumeration = {'&' + m['enum'] + '_enum' if m['enum'] else 'NULL'},"
                f" .object = {'&' + m['object'] + '_shape' if m['object'] else 'NULL'} }},")
        if rows:
            out.append(f"static const struct member {c_name}_members[] = {{")
            out += rows
            out.append("};")
        size = f"sizeof(struct {c_name})"
        out.append(f"const struct shape {c_name}_shape = {{ \"{c_name}\", {size}, {len(members)}, "
                   f"{c_name + '_members' if rows else 'NULL'} }};\n")

    # ------------------------------------------------------------ operations

    def is_coded(self, schema):
        _, schema, _ = self.contract.resolve(schema)
        if schema.get("type") == "array":
            return self.is_coded(schema["items"])
        return "enum" in schema or schema.get("type") == "boolean"

    def describe_operations(self):
        ops = []
        for path, method, op in self.contract.operations:
            name = op["operationId"]
            params = [p for p in op["parameters"] if "$ref" not in p]
            self.literals |= {p["name"] for p in params if self.is_coded(p["schema"])}
            shape = f"{snake(name)}_params"
            self.shape_of(shape, {
                "type": "object",
                "required": [p["name"] for p in params if p.get("required")],
                "properties": {p["name"]: p["schema"] for p in params}})
            body = None
            if "x-body" in op:
                body_name, schema, _ = self.contract.resolve(
                    op["requestBody"]["content"]["application/json"]["schema"])
                body = snake(body_name or name)
                if method in VERSIONED:
                    schema = dict(schema)
                    schema["properties"] = {**schema["properties"],
                                            "version": {"type": "integer", "minimum": 1}}
                    self.contract.schemas[body_name]["properties"]["version"] = {
                        "type": "integer", "minimum": 1,
                        "description": "The version you read, where you cannot send If-Match."}
                self.shape_of(body, schema)
            status = next(s for s in list(op["responses"]) if s.startswith("2"))
            ops.append({"name": name, "path": path, "method": method.upper(), "op": op, "shape": shape,
                        "path_params": re.findall(r"\{(\w+)\}", path), "body": body, "status": status})
        seen = {}
        for o in ops:
            if seen.setdefault(o["name"], o) is not o:
                raise ContractError(f"operationId {o['name']} is used twice")
        return ops

    def permission_terms(self, op):
        perms = op.get("x-permission", [])
        return [p for p in (perms if isinstance(perms, list) else [perms]) if p != "any"]

    def check_when(self, o):
        """Members that ask for a further permission are the body's, and their codes the member's own."""
        members = {m["name"]: m for m in self.shapes.get(o["body"], [])}
        for when in o["op"].get("x-permission-when", []):
            m = members.get(when["member"])
            if not m or "equals" in when and when["equals"] not in self.enums.get(m["enum"], {"enum": []})["enum"]:
                raise ContractError(f"{o['name']}: x-permission-when: no such member or code: {when}")

    def set_of(self, held):
        """A struct permission_set with these permissions, which are numbered from one."""
        bits = [0] * ((len(self.contract.permissions) + 1 + 63) // 64)
        for number, permission in enumerate(self.contract.permissions, 1):
            if permission in held:
                bits[number // 64] |= 1 << (number % 64)
        return "{ { " + ", ".join(f"UINT64_C({b:#x})" for b in bits) + " } }"

    def write_contract(self, out_dir):
        ops = self.describe_operations()
        for name, schema in self.contract.schemas.items():    # also enumerations only replies use
            if "enum" in schema and "x-labels" in schema:
                self.enum_of(name, schema, name)
        h = ["/* Made by tools/contract.py from api-spec/: operations, permissions, bodies. */",
             "#ifndef CONTRACT_H", "#define CONTRACT_H", '#include "core/shape.h"', "",
             "enum op {", "\tOP_NONE,"]
        h += [f"\tOP_{o['name']}," for o in ops] + ["\tOP_COUNT", "};", ""]
        for c_name in sorted(self.enums):
            h.append(f"enum {c_name} {{")
            h.append(f"\t{self.spare(c_name, 'NONE', 'UNSET')},")
            h += [f"\t{upper(c_name)}_{upper(v)}," for v in self.enums[c_name]["enum"]]
            h += [f"\t{self.spare(c_name, 'COUNT', 'VALUES')}", "};", f"extern const struct enumeration {c_name}_enum;", ""]
        for c_name in self.order:
            self.declare(c_name, h)
        h += ["extern const struct enumeration *const enumerations[];",
              "extern const size_t enumerations_count;",
              "/* role_permissions[role] has bit p set when the role holds permission p. */",
              "struct permission_set { uint64_t bits[(PERMISSION_COUNT + 63) / 64]; };",
              "extern const struct permission_set role_permissions[ROLE_COUNT];",
              "/* What of a right given for a region or the chain reaches into a store of the kind. */",
              "extern const struct permission_set store_kind_reach[STORE_KIND_COUNT];",
              "/* What a session on a tablet may do at most. */",
              "extern const struct permission_set tablet_permissions;",
              "/* Roles of headquarters: only who holds staff.write for the whole chain gives them. */",
              "extern const bool role_is_office[ROLE_COUNT];", "",
              "enum auth { AUTH_TOKEN, AUTH_NONE, AUTH_LINK };",
              "enum op_scope { OP_SCOPE_STORE, OP_SCOPE_CHAIN };",
              "/* A further permission an operation needs when a body member is there (equals NULL) or has a value. */",
              "struct permission_when { const char *member; const char *equals; enum permission permission; };",
              "struct operation {",
              "\tconst char *name, *method, *path;",
              "\tenum auth auth;",
              "\tenum op_scope scope;",
              "\tconst enum permission *permissions;      /* any of them suffices; PERMISSION_NONE ends it */",
              "\tconst struct permission_when *when;       /* member NULL ends it; may be NULL */",
              "\tenum permission beyond;                  /* not needed, but lets the caller go further */",
              "\tint status;                              /* of success */",
              "\tconst struct shape *params, *body;        /* body NULL: none is taken */",
              "\tsize_t max_body;                         /* octets; above it the body goes to a file */",
              "\tbool spool, body_optional, idempotent, access_log, on_worker, on_hasher, list, if_match, critical;",
              "\tconst char *const *media_types;           /* of a spooled body; NULL ends it */",
              "};",
              "extern const struct operation operations[OP_COUNT];", ""]
        c = ['#include "contract.h"', "#include <stddef.h>", '#include "statements.h"', ""]
        for c_name in sorted(self.enums):
            self.enum_table(c_name, self.enums[c_name], c)
        for c_name in self.order:
            self.table(c_name, c)
        told = [e for e in sorted(self.enums) if "x-order" not in self.enums[e]]
        c.append("const struct enumeration *const enumerations[] = {")
        c += [f"\t&{e}_enum," for e in told] + ["};"]
        c.append(f"const size_t enumerations_count = {len(told)};\n")
        c.append("const struct permission_set role_permissions[ROLE_COUNT] = {")
        c += [f"\t[ROLE_{upper(role)}] = {self.set_of(info['expanded'])}," for role, info in self.contract.roles.items()]
        c.append("};\n")
        c.append("const struct permission_set store_kind_reach[STORE_KIND_COUNT] = {")
        c += [f"\t[STORE_KIND_{upper(kind)}] = {self.set_of(info['expanded'])}," for kind, info in self.contract.store_kinds.items()]
        c.append("};\n")
        c.append(f"const struct permission_set tablet_permissions = {self.set_of(self.contract.permissions_like(self.contract.tablet, 'tablet'))};\n")
        offices = [f"[ROLE_{upper(r)}] = true" for r, info in self.contract.roles.items() if info.get("office")]
        c.append(f"const bool role_is_office[ROLE_COUNT] = {{ {', '.join(offices)} }};\n")
        for o in ops:
            op, name = o["op"], o["name"]
            perms = [f"PERMISSION_{upper(p)}" for p in self.permission_terms(op)]
            c.append(f"static const enum permission {name}_permissions[] = {{ {', '.join(perms + ['PERMISSION_NONE'])} }};")
            if "x-permission-when" in op:
                self.check_when(o)
                c.append(f"static const struct permission_when {name}_when[] = {{")
                for w in op["x-permission-when"]:
                    c.append(f"\t{{ \"{w['member']}\", {c_string(w.get('equals'))}, PERMISSION_{upper(w['permission'])} }},")
                c.append("\t{ NULL, NULL, PERMISSION_NONE },\n};")
            if "x-spool" in op:
                kinds = ", ".join(c_string(t) for t in op["x-spool"]["types"])
                c.append(f"static const char *const {name}_types[] = {{ {kinds}, NULL }};")
        c.append("\nconst struct operation operations[OP_COUNT] = {")
        for o in ops:
            op, name, method = o["op"], o["name"], o["method"]
            spool = "x-spool" in op
            max_body = op["x-spool"]["max"] if spool else op.get("x-max-body", 1048576 if o["body"] else 65536)
            c.append(
                f"\t[OP_{name}] = {{ \"{name}\", \"{method}\", \"{o['path']}\", AUTH_{upper(op.get('x-auth', 'token'))},"
                f" OP_SCOPE_{upper(op.get('x-scope', 'store'))},\n\t\t{name}_permissions,"
                f" {name + '_when' if 'x-permission-when' in op else 'NULL'},"
                f" PERMISSION_{upper(op.get('x-permission-beyond', 'none'))}, {o['status']}, &{o['shape']}_shape,"
                f" {'&' + o['body'] + '_shape' if o['body'] else 'NULL'}, {max_body},\n\t\t"
                + ", ".join(str(bool(v)).lower() for v in (
                    spool, op.get("x-body-optional"), method == "POST" and op.get("x-idempotent", True),
                    op.get("x-access-log"), op.get("x-access-log") or op.get("x-worker"),
                    op.get("x-hashes"), "x-list" in op,
                    op.get("x-if-match"), op.get("x-critical")))
                + f", {name + '_types' if spool else 'NULL'} }},")
        c.append("};")
        write(out_dir / "contract.h", "\n".join(h) + "\n#endif\n")
        write(out_dir / "contract.c", "\n".join(c) + "\n")

    def enum_table(self, c_name, schema, c):
        labels = schema.get("x-labels", {})
        c.append(f"static const struct enumerator {c_name}_values[] = {{")
        c.append("\t{ NULL, NULL, NULL },")
        for v in schema["enum"]:
            en, zh = labels.get(v, (v, v))
            c.append(f"\t{{ {c_string(v)}, {c_string(en)}, {c_string(zh)} }},")
        c.append("};")
        c.append(f"const struct enumeration {c_name}_enum = {{ \"{c_name}\", {len(schema['enum']) + 1}, "
                 f"{str(bool(schema.get('x-may-grow'))).lower()}, {c_name}_values }};\n")


# ---------------------------------------------------------------- SQL

def strip_sql(text):
    """Blank out comments and literals, so that only code is left to search in."""
    return re.sub(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"", lambda m: " " * len(m.group()), text)


def sorted_by(sql, code, keys, where):
    """The page in one order.  keys are its columns, `expression::type AS name, ...`, the last of them unique."""
    if not keys:
        return sql                                   # written in this order
    parts = re.findall(r"\s*(.+?)::(\w+) AS (\w+)\s*(?:,|$)", keys)
    if not parts:
        raise ContractError(f"{where}: sort: {code}: keys are written `expression::type AS name`")
    down = code.startswith("-")
    first = parts[0][2]
    places = {
        "keys": ", ".join(f"{e} AS _after_{n}" for e, _, n in parts),
        "after": f"(:after_{first}::{parts[0][1]} IS NULL OR ({', '.join(e for e, _, _ in parts)}) {'<' if down else '>'} "
                 f"({', '.join(f':after_{n}::{t}' for _, t, n in parts)}))",
        "order": ", ".join(e + " DESC" * down for e, _, _ in parts)}
    for place, text in places.items():
        if "{" + place + "}" not in sql:
            raise ContractError(f"{where}: a page with orders has {{{place}}}")
        sql = sql.replace("{" + place + "}", text)
    return sql.replace("{down}", "DESC" if down else "ASC")   # for what leads to the page in the same order


def add_sorted(found, name, statement, notes):
    """One statement for each order of a page, made now and not when it is asked: NAME in its usual order,
    NAME_by_<order>[_down] in the others.  A statement `-- sorts: PAGE` has further orders of that page."""
    page = re.search(r"sorts: *(\w+)", statement["notes"])
    orders = found[page.group(1)]["orders"] if page else {}
    for code, keys in notes:
        made = f"{page.group(1) if page else name}_by_{code.lstrip('-')}{'_down' * code.startswith('-')}"
        if code in orders:
            raise ContractError(f"{statement['file']}: {name}: two orders are called {code}")
        sql = sorted_by(statement["sql"], code, keys, f"{statement['file']}: {name}")
        entry = {**statement, "sql": sql, "code": strip_sql(sql)}
        if not orders:
            found[name] = {**entry, "orders": orders}
            orders[code] = name
        else:
            found[made] = {**entry, "notes": "unnamed"}
            orders[code] = made


def read_statements(folder):
    found = {}
    for path in sorted(pathlib.Path(folder).glob("*/*.sql")):
        parts = re.split(r"^-- name: *", path.read_text(encoding="utf-8"), flags=re.M)
        for part in parts[1:]:
            head, _, body = part.partition("\n")
            words = head.split(None, 1)
            name, notes = words[0], words[1] if len(words) > 1 else ""
            if name in found:
                raise ContractError(f"{path}: statement {name} is written twice")
            lines = body.rstrip().splitlines()
            while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("--")):
                lines.pop()
            orders = [m.groups() for m in (re.match(r"-- sort: *(-?\w+) *(.*)", line) for line in lines) if m]
            lines = [line for line in lines if not line.startswith("-- sort: ")]
            sql = "\n".join(line.strip() for line in lines).rstrip().rstrip(";").strip()  # indented for readers only
            code = strip_sql(sql)
            if ";" in code:
                raise ContractError(f"{path}: {name}: more than one statement")
            if re.search(r"\b(now\(\)|current_timestamp|current_date|select \*)", code, re.I):
                raise ContractError(f"{path}: {name}: time is an input (:now), columns are named")
            statement = {"sql": sql, "code": code, "notes": notes, "file": path.name}
            if orders:
                add_sorted(found, name, statement, orders)
            else:
                found[name] = statement
    return found


def versioned_tables(folder):
    tables = set()
    for path in pathlib.Path(folder).glob("*.sql"):
        for m in re.finditer(r"CREATE TABLE (\w+) \((.*?)\n\)", path.read_text(encoding="utf-8"), re.S):
            if re.search(r"^\s*changed\s+xid8", m.group(2), re.M):
                tables.add(m.group(1))
    return tables


def counting(page):
    """The statement that counts what a page's filters let through, up to a ceiling."""
    if not page["sql"].rstrip().endswith("LIMIT :limit"):
        raise ContractError(f"{page['file']}: a page must end with LIMIT :limit")
    sql = "SELECT count(*) AS n FROM (" + re.sub(r":limit\b", "1001", page["sql"].rstrip()) + ") counted"
    return {"sql": sql, "code": strip_sql(sql), "notes": "unnamed", "file": page["file"]}


def numbered(statement):
    """The SQL with $1, $2 ... instead of names, and the names in that order."""
    order, sql, last = [], [], 0
    for m in re.finditer(r"(?<![:\w]):([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)", statement["code"]):
        if m.group(1) not in order:
            order.append(m.group(1))
        sql.append(statement["sql"][last:m.start()])
        sql.append(f"${order.index(m.group(1)) + 1}")
        last = m.end()
    sql.append(statement["sql"][last:])
    return "".join(sql), order


def write_statements(gen, statements, tables, out_dir):
    h = ["/* Made by tools/contract.py from lib/<module>/<module>.sql. */", "#ifndef STATEMENTS_H",
         "#define STATEMENTS_H", '#include "core/shape.h"', "", "enum sql {", "\tSQL_NONE,"]
    for name in [n for n in statements if "page" in statements[n]["notes"].split()]:
        statements[name + "_count"] = counting(statements[name])
    h += [f"\tSQL_{name}," for name in sorted(statements)] + ["\tSQL_COUNT", "};", ""]
    c = ['#include "statements.h"', ""]
    rows = []
    for name in sorted(statements):
        s = statements[name]
        m = re.search(r"\bUPDATE (\w+)\b(?!\s*\()", s["code"])
        if m and m.group(1) in tables and "changed = pg_current_xact_id()" not in s["sql"]:
            raise ContractError(f"{s['file']}: {name}: UPDATE {m.group(1)} must set "
                                "changed = pg_current_xact_id()")
        sql, order = numbered(s)
        if re.search(r"\$\d", s["sql"]):
            raise ContractError(f"{s['file']}: {name}: $1 is written :name")
        # a variant has its answer there (lib/db/variant.h)
        for test in re.finditer(r"(\S+)\s+:[a-z_.]+(?:::[a-z0-9_]+(?:\[\])?)? IS (?:NOT )?NULL", s["code"]):
            if test.group(1) not in ("AND", "OR", "NOT", "WHERE", "WHEN", "ON", "SELECT") and not test.group(1).endswith((",", "(")):
                raise ContractError(f"{s['file']}: {name}: put brackets around the test: {test.group(0)}")
        ids = [gen.param_id(p) for p in order]
        if ids:
            c.append(f"static const uint16_t {name}_params[] = {{ {', '.join(ids)} }};")
        if "orders" in s:
            c.append(f"static const struct statement_order {name}_orders[] = {{")
            c += [f"\t{{ {c_string(code)}, SQL_{made} }}," for code, made in s["orders"].items()]
            c.append("\t{ NULL, SQL_NONE },\n};")
        words = s["notes"].split()
        must = re.search(r"rows:\s*1", s["notes"]) is not None
        rows.append(f"\t[SQL_{name}] = {{ \"{name}\", {c_string(sql)},\n"
                    f"\t\t{name + '_params' if ids else 'NULL'}, {len(ids)}, "
                    f"{'SQL_' + name + '_count' if 'page' in words else 0}, {str(must).lower()}, "
                    f"{str('unnamed' in words).lower()}, {name + '_orders' if 'orders' in s else 'NULL'} }},")
    h += ["enum param {", "\tPARAM_NONE,"]
    names = sorted(gen.params)
    h += [f"\tPARAM_{p.replace('.', '__')}," for p in names] + ["\tPARAM_COUNT", "};", ""]
    h += ["extern const struct statement statements[SQL_COUNT];",
          "extern const struct param_info param_infos[PARAM_COUNT];"]
    c.append("\nconst struct statement statements[SQL_COUNT] = {")
    c += rows + ["};\n", "const struct param_info param_infos[PARAM_COUNT] = {"]
    for p in names:
        parent, member, has = gen.params[p]
        c.append(f"\t[PARAM_{p.replace('.', '__')}] = {{ \"{p}\", {gen.param_id(parent) if parent else 'PARAM_NONE'}, "
                 f"{gen.param_id(member) if member else 'PARAM_NONE'}, {str(has).lower()}, {str(p in gen.literals).lower()} }},")
    c.append("};")
    write(out_dir / "statements.h", "\n".join(h) + "\n#endif\n")
    write(out_dir / "statements.c", "\n".join(c) + "\n")


# ---------------------------------------------------------------- problems

def write_problems(contract, out_dir):
    h = ["/* Made by tools/contract.py from api-spec/problems.yaml: what can go wrong, and how it is told. */",
         "#ifndef ERR_H", "#define ERR_H", "#include <stdbool.h>", "#include <stddef.h>", "", "enum err {", "\tOK = 0,"]
    h += [f"\tERR_{upper(code)}," for code in contract.problems] + ["\tERR_COUNT", "};", "",
          "/* Texts: [0] English, [1] Chinese. */",
          "struct err_info { const char *code; int status; bool is_field; const char *title[2], *detail[2], *hint[2]; };",
          "extern const struct err_info err_infos[ERR_COUNT];",
          "/* A named constraint of the database, and the problem its violation is. */",
          "struct constraint_info { const char *name; enum err err; const char *pointer; };",
          "extern const struct constraint_info constraint_infos[];",
          "extern const size_t constraint_infos_count;", "#endif"]
    c = ['#include "err.h"', "", "const struct err_info err_infos[ERR_COUNT] = {"]
    for code, p in contract.problems.items():
        pairs = []
        for key in ("title", "detail", "hint"):
            pair = p.get(key) or [None, None]
            if len(pair) != 2:
                raise ContractError(f"problem {code}: {key} needs an English and a Chinese text")
            pairs.append("{ " + ", ".join(c_string(t) for t in pair) + " }")
        c.append(f"\t[ERR_{upper(code)}] = {{ \"{code}\", {p['status']}, {str(bool(p.get('field'))).lower()},\n\t\t" + ",\n\t\t".join(pairs) + " },")
    c += ["};", "", "const struct constraint_info constraint_infos[] = {"]
    for name in sorted(contract.constraints):
        entry = contract.constraints[name]
        if entry["code"] not in contract.problems:
            raise ContractError(f"constraint {name}: no problem {entry['code']}")
        c.append(f"\t{{ \"{name}\", ERR_{upper(entry['code'])}, {c_string(entry.get('pointer'))} }},")
    c += ["\t{ NULL, OK, NULL },", "};",
          f"const size_t constraint_infos_count = {len(contract.constraints)};"]
    write(out_dir / "err.h", "\n".join(h) + "\n")
    write(out_dir / "err.c", "\n".join(c) + "\n")


def prune(doc):
    """Leave out components that no operation refers to: helpers of the shorthand, other resources' leftovers."""
    doc = copy.deepcopy(doc)
    used, waiting = set(), [doc["paths"]]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            ref = part.get("$ref")
            if isinstance(ref, str) and ref not in used:
                used.add(ref)
                _, _, kind, name = ref.split("/")
                waiting.append(doc["components"][kind][name])
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    for kind, entries in doc["components"].items():
        if kind != "securitySchemes":
            doc["components"][kind] = {n: e for n, e in entries.items() if f"#/components/{kind}/{n}" in used}
    return doc


def write(path, text):
    """Only touch what has changed, so that the build stays small."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", required=True)
    parser.add_argument("--sql", required=True)
    parser.add_argument("--migrations")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    out_dir = pathlib.Path(args.out)
    out_dir.mkdir(parents=True, exist_ok=True)
    try:
        contract = Contract(args.spec)
        gen = Generator(contract)
        gen.write_contract(out_dir)
        for builtin in ("now", "happened_at", "actor_id", "request_id", "id", "ids", "limit"):
            gen.param_id(builtin)
        migrations = args.migrations or pathlib.Path(args.sql).parent / "migrations"
        write_statements(gen, read_statements(args.sql), versioned_tables(migrations), out_dir)
        write_problems(contract, out_dir)
        write(out_dir / "openapi.json", json.dumps(prune(contract.doc), ensure_ascii=False, separators=(",", ":")))
    except (ContractError, yaml.YAMLError) as error:
        sys.exit(f"contract: {error}")


if __name__ == "__main__":
    main()
