# SPDX-License-Identifier: Apache-2.0
"""The decoder against the official JSON Schema test suite, for the keywords that contracts may use.

Each schema of the suite becomes a member of a body in a scratch contract; tools/contract.py turns that into
tables, and server/decode.c judges the suite's instances with them.  What the tool refuses to translate,
and what the decoder means otherwise on purpose, is listed below with its reason and counted.
"""

import importlib.util
import json
import pathlib
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUITE = pathlib.Path("/usr/share/json-schema-test-suite/tests/draft7")

# File of the suite and the type that a contract must state beside the keyword.
FILES = {
    "type.json": None, "enum.json": None, "required.json": "object", "minimum.json": "number", "maximum.json": "number",
    "minLength.json": "string", "maxLength.json": "string", "multipleOf.json": "number", "items.json": "array",
    "minItems.json": "array", "maxItems.json": "array", "uniqueItems.json": "array", "properties.json": "object",
    "additionalProperties.json": "object", "optional/format/date.json": "string",
    "optional/format/date-time.json": "string"}

# Where the decoder is stricter or rounder than the standard, by intent: (file, group or None, test or None): reason.
DIFFERENT = {
    ("properties.json", None, "doesn't invalidate other properties"): "objects are closed: unknown members are errors",
    ("additionalProperties.json", "additionalProperties are allowed by default", None): "objects are closed",
}

spec = importlib.util.spec_from_file_location("contract_tool", ROOT / "tools/contract.py")
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)

TYPES = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool}


def complete(schema, kind):
    """The schema with the types that a contract must state: what has none is an integer."""
    if not isinstance(schema, dict):
        return schema
    schema = {**({"type": kind} if kind and "type" not in schema else {}), **schema}
    if schema.get("type") == "array" and "items" not in schema:
        schema["items"] = {}
    if isinstance(schema.get("items"), dict):
        schema["items"] = complete(schema["items"], "integer")
    if "properties" in schema:
        schema["properties"] = {name: complete(sub, "integer") for name, sub in schema["properties"].items()}
    return schema


def of_type(schema, value):
    """Is the value of the types that were stated beside the keywords?"""
    kind = schema.get("type")
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or kind != "boolean" and isinstance(value, bool)):
        return False
    if kind == "array":
        return all(of_type(schema["items"], item) for item in value)
    if kind == "object":
        return all(of_type(schema["properties"][k], v) for k, v in value.items() if k in schema.get("properties", {}))
    return True


def cases():
    """(file, group, schema, type, tests) of the suite."""
    for file, kind in FILES.items():
        for group in json.loads((SUITE / file).read_text(encoding="utf-8")):
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {k: v for k, v in schema.items() if k != "$schema"}
                yield file, group["description"], schema, kind, group["tests"]
            else:
                yield file, group["description"], None, kind, group["tests"]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """({(file, group, test): (valid, verdict)}, [what the tool does not translate])."""
    folder = tmp_path_factory.mktemp("suite")
    frame = folder / "frame"
    frame.mkdir()
    for name in ("openapi.yaml", "problems.yaml", "permissions.yaml"):
        shutil.copy(ROOT / "api-spec" / name, frame)
    (frame / "scratch.yaml").write_text(yaml.safe_dump({"paths": {}}))
    translatable, refused, empty = {}, [], tool.Contract(frame)
    for number, (file, group, schema, kind, tests) in enumerate(cases()):
        if schema is None:
            refused.append((file, group, "a schema that is true or false"))
            continue
        wrapped = {"type": "object", "required": ["v"], "properties": {"v": complete(schema, kind)}}
        try:
            tool.Generator(empty).shape_of("trial", empty.expand_schema(wrapped, "trial"))
        except (tool.ContractError, KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
            refused.append((file, group, repr(error)[:100]))
            continue
        translatable[f"suite{number}"] = (file, group, wrapped, kind, tests)
    (frame / "scratch.yaml").write_text(yaml.safe_dump({
        "paths": {f"/{name}": {"post": {"operationId": name, "summary": name, "x-auth": "none", "x-empty": True,
                                        "x-body": name.capitalize()}} for name in translatable},
        "components": {"schemas": {name.capitalize(): case[2] for name, case in translatable.items()}}}))
    contract = tool.Contract(frame)
    generator = tool.Generator(contract)
    generator.write_contract(folder)
    for builtin in ("now", "actor_id", "request_id", "id", "ids", "limit"):
        generator.param_id(builtin)
    tool.write_statements(generator, {}, set(), folder)
    tool.write_problems(contract, folder)
    build(folder)
    lines, keys = [], []
    for name, (file, group, wrapped, kind, tests) in translatable.items():
        for test in tests:
            if kind is None or of_type(wrapped["properties"]["v"], test["data"]):
                lines.append(f"{name}\t{json.dumps({'v': test['data']})}\n")
                keys.append((file, group, test["description"], test["valid"]))
    said = subprocess.run([folder / "runner"], input="".join(lines), capture_output=True, text=True, check=True)
    answers = said.stdout.split()
    assert len(answers) == len(keys)
    return {key[:3]: (key[3], answer == "valid") for key, answer in zip(keys, answers)}, refused


def build(folder):
    sources = [ROOT / "tests/contract/runner.c", *(ROOT / "server").glob("decode*.c"), ROOT / "server/format.c",
               ROOT / "lib/db/ctx.c", ROOT / "lib/vehicle/plate.c", ROOT / "lib/vehicle/vin.c",
               *(path for path in (ROOT / "lib/core").glob("*.c") if not path.name.startswith("pinyin")),
               *(folder / f"{name}.c" for name in ("contract", "err", "statements"))]
    libraries = subprocess.run(["pkg-config", "--cflags", "--libs", "jansson", "uuid"], capture_output=True, text=True,
                               check=True).stdout.split()
    done = subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-g", "-I", folder, "-I", ROOT / "lib", "-I", ROOT / "server",
                           *sources, "-o", folder / "runner", *libraries],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]


def reason(file, group, test):
    return next((DIFFERENT[key] for key in ((file, group, test), (file, group, None), (file, None, test)) if key in DIFFERENT), None)


def test_verdicts(verdicts):
    """The decoder and the suite agree, but for what is written down, and each of those does differ."""
    found, _ = verdicts
    wrong = [f"{'/'.join(key)}: is {'valid' if valid else 'invalid'}" for key, (valid, verdict) in found.items()
             if valid != verdict and not reason(*key)]
    assert not wrong, "\n".join(wrong)
    assert len(found) > 85, len(found)


def test_differences_are_real(verdicts):
    found, _ = verdicts
    for file, group, test in DIFFERENT:
        hits = [v for k, v in found.items() if k[0] == file and group in (None, k[1]) and test in (None, k[2])]
        assert any(valid != verdict for valid, verdict in hits), (file, group, test)


def test_what_is_left_out(verdicts):
    """Schemas that a contract cannot have: the tool refuses them, so none is understood wrongly."""
    _, refused = verdicts
    print(f"{len(refused)} schemas are refused")
    for line in refused:
        print(*line, sep=" | ")
    assert len(refused) < 60
