"""The budgets that the project set itself before there was any code, and how each is read from the figures.

The rule: a budget is compared with what was measured under it, not with the kindest figure there is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Raw = dict[str, Any]
NEEDS = {"echo", "viewers", "slow", "interrupt", "join", "idle", "restart", "kill9", "browser"}
# An hour of "0 %" would be exact; in a window of seconds one timer is more than nothing.
IDLE_CPU_PERCENT = 0.1


@dataclass(frozen=True)
class Budget:
    promise: str
    budget: float
    unit: str
    measure: Callable[[Raw], float | None]
    at_least: bool = False

    def measured(self, raw: Raw) -> float | None:
        try:
            return self.measure(raw)
        except (KeyError, TypeError, ValueError):
            return None  # the group, or this server in it, failed; its own section says why

    def text(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.budget:g} {self.unit}".strip()

    def verdict(self, value: float) -> str:
        if value >= self.budget if self.at_least else value <= self.budget:
            return "met"
        if self.at_least or not self.budget:
            return f"**missed by {f'{abs(value - self.budget):.0f} {self.unit}'.strip()}**"
        return f"**missed: {value / self.budget:.1f} times the budget**"


def found(raw: Raw, group: str) -> Any:
    return raw[group]["found"]


def keys(raw: Raw, case: str, share: str, above: bool = False) -> float:
    by_peer = found(raw, "echo")[case]
    return by_peer["holdfast"][share] - (by_peer["pty"][share] if above else 0)


def speed(raw: Raw, case: str) -> float:
    """Percent of the job's speed with no viewer."""
    ours = found(raw, "viewers")["holdfast"]
    return 100 * ours["none"]["job"] / ours[case]["job"]


def stalled(raw: Raw) -> float:
    """MB beyond what the same job costs with nobody there (its scrollback)."""
    ours = found(raw, "viewers")["holdfast"]
    return ours["stalled"]["grown"] - ours["none"]["grown"]


def line(raw: Raw, name: str, what: str) -> float:
    return found(raw, "slow")[name][what]


def joining(raw: Raw) -> float:
    """Server ms, of the longest past that was measured."""
    cases = found(raw, "join")
    return cases[max(cases, key=int)]["holdfast"]["cpu"]


def idle(raw: Raw) -> tuple[float, float]:
    """MB a session and percent of a processor, with as many sessions as were measured."""
    ours = found(raw, "idle")["holdfast"]
    count = max(ours, key=int)
    return (ours[count]["pss"] - ours[count]["empty"]) / int(count), ours[count]["cpu"]


def killed(raw: Raw, victim: str, what: str) -> float:
    return found(raw, "kill9")[victim][what]


def cat_in_browser(raw: Raw, what: str) -> float:
    cases = found(raw, "browser")["cases"]
    return next(by_page for case, by_page in cases.items() if case.startswith("cat "))["holdfast"][what]


BUDGETS = [
    Budget("key to echo, idle: p50 above a bare PTY", 1, "ms", lambda raw: keys(raw, "idle", "p50", above=True)),
    Budget("key to echo, idle: p99 above a bare PTY", 3, "ms", lambda raw: keys(raw, "idle", "p99", above=True)),
    Budget("the same beside a session that floods: p99", 10, "ms", lambda raw: keys(raw, "beside a flood", "p99")),
    Budget("the flood unwatched: p99", 10, "ms", lambda raw: keys(raw, "beside an unwatched flood", "p99")),
    Budget("job speed with one viewer", 90, "%", lambda raw: speed(raw, "one"), at_least=True),
    Budget("job speed with a hundred", 90, "%", lambda raw: speed(raw, "crowd"), at_least=True),
    Budget("job speed with one that stopped reading", 90, "%", lambda raw: speed(raw, "stalled"), at_least=True),
    Budget(
        "frames of a flood a second, over 256 KB/s and 100 ms", 5, "",
        lambda raw: line(raw, "256 KB/s, 100 ms", "rate"), at_least=True,
    ),
    Budget("the exact screen after a flood", 0.2, "s", lambda raw: line(raw, "no line between", "exact")),
    Budget("Ctrl-C in a flood: median", 100, "ms", lambda raw: found(raw, "interrupt")["holdfast"]["p50"]),
    Budget("Ctrl-C in a flood: worst", 100, "ms", lambda raw: found(raw, "interrupt")["holdfast"]["worst"]),
    Budget("join: server time, deepest past measured", 50, "ms", joining),
    Budget("memory for a viewer that stopped reading", 8, "MB", stalled),
    Budget("an idle session, most that were measured", 1, "MB", lambda raw: idle(raw)[0]),
    Budget("all of these together: processor", IDLE_CPU_PERCENT, "%", lambda raw: idle(raw)[1]),
    Budget("kill -9 of the web server: programs lost", 0, "", lambda raw: killed(raw, "web", "lost")),
    Budget("kill -9 of the web server: lines wrong", 0, "", lambda raw: killed(raw, "web", "wrong_lines")),
    Budget("kill -9 of the web server: live again, worst", 2, "s", lambda raw: killed(raw, "web", "worst")),
    Budget("kill -9 of the keeper: programs lost", 0, "", lambda raw: killed(raw, "keeper", "lost")),
    Budget("kill -9 of the keeper: lines wrong", 0, "", lambda raw: killed(raw, "keeper", "wrong_lines")),
    Budget("kill -9 of the keeper: live again, worst", 2, "s", lambda raw: killed(raw, "keeper", "worst")),
    Budget("a browser, `cat` of all that text: longest task", 200, "ms", lambda raw: cat_in_browser(raw, "longest")),
    Budget("the same: prompt drawn after the job's end", 300, "ms", lambda raw: cat_in_browser(raw, "prompt")),
    Budget("all sessions live again after a restart", 2, "s", lambda raw: found(raw, "restart")["seconds"]),
]
