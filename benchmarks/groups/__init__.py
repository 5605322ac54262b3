"""The groups of figures, in the order they are taken. Each has `run(bench) -> {...}`: plain data for
docs/performance.md (report.py) and the raw results."""

from benchmarks.groups import (
    browser,
    bulk,
    dashboard,
    echo,
    fanout,
    idle,
    interrupt,
    join,
    kill9,
    loopback,
    restart,
    slow,
    viewers,
)

GROUPS = {
    "client": loopback.run,
    "echo": echo.run,
    "bulk": bulk.run,
    "viewers": viewers.run,
    "slow": slow.run,
    "fanout": fanout.run,
    "interrupt": interrupt.run,
    "join": join.run,
    "idle": idle.run,
    "restart": restart.run,
    "kill9": kill9.run,
    "browser": browser.run,
    "dashboard": dashboard.run,
}
