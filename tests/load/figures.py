# SPDX-License-Identifier: Apache-2.0
"""The results of a run as text and as a chart."""
import datetime
import os
import pathlib
import re


def spread(ratio):
    return f"{ratio[0]:.2f} ({ratio[1]:.2f} to {ratio[2]:.2f})" if ratio else ""


def latency(at):
    tail = "" if not at["unanswered"] else f", {at['unanswered']} unanswered"
    return " / ".join(f"{at[p] / 1000:.1f}" for p in ("p50", "p90", "p99", "p99.9")) + tail


def line(row):
    return (f"{row['orders']:>9} {row['case']:<13} {row['rate']:>7.0f}/s  pgbench {spread(row['pgbench'])}  built {spread(row['built'])}  Fastify {spread(row['fastify'])}  "
            f"Express {spread(row['express'])}  CPU {row['cpu'][0]:.0f} + {row['cpu'][1]:.0f} us  {row['resident']:.0f} MiB  ms at half: {latency(row['at50'])}")


def machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores ({model.group(1) if model else 'unknown'}), {memory:.0f} GiB, shared by load generator, daemon and PostgreSQL; load average {os.getloadavg()[0]:.1f} at the end"


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def growth(results):
    """Medians by size, and how much longer a request takes than on the smallest set."""
    rows = []
    for first in results[0]["cases"]:
        row = [first["title"]]
        for result in results:
            same = next(c for c in result["cases"] if c["case"] == first["case"])
            row.append(f"{same['rate']:.0f}/s, {first['rate'] / same['rate']:.2f}")
        rows.append(row)
    return table(["requests a second, time to the smallest set's"] + [f"{r['orders']:,} orders" for r in results], rows)


def screens(results):
    """Milliseconds of each screen by size: median, and the slowest."""
    rows = [[title, f"{rows:.0f}"] + [f"{r['screens'][i][2]:.1f} ({r['screens'][i][3]:.1f})" for r in results] for i, (title, rows, _, _) in enumerate(results[-1]["screens"])]
    return table(["ms: median (the slowest of 30)", "rows"] + [f"{r['orders']:,} orders" for r in results], rows)


def markdown(results, command):
    out = ["# Figures\n", f"`{command}`, {datetime.date.today()}, on {machine()}.\n",
           "Rates are medians of the rounds, ratios the medians of each round's ratio with their range. pgbench runs, prepared, the statements that the server's log\n"
           "shows for such requests, the principal's and row security included: reads in one pipeline each at the best of 2, 4, 8 clients, commands one by one at that of 8, 16, 32.\n"
           "One statement is what builds the same document in PostgreSQL without row security, prepared by pgbench at the best of 2, 4, 8 clients.\n"
           "Fastify and Express are two processes with pg, without row security, audit or search beyond the plate. Latency is measured by an open-loop client from the\n"
           "moment at which each request was to start. Search keys, ledgers, bills and KPIs of the data sets are as the daemon would have made them; the histories of states are left out.\n"
           "Above a million orders every tenth has parts, a bill and what follows, and only those are read as documents; the others are labour only.\n",
           "![Requests a second, to pgbench](figures.svg)\n"]
    for result in results:
        out.append(f"## {result['orders']:,} orders\n")
        out.append(table(["64 connections", "a second", "to pgbench", "to one statement", "to Fastify", "to Express", "CPU us, daemon + PostgreSQL", "resident MiB"],
                         [[c["title"], f"{c['rate']:.0f}", spread(c["pgbench"]), spread(c["built"]), spread(c["fastify"]), spread(c["express"]), f"{c['cpu'][0]:.0f} + {c['cpu'][1]:.0f}",
                           f"{c['resident']:.0f}"] for c in result["cases"]]))
        out.append(table(["ms: p50 / p90 / p99 / p99.9", "at half of that rate", "at 80 %"],
                         [[c["title"], latency(c["at50"]), latency(c["at80"])] for c in result["cases"]]))
        if "row_security" in result:
            out.append(f"The document's statements with row security, to the same as a role above it (pgbench, 4 clients): {spread(result['row_security'])}.\n")
            crowd = result["crowd"]
            out.append(f"{crowd['idle']:,} idle connections cost {crowd['idle_mib']:.0f} MiB. Documents at {crowd['rate']:.0f} a second take {latency(crowd['alone'])} ms alone, and "
                       f"{latency(crowd['beside'])} ms beside those and {crowd['dripping']} dripping connections.\n")
        out.append(f"From start to ready with a running PostgreSQL: {result['start'] * 1000:.0f} ms.\n")
    out += ["## The screens' lists\n", "Of `docs/screens.md`, one request at a time, each of another store.\n", screens(results)]
    if len(results) > 1 and results[0]["cases"]:
        out += ["## As the data grows\n", growth(results)]
    return "\n".join(out)


def chart(results):
    """Bars of each case's rate to pgbench, one for each data set; the line is pgbench."""
    names = [c["case"] for c in results[0]["cases"]]
    scale = 380 / max(max(c["pgbench"][2] for c in r["cases"]) for r in results)
    shades = ["#9ecae1", "#4292c6", "#08519c"]
    step = 16 * len(results) + 12
    height = 50 + step * len(names)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 560 {height}" font-family="sans-serif" font-size="12">',
           "<title>Requests a second of fettled, to pgbench with the same statements</title>", f'<rect width="560" height="{height}" fill="#fff"/>']
    for i, result in enumerate(results):
        out.append(f'<rect x="{110 + i * 140}" y="8" width="12" height="12" fill="{shades[i % 3]}"/><text x="{127 + i * 140}" y="18">{result["orders"]:,} orders</text>')
        for n, name in enumerate(names):
            ratio = next(c for c in result["cases"] if c["case"] == name)["pgbench"]
            y = 32 + n * step + i * 16
            out.append(f'<rect x="110" y="{y}" width="{ratio[0] * scale:.1f}" height="13" fill="{shades[i % 3]}"/>'
                       f'<text x="{114 + ratio[0] * scale:.1f}" y="{y + 11}">{ratio[0]:.2f}</text>')
    for n, name in enumerate(names):
        out.append(f'<text x="104" y="{43 + n * step}" text-anchor="end">{name}</text>')
    out.append(f'<line x1="{110 + scale:.1f}" x2="{110 + scale:.1f}" y1="26" y2="{height - 10}" stroke="#d62728"/></svg>')
    return "\n".join(out) + "\n"
