# SPDX-License-Identifier: Apache-2.0
"""Hostile texts in every text field of every operation: refused with the field named, or stored as they are."""

import json
import pathlib
import unicodedata

import pytest

from fettle import Contract, fettled
from samples import SAMPLES
from shapes import changed, fetch, members, plain
from strings import TEXTS
from trade import Trade

CONTRACT = Contract(json.loads((pathlib.Path(fettled()).parent / "generated/openapi.json").read_text(encoding="utf-8")))
# Normal forms of their own: spaces go, letters change, or a digest stays.
FORMATS = {"phone", "plate", "vin", "id_number", "email", "username", "code", "clock", "currency", "timezone", "token", "pin"}
SECRET = {"password", "current", "new"}
# Members whose form is told by another one of theirs; in the samples that of a phone, which is kept as its digits.
PHONES = {("addContact", "value")}
# Part of what something is looked for by: that it is not there is told of the first member.
LOOKED_FOR = {("setPartPrice", "/brand"): "/number"}
# Members that something is found by in any writing: it answers with its own.
ANY_WRITING = {("setPartPrice", "number")}
OPERATIONS = sorted((op for op in CONTRACT.operations if op.body), key=lambda op: op.id)
A_TIME = 2  # texts a field in a short run
STATES = {409, 404, 403, 401, 429}  # 403: some members ask for more than the call does


def text_fields(op, body):
    """Pointers of free texts of a body: those the sample has, and those one can add."""
    for pointer, schema in members(CONTRACT, op.body):
        schema, _ = plain(CONTRACT, schema)
        if schema.get("type") != "string" or "enum" in schema or schema.get("format") in ("uuid", "date", "date-time"):
            continue
        try:
            changed(body, pointer, "x")
            fetch(body, pointer.rsplit("/", 1)[0])
        except (KeyError, IndexError, TypeError):
            continue
        yield pointer, schema


def values_of(found, name):
    """Every value of a member of that name, wherever it is."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == name:
                yield value
            yield from values_of(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from values_of(value, name)


def flat(values):
    for value in values:
        if isinstance(value, list):
            yield from value
        else:
            yield value


def stored(sql, text):
    """Does a row of the database hold it?  The columns of text, JSON and arrays of every table."""
    # a note stands behind its reason
    escaped = json.dumps(text, ensure_ascii=False)[1:-1]
    tables = sql("SELECT table_name, string_agg(format('to_jsonb(%I)', column_name), ', ') FROM information_schema.columns"
                 " JOIN information_schema.tables USING (table_schema, table_name)"
                 " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND data_type IN ('text', 'jsonb', 'ARRAY')"
                 " GROUP BY table_name")
    for table, columns in tables:
        # the newest rows only
        found = sql(f"SELECT jsonb_build_array({columns})::text FROM {table} WHERE age(xmin) < 400")
        if any(escaped in row[0] for row in found):
            return True
    return False


def letters(text):
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isalnum())


def is_same(op, pointer, schema, text, reply, sql):
    name = next(part for part in reversed(pointer.split("/")) if not part.isdigit())
    if schema.get("format") in FORMATS or name in SECRET:
        return True
    if (op.id, name) in PHONES:
        text = text.replace("-", "")
    if reply.body:
        told = [value for value in flat(values_of(reply.json, name)) if isinstance(value, str)]
        if (op.id, name) in ANY_WRITING:
            return letters(text) in map(letters, told)
        if any(text in value for value in told):
            return True
    return stored(sql, text)


@pytest.mark.parametrize("op", OPERATIONS, ids=lambda op: op.id)
def test_texts(chain, store, sql, journal, chance, long, op):
    trade = Trade(store)
    client, path, body, options = SAMPLES[op.id](trade)
    if not isinstance(body, dict):
        body = {}
    for pointer, schema in list(text_fields(op, body)):
        for text in TEXTS if long else chance.sample(TEXTS, A_TIME):
            journal.note(text.encode("utf-8", "surrogatepass"), operation=op.id, pointer=pointer)
            reply = client.request(op.method, path, changed(body, pointer, text), **options)
            where = (pointer, text[:80], reply)
            assert reply.status < 500, where
            if reply.status == 422:
                named = [at for at in reply.errors if at and (at in (pointer, LOOKED_FOR.get((op.id, pointer))) or at.startswith(pointer + "/"))]
                assert named or "one_of" in reply.errors.values(), where
            elif reply.status >= 400:
                assert reply.status in STATES and reply.code, where
            else:
                assert is_same(op, pointer, schema, text, reply, sql), where
                # the next one has a right call of its own
                client, path, body, options = SAMPLES[op.id](Trade(store) if not long else Trade(chain.store()))
                body = body if isinstance(body, dict) else {}
