"""Whether who looks on slows the job, and what one who stopped reading costs the server.

The job times itself. Viewers run at low priority in another process: in life they are other machines. What
remains of their cost here is that the server must share two cores with the job it serves.
"""

from __future__ import annotations

import contextlib
import shlex
import time
from typing import Any

from benchmarks import jobs
from benchmarks.clients import Client, Spec, connect
from benchmarks.drain import Drain
from benchmarks.harness import Bench, median, pss
from benchmarks.peers import Peer

# A job that a stalled viewer stops would never end; after so many seconds for each 10 MB, and at least so many,
# it is given up. The slowest that moves takes half a second for 10 MB.
STILL_SECONDS_PER_10_MB = 2.0
STILL_SECONDS = 8.0
LIMIT_SECONDS = 60
# Between two looks at the server's memory (seconds).
SAMPLE_SECONDS = 0.2
CASES = ("none", "one", "crowd", "stalled")


def run(bench: Bench) -> dict[str, Any]:
    text = jobs.text_file(bench.directory, bench.scale.job_mb)
    command = f"cat {shlex.quote(str(text))}"
    still = max(STILL_SECONDS, bench.scale.job_mb / 10 * STILL_SECONDS_PER_10_MB)
    whole: dict[str, Any] = {"megabytes": text.stat().st_size / 1e6, "crowd": bench.scale.crowd, "still": still}
    names = {f"{n} {case}": (n, case) for n in bench.wanted for case in CASES if possible(bench, n, case)}
    samples = bench.interleaved(
        list(names), bench.scale.job_rounds, lambda label: one(bench, *names[label], command, still), LIMIT_SECONDS
    )
    for label, taken in samples.items():
        name, case = names[label]
        times = [sample["job"] for sample in taken if sample["job"] is not None]
        whole.setdefault(name, {})[case] = {
            "job": median(times),
            "still": sum(sample["job"] is None for sample in taken),
            "samples": len(taken),
            "grown": max((sample["grown"] for sample in taken), default=None),
            "died": sum(sample["died"] for sample in taken),
        }
    return whole


def possible(bench: Bench, name: str, case: str) -> bool:
    peer = bench.peer(name)
    return {"none": peer.detached or name == "pty", "crowd": peer.shared and name != "tmux"}.get(
        case, name != "pty" or case == "one"
    )


def one(bench: Bench, name: str, case: str, command: str, still: float) -> dict[str, Any]:
    """The job's run time (None: it was given up), and by how much the server's memory grew at most (MB)."""
    if name == "pty" and case == "none":
        command += " > /dev/null"  # there is no PTY without a reader
    job = jobs.timed(bench.jobs(), command)
    with contextlib.ExitStack() as stack:
        # Where memory is the question the server is a fresh one: what an earlier job left free would hide it.
        fresh = case in ("none", "stalled") and name != "pty"
        peer = stack.enter_context(bench.fresh(name)) if fresh else bench.peer(name)
        spec = stack.enter_context(bench.session(peer, job))
        watching(bench, stack, case, spec, job)
        before = pss(peer.processes())
        took, most = follow(peer, job, before, still)
        return {"job": took, "grown": most - before, "died": not job.alive()}


def watching(bench: Bench, stack: contextlib.ExitStack, case: str, spec: Spec, job: jobs.Job) -> None:
    """The viewers of this case, and the key that starts the job."""
    first = connect(spec)
    first.until(jobs.READY, 20)
    if case in ("one", "crowd"):
        if case == "crowd":
            stack.enter_context(Drain([spec] * bench.scale.crowd))
            first.type("\n")
            leave(first)
        else:
            # A viewer of a session that dies with its connection has to be this one.
            stack.callback(first.close)
            first.type("\n")
            if spec["kind"] in ("pty", "wetty"):
                first.until(jobs.DONE, LIMIT_SECONDS)
            else:
                stack.enter_context(Drain([spec]))
                leave(first)
    elif case == "stalled":
        stack.callback(first.close)
        first.type("\n")  # and not a byte is read any more
    else:
        first.type("\n")
        if spec["kind"] == "pty" and "tmux" not in spec["argv"][0]:
            stack.callback(first.close)
        else:
            leave(first)


def leave(client: Client) -> None:
    """Once the key that starts the job has arrived, and before the job begins."""
    time.sleep(jobs.LEAVE_SECONDS / 3)
    client.close()


def follow(peer: Peer, job: jobs.Job, before: float, still: float) -> tuple[float | None, float]:
    most, limit, sampled = before, time.monotonic() + still, 0.0
    while job.times() is None and time.monotonic() < limit and (job.pid is None or job.alive()):
        if time.monotonic() - sampled > SAMPLE_SECONDS:
            most, sampled = max(most, pss(peer.processes())), time.monotonic()
        time.sleep(0.02)
    time.sleep(0.3)
    return job.wait(0), max(most, pss(peer.processes()))
