# SPDX-License-Identifier: Apache-2.0
"""Clients of the released contract go on working: every kind of change that would break one is seen."""

import copy
import importlib.util
import json
import subprocess
import sys

import pytest

from fettle import ROOT

RELEASED = ROOT / "api-spec/released/openapi.json"
TOOL = ROOT / "tools/breaking.py"
spec = importlib.util.spec_from_file_location("breaking", TOOL)
tool = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tool)


def operation(doc, name):
    return next(op for item in doc["paths"].values() for op in item.values() if op["operationId"] == name)


def parameter(doc, name, wanted):
    return next(p for p in operation(doc, name)["parameters"] if p.get("name") == wanted)


def schema(doc, *names):
    found = doc["components"]["schemas"]
    for name in names:
        found = found[name]
    return found


def added(holder, name, value):
    holder[name] = value


# What is done to a contract, and what the comparison must say about it.  Each is done in a place of its own.
BREAKING = {
    "a path is removed": (lambda d: d["paths"].pop("/v1/bins/{id}"), "v1~1bins~1{id}"),
    "an operation is removed": (lambda d: d["paths"]["/v1/bays/{id}"].pop("delete"), "v1~1bays~1{id}/delete"),
    "an operation has another name": (lambda d: added(operation(d, "getRegion"), "operationId", "readRegion"), "readRegion"),
    "a status is removed": (lambda d: operation(d, "createRegion")["responses"].pop("201"), "Response `201` was removed"),
    "a header is removed": (lambda d: operation(d, "createBay")["responses"]["201"]["headers"].pop("Location"), "Response header `Location` was removed"),
    "a reply loses a property": (lambda d: schema(d, "Bay", "properties").pop("kind"), "`kind` of `Bay`"),
    "a reply's property may be missing": (lambda d: schema(d, "Region", "required").remove("name"), "`Region` are no longer required"),
    "a reply's property has another type": (
        lambda d: added(schema(d, "File", "properties", "size"), "type", "string"), "Type of `size`"),
    "a reply's property may be null": (
        lambda d: added(schema(d, "File", "properties"), "created_at", {"anyOf": [{"$ref": "#/components/schemas/Instant"}, {"type": "null"}]}),
        "Type of `created_at`"),
    "a code is removed": (lambda d: schema(d, "CustomerKind", "enum").pop(), "`CustomerKind` lost"),
    "a code is added where none may be": (lambda d: schema(d, "StoreKind", "enum").append("new"), "gained values: 'new'"),
    "a body needs a new property": (
        lambda d: (added(schema(d, "CreateBay", "properties"), "must", {"type": "string"}), schema(d, "CreateBay")["required"].append("must")),
        "`must`"),
    "a body needs what it did not need": (lambda d: schema(d, "CreateRegion")["required"].append("id"), "`CreateRegion` became required"),
    "a body's property is removed": (lambda d: schema(d, "CreateStore", "properties").pop("address"), "`address` of `CreateStore` was removed"),
    "a body's property has another type": (
        lambda d: added(schema(d, "CreatePart", "properties"), "unit", {"type": "integer"}), "Type of `unit`"),
    "a text must be shorter": (lambda d: added(schema(d, "Note"), "maxLength", 10), "`maxLength` of `"),
    "a text must be longer": (lambda d: added(schema(d, "Phone"), "minLength", 9), "`minLength` of `phone`"),
    "a number must be smaller": (lambda d: added(schema(d, "Odometer"), "maximum", 5), "Upper bound of `odometer_km`"),
    "a number must be larger": (lambda d: added(schema(d, "Price"), "minimum", 5), "Lower bound of `amount_limit`"),
    "a number must be rounder": (lambda d: added(schema(d, "Quantity"), "multipleOf", 1), "`multipleOf` of `"),
    "a list must be shorter": (lambda d: added(schema(d, "SurveyResponse", "properties", "answers"), "maxItems", 2), "`maxItems` of `answers`"),
    "a parameter is removed": (
        lambda d: operation(d, "listBays")["parameters"].remove(parameter(d, "listBays", "count")), "`count`"),
    "a parameter is needed": (
        lambda d: operation(d, "listStaff")["parameters"].append(
            {"name": "why", "in": "query", "required": True, "schema": {"type": "string"}}), "`why`"),
    "a parameter has a narrower limit": (
        lambda d: added(parameter(d, "listAppointments", "limit")["schema"], "maximum", 5), "v1~1appointments/get/parameters"),
}
HARMLESS = {
    "a new operation": lambda d: added(d["paths"], "/v1/new", {"get": {
        **copy.deepcopy(operation(d, "getMe")), "operationId": "getNew"}}),
    "a reply's new property": lambda d: (added(schema(d, "Bay", "properties"), "new", {"type": "string"}),
                                        schema(d, "Bay", "required").append("new")),
    "a body's new optional property": lambda d: added(schema(d, "CreateBay", "properties"), "new", {"type": "string"}),
    "a new optional parameter": lambda d: operation(d, "listBays")["parameters"].append(
        {"name": "new", "in": "query", "schema": {"type": "string"}}),
    "a wider limit": lambda d: added(schema(d, "Odometer"), "maximum", 9000000),
    "a longer list of codes that may grow": lambda d: schema(d, "LinkPurpose", "enum").append("new"),
    "another description": lambda d: added(operation(d, "getBay"), "summary", "A bay"),
}


@pytest.fixture(scope="module")
def compare(contract, tmp_path_factory):
    """compare(change, ...): what breaks between the contract and one so changed."""
    folder = tmp_path_factory.mktemp("released")
    (folder / "before.json").write_text(json.dumps(contract.doc), encoding="utf-8")

    def run(*changes):
        doc = copy.deepcopy(contract.doc)
        for change in changes:
            change(doc)
        (folder / "after.json").write_text(json.dumps(doc), encoding="utf-8")
        return tool.breaking(folder / "before.json", folder / "after.json")
    return run


@pytest.fixture(scope="module")
def all_breaking(compare):
    return compare(*(change for change, _ in BREAKING.values()))


@pytest.mark.parametrize("kind", BREAKING)
def test_what_breaks(all_breaking, kind):
    assert any(BREAKING[kind][1] in line for line in all_breaking), "\n".join(all_breaking)


def test_what_does_not(compare):
    assert compare(*HARMLESS.values()) == []


def test_nothing_breaks_clients_of_the_released_contract(contract, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(contract.doc), encoding="utf-8")
    done = subprocess.run([sys.executable, TOOL, RELEASED, tmp_path / "openapi.json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, ("these changes break clients; raise the major version and run `./dev openapi --release`, "
                                  "or take them back:\n" + done.stdout + done.stderr)


def test_a_new_major_version_may_break(contract, tmp_path):
    for version, status in (("1.1.0", 1), ("2.0.0", 0)):
        doc = copy.deepcopy(contract.doc)
        doc["info"]["version"] = version
        del doc["paths"]["/v1/bays/{id}"]
        (tmp_path / "released.json").write_text(json.dumps({**contract.doc, "info": {**doc["info"], "version": "1.0.0"}}), encoding="utf-8")
        (tmp_path / "new.json").write_text(json.dumps(doc), encoding="utf-8")
        done = subprocess.run([sys.executable, TOOL, tmp_path / "released.json", tmp_path / "new.json"], capture_output=True, text=True, check=False)
        assert done.returncode == status and "/v1/bays/{id}" in done.stdout, done.stdout
