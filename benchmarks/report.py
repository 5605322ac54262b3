"""docs/performance.md: tables made from the raw figures, between markers; the prose around them is written by hand.

The rule: nothing is left out. What could not be measured, and why, stands in the table in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import budgets
from benchmarks.peers import EVERY

DOCS = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
TITLES = {name: peer.title for name, peer in EVERY.items()}
Data = dict[str, Any]
Rows = list[list[str]]


def write(raw: Data, path: Path = DOCS) -> None:
    """Every section whose figures are there; the others stay as they are."""
    text = path.read_text()
    for name, render in SECTIONS.items():
        if name in raw:
            text = replaced(text, name, section(name, render, raw[name]))
    if set(raw) >= budgets.NEEDS:
        text = replaced(text, "budgets", budget_table(raw))
    if raw:
        text = replaced(text, "machine", machine(raw))
    path.write_text(text)


def replaced(text: str, name: str, body: str) -> str:
    begin, end = f"<!-- generated: {name} -->", "<!-- end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.S)
    if not pattern.search(text):
        raise ValueError(f"docs/performance.md has no section {begin}")
    return pattern.sub(lambda match: f"{begin}\n{body.strip()}\n{end}", text, count=1)


def section(name: str, render: Callable[[Data], str], taken: Data) -> str:
    low, high = taken["load"]
    when = f"*{taken['date']}, {taken['scale']} run, load average {low} before and {high} after.*"
    body = render(taken["found"]) if taken["found"] else "Not measured."
    missed = [f"- {f['what']}: {f['why']}" for f in taken["failures"]]
    return "\n\n".join([when, body, *(["Failed:\n\n" + "\n".join(missed)] if missed else [])])


def machine(raw: Data) -> str:
    newest = max(raw.values(), key=lambda taken: taken["date"])
    is_ = newest["machine"]
    versions = {name: version for taken in raw.values() for name, version in taken["versions"].items()}
    absent = {name: why for taken in raw.values() for name, why in taken["absent"].items() if name not in versions}
    lines = [
        f"- {is_['cores']} cores ({is_['cpu']}), {is_['memory_gb']} GB, Linux {is_['linux']}, Python {is_['python']}",
        *(f"- {TITLES[name]}: {version}" for name, version in versions.items()),
        *(f"- {TITLES[name]}: not measured; {why}" for name, why in absent.items()),
    ]
    return "\n".join(lines)


# Cells.


def table(head: list[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "-"
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return f"{text} {unit}".strip()


def ratio(value: float | None, to: float | None) -> str:
    return "-" if not value or not to else f"{value / to:.2f}"


def peers(found: Data) -> list[str]:
    return [name for name in EVERY if isinstance(found.get(name), dict) and found[name]]


def budget_table(raw: Data) -> str:
    rows = []
    for budget in budgets.BUDGETS:
        value = budget.measured(raw)
        verdict = "not measured" if value is None else budget.verdict(value)
        rows.append([budget.promise, budget.text(), number(value, budget.unit), verdict])
    return table(["promise", "budget", "measured", ""], rows)


# Sections.


def client(found: Data) -> str:
    rows = [
        [TITLES[name], number(found[name]["megabytes_per_second"]), number(found[name]["echo"]["p50"] * 1000),
         number(found[name]["echo"]["p99"] * 1000)]
        for name in peers(found)
    ]  # fmt: skip
    return table(["client for", "MB/s", "echo p50, microseconds", "p99"], rows)


def echo(found: Data) -> str:
    rows = []
    for case, by_peer in found.items():
        limit = (by_peer.get("pty") or found["idle"].get("pty") or {}).get("p50")
        for name in peers(by_peer):
            keys = by_peer[name]
            above = None if limit is None or keys["p50"] is None else keys["p50"] - limit
            rows.append(
                [case, TITLES[name], *(number(keys[p]) for p in ("p50", "p95", "p99")), number(above),
                 f"{keys['unseen']} of {keys['keys']}"]
            )  # fmt: skip
    return table(["case", "", "p50 ms", "p95 ms", "p99 ms", "p50 above the bare PTY", "not seen"], rows)


def bulk(found: Data) -> str:
    rows = []
    for case, by_peer in found.items():
        size, limit = by_peer["megabytes"], (by_peer.get("pty") or {}).get("seconds")
        for name in peers(by_peer):
            is_ = by_peer[name]
            cost = None if is_["cpu"] is None else is_["cpu"] * 100 / size
            rows.append(
                [case, TITLES[name], number(is_["seconds"]), number(size / is_["seconds"]),
                 ratio(is_["seconds"], limit), number(is_["job"]), number(cost), number(is_["received"])]
            )  # fmt: skip
    head = ["", "", "s to the last byte", "MB/s", "x bare PTY", "job's own s", "server CPU s per 100 MB", "MB received"]
    return table(head, rows)


def viewers(found: Data) -> str:
    cases = {"none": "no viewer", "one": "one", "crowd": str(found["crowd"]), "stalled": "one that stopped reading"}
    rows = []
    for name in peers(found):
        base = (found[name].get("none") or {}).get("job")
        for case, title in cases.items():
            if case in found[name]:
                is_ = found[name][case]
                given_up = f"not done after {found['still']:.0f} s ({is_['still']} of {is_['samples']})"
                took = given_up if is_["still"] else number(is_["job"], "s")
                rows.append([TITLES[name], title, took, ratio(base, is_["job"]), number(is_["grown"], "MB")])
    head = ["", "viewers", "the job took", "speed, of that with none", "server memory grew at most"]
    return f"The job: `cat` of {found['megabytes']:.0f} MB.\n\n" + table(head, rows)


def slow(found: Data) -> str:
    rows = [
        [line, number(is_["first"]), number(is_["rate"]), number(is_["age"]),
         number(is_["bytes"] and is_["bytes"] / 1000), number(is_["end"]), number(is_["exact"]),
         number(is_["exact_bytes"] / 1000)]
        for line, is_ in found.items() if isinstance(is_, dict) and is_
    ]  # fmt: skip
    head = ["the line", "s to the first frame", "frames a second from then on", "age of a frame, s", "kB each",
            "s from the end to a screen that shows it", "to the exact one", "kB of this"]  # fmt: skip
    return table(head, rows)


def fanout(found: Data) -> str:
    rows = []
    for count, by_peer in found["viewers"].items():
        for name in peers(by_peer):
            is_ = by_peer[name]
            share = is_["received"] / (found["megabytes"] * int(count)) * 100
            rows.append(
                [count, TITLES[name], number(is_["seconds"]), number(is_["rate"]), number(is_["cpu"]),
                 f"{share:.0f} %", number(is_["job"]), number(is_["client_cpu"])]
            )  # fmt: skip
    head = ["viewers", "", "s until all saw the end", "MB/s delivered", "server CPU s", "of the output sent as such",
            "job's own s", "the viewers' own CPU s"]  # fmt: skip
    return f"The job: `cat` of {found['megabytes']:.0f} MB.\n\n" + table(head, rows)


def interrupt(found: Data) -> str:
    rows = [
        [TITLES[name], number(found[name]["p50"]), number(found[name]["worst"]), str(found[name]["samples"])]
        for name in peers(found)
    ]
    return table(["", "median ms until the prompt", "worst ms", "tries"], rows)


def join(found: Data) -> str:
    rows = []
    for lines, by_peer in found.items():
        for name in peers(by_peer):
            is_ = by_peer[name]
            rows.append(
                [f"{int(lines):,}", TITLES[name], number(is_["seen"]), number(is_["joined"]), number(is_["cpu"]),
                 number(is_["received"] * 1000)]
            )  # fmt: skip
    head = ["lines behind", "", "ms from connecting to the last line", "of it the join", "server CPU ms", "kB received"]
    return table(head, rows)


def idle(found: Data) -> str:
    rows = []
    for name in peers(found):
        for count, is_ in found[name].items():
            each = (is_["pss"] - is_["empty"]) / int(count) * 1000
            parts = ", ".join(f"{part} {number(size)}" for part, size in is_["parts"].items())
            rows.append(
                [TITLES[name], count, number(is_["pss"]), number(each), f"{is_['cpu']:.2f}", parts,
                 number(is_["making"] * 1000)]
            )  # fmt: skip
    head = ["", "sessions", "PSS MB", "kB a session", "CPU %", "of it", "ms to make one"]
    return table(head, rows)


def restart(found: Data) -> str:
    rows = [[str(found["sessions"]), number(found["answers"]), number(found["seconds"]), str(found["lost"])]]
    return table(["sessions", "s until it answers", "s until all are live", "programs lost"], rows)


def kill9(found: Data) -> str:
    rows = []
    for victim in ("web", "keeper"):
        if is_ := found.get(victim):
            rows.append(
                [f"Holdfast, {victim}", f"{is_['lost']} of {is_['tries']}", str(is_["wrong_lines"]),
                 number(is_["seconds"]), number(is_["worst"])]
            )  # fmt: skip
    for name, is_ in found["peers"].items():
        if is_:
            rows.append([TITLES[name], f"{is_['lost']} of 1", "-", "-", "-"])
    return table(["killed", "programs lost", "lines lost, torn or repeated", "live again, median s", "worst s"], rows)


def browser(found: Data) -> str:
    rows = []
    for case, by_page in found["cases"].items():
        for name in peers(by_page):
            is_ = by_page[name]
            rows.append(
                [case, TITLES[name], number(is_["longest"]) if is_["longest"] else "< 50", number(is_["frame_p95"]),
                 number(is_["prompt"]), number(is_["job"]), number(is_["received"]), number(is_["heap"])]
            )  # fmt: skip
    head = ["", "", "longest task ms", "frames apart p95 ms", "prompt drawn, ms after the job's end", "job's own s",
            "MB received", "heap grew MB"]  # fmt: skip
    parts = [f"Chromium {found['chromium']}, xterm.js's DOM renderer in both pages.", table(head, rows)]
    keys = [
        [TITLES[name], number(is_["prompt"]), number(is_["longest"]) if is_["longest"] else "< 50"]
        for name in peers(found["interrupt"]) for is_ in [found["interrupt"][name]]
    ]  # fmt: skip
    parts += ["Ctrl-C in one second of `yes`:", table(["", "prompt drawn, ms after the key", "longest task ms"], keys)]
    hidden = [
        [TITLES[name], *(number(is_[key]) for key in ("received", "page_cpu", "server_cpu", "shown", "catching_up"))]
        for name in peers(found["hidden"]) for is_ in [found["hidden"][name]]
    ]  # fmt: skip
    head = ["", "MB received while hidden", "page's CPU s", "server's CPU s", "ms from looking again to the prompt",
            "MB for it"]  # fmt: skip
    return "\n\n".join([*parts, f"`cat` of {found['megabytes']} MB while the page is hidden:", table(head, hidden)])


def dashboard(found: Data) -> str:
    if "median" not in found:
        return ""
    row = [str(found["sessions"]), *(number(found[key]) for key in ("first", "median", "p95", "p99", "worst"))]
    row += [number(found["longest"]) if found["longest"] else "< 50", number(100 * found["server"])]
    head = ["sessions", "first thumbnails ms", "frames apart ms", "p95", "p99", "worst", "longest task ms",
            "server's CPU, % of a core"]  # fmt: skip
    pages = [
        [name, number(one["paint"]), number(one["load"]), number(one["bytes"] / 1e6)]
        for name, one in found["loads"].items()
    ]
    loads = table(["page", "ms to the first paint", "ms to the load event", "MB"], pages)
    return "\n\n".join([table(head, [row]), loads])


SECTIONS: dict[str, Callable[[Data], str]] = {
    "client": client, "echo": echo, "bulk": bulk, "viewers": viewers, "slow": slow, "fanout": fanout,
    "interrupt": interrupt, "join": join, "idle": idle, "restart": restart, "kill9": kill9, "browser": browser,
    "dashboard": dashboard,
}  # fmt: skip
