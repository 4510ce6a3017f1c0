# SPDX-License-Identifier: Apache-2.0
"""Runs the fuzzers for so many seconds in all, on as many cores as there are.

    run.py FOLDER [--seconds N] [--seed N] [--keep] [TARGET ...]

FOLDER is a build of the preset `fuzz`.  Dictionary and first inputs come from the contract; the corpus in
tests/fuzz/corpus and what crashed once join them.  An input that crashes is kept in tests/fuzz/regressions,
where the unit tests run it from then on; what was found on the way stays in the build folder, and --keep
puts the smallest inputs that reach as much into the corpus.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
LIMITS = ["-timeout=5", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1"]


class Contract:
    """Words and right bodies."""

    def __init__(self, path):
        self.doc = json.loads(path.read_text(encoding="utf-8"))
        self.words = set()
        self.collect(self.doc["components"])

    def collect(self, part):
        if isinstance(part, dict):
            self.words.update(part.get("properties", {}))
            self.words.update(word for word in part.get("enum", []) if isinstance(word, str))
            for value in part.values():
                self.collect(value)
        elif isinstance(part, list):
            for value in part:
                self.collect(value)

    def resolve(self, part):
        while "$ref" in part:
            found = self.doc
            for step in part["$ref"][2:].split("/"):
                found = found[step]
            part = found
        return part

    def example(self, schema):
        """A value of the schema, with every property it has."""
        schema = self.resolve(schema)
        kind = schema.get("type")
        kind = kind[0] if isinstance(kind, list) else kind
        if "enum" in schema:
            return schema["enum"][0]
        if kind == "object":
            return {name: self.example(inner) for name, inner in schema.get("properties", {}).items()}
        if kind == "array":
            return [self.example(schema["items"])] * max(1, schema.get("minItems", 1))
        if kind in ("integer", "number"):
            return schema.get("minimum", 1)
        if kind == "boolean":
            return True
        formats = {"uuid": "0191f7c0-0000-7000-8000-000000000001", "date-time": "2026-11-21T08:00:00Z",
                   "date": "2026-11-21", "phone": "13912340001", "plate": "沪A12345", "vin": "LFV3A23C0M3000001",
                   "clock": "08:00", "email": "a@b.cn", "currency": "CNY", "timezone": "Asia/Shanghai"}
        return formats.get(schema.get("format"), "x" * max(1, schema.get("minLength", 1)))

    def operations(self):
        for path, item in self.doc["paths"].items():
            for method, op in item.items():
                parameters = [self.resolve(p) for p in op.get("parameters", [])]
                content = op.get("requestBody", {}).get("content", {}).get("application/json")
                yield method.upper(), path, op["operationId"], parameters, content and self.example(content["schema"])

    def seeds(self):
        """{target: [input, ...]}"""
        made = {"body": [], "parameters": [], "head": [], "import": []}
        for method, path, name, parameters, body in self.operations():
            values = {p["name"]: str(self.example(p["schema"])).strip("[]'") for p in parameters}
            inside = [p["name"] for p in parameters if p["in"] == "path"]
            query = "&".join(f"{p['name']}={values[p['name']]}" for p in parameters if p["in"] == "query")
            made["parameters"].append("\n".join([name, *[values[n] for n in inside], query]))
            target = path.format_map(values) + ("?" + query if query else "")
            made["head"].append(f"{method}\n{target}\nHTTP/1.1\nHost: a\nAuthorization: Bearer x\n")
            if body is not None:
                made["body"].append(name + "\n" + json.dumps(body, ensure_ascii=False))
        for kind, name in enumerate(("createCustomer", "createVehicle", "createPart", "createComplaint")):
            body = next(op[4] for op in self.operations() if op[2] == name)
            flat = {key: value for key, value in body.items() if not isinstance(value, (dict, list))}
            csv = ",".join(flat) + "\n" + ",".join(str(value) for value in flat.values()) + "\n"
            made["import"] += [f"{chr(kind)}\x01\x01{csv}", f"{chr(kind)}\x00\x01" + json.dumps(body, ensure_ascii=False)]
        return made


def write_words(words, path):
    lines = ['"' + "".join(f"\\x{octet:02x}" for octet in word.encode()) + '"' for word in sorted(words) if word]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Fuzzer:
    def __init__(self, name, build, options):
        self.name, self.program = name, build / "fuzz" / ("fuzz_" + name)
        self.found = build / "found" / name
        self.journal = build / "journal" / (name + ".log")
        self.regressions = HERE / "regressions" / name
        self.corpus = HERE / "corpus" / name
        self.options = options
        for folder in (self.found, self.journal.parent):
            folder.mkdir(parents=True, exist_ok=True)

    def plant(self, inputs):
        for index, text in enumerate(inputs):
            (self.found / f"seed-{index}").write_bytes(text.encode())

    def execute(self, *arguments):
        env = {**os.environ, "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:allocator_may_return_null=0",
               "UBSAN_OPTIONS": "print_stacktrace=1"}
        return subprocess.run([self.program, *arguments], env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def run(self, seconds, seed, words):
        crashes = self.found.parent / ("crash-of-" + self.name)
        shutil.rmtree(crashes, ignore_errors=True)
        crashes.mkdir()
        known = [str(folder) for folder in (self.corpus, self.regressions) if folder.is_dir()]
        done = self.execute(*LIMITS, f"-max_total_time={seconds}", f"-seed={seed}", f"-dict={words}",
                            f"-artifact_prefix={crashes}/", str(self.found), *known)
        said = done.stderr.decode(errors="replace")
        self.journal.write_text(said, encoding="utf-8")
        wrong = sorted(crashes.iterdir())
        for crash in wrong:
            self.regressions.mkdir(parents=True, exist_ok=True)
            shutil.copy(crash, self.regressions / crash.name)
        stats = dict(line[6:].split(":") for line in said.splitlines() if line.startswith("stat::"))
        covered = [line.split("cov: ")[1].split()[0] for line in said.splitlines() if "cov: " in line]
        print(f"{self.name}: {stats.get('number_of_executed_units', '?').strip()} inputs, {covered[-1] if covered else '?'} edges, "
              f"status {done.returncode}", flush=True)
        if done.returncode or wrong:
            for crash in wrong:
                print(f"    {self.regressions / crash.name}")
            print("    " + "\n    ".join(said.splitlines()[-60:]), flush=True)
        return done.returncode == 0 and not wrong

    def keep(self):
        """The smallest inputs that reach as much, into the tree."""
        smallest = self.found.parent / ("kept-" + self.name)
        shutil.rmtree(smallest, ignore_errors=True)
        smallest.mkdir()
        self.execute("-merge=1", "-max_len=2048", str(smallest), str(self.found), *([str(self.corpus)] if self.corpus.is_dir() else []))
        shutil.rmtree(self.corpus, ignore_errors=True)
        self.corpus.mkdir(parents=True)
        paths = sorted(smallest.iterdir(), key=lambda p: p.stat().st_size)
        for path in paths[::-(-len(paths) // self.options.kept) or 1]:
            shutil.copy(path, self.corpus / path.name[:16])


def main():
    parser = argparse.ArgumentParser(description="Fuzz for so many seconds in all.")
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 2 ** 31))
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--kept", type=int, default=60, help="how many inputs of a target at most (%(default)s)")
    parser.add_argument("targets", nargs="*")
    options = parser.parse_args()

    names = options.targets or sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.c"))
    contract = Contract(options.build / "generated/openapi.json")
    words = options.build / "words.dict"
    write_words(contract.words | {op[2] for op in contract.operations()}, words)
    fuzzers = [Fuzzer(name, options.build, options) for name in names]
    seeds = contract.seeds()
    for fuzzer in fuzzers:
        fuzzer.plant(seeds.get(fuzzer.name, []))

    cores = os.cpu_count() or 1
    seconds = max(1, options.seconds * cores // len(fuzzers))
    print(f"seed {options.seed}, {seconds} s for each of {len(fuzzers)} fuzzers", flush=True)
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        passed = sum(pool.map(lambda fuzzer: fuzzer.run(seconds, options.seed, words), fuzzers))
        if options.keep:
            list(pool.map(lambda fuzzer: fuzzer.keep(), fuzzers))
    print(f"{passed} passed, {len(fuzzers) - passed} failed")
    return 0 if passed == len(fuzzers) else 1


if __name__ == "__main__":
    sys.exit(main())
