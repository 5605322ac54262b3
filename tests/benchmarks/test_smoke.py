"""The harness in its smallest configuration, so that it does not rot: every group, this server and a bare PTY."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import psutil

from benchmarks import report
from benchmarks.groups import GROUPS

ROOT = Path(__file__).resolve().parents[2]


def test_every_group_finds_figures_and_leaves_nothing_running(tmp_path, request):
    mark = uuid.uuid4().hex
    # Short: a socket's path has 107 bytes, and Chromium makes one there.
    short = Path(tempfile.mkdtemp(prefix="bench-"))
    request.addfinalizer(lambda: shutil.rmtree(short))
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--smoke", "--no-docs", "--results", tmp_path, "--peers", "holdfast,pty"],
        cwd=ROOT, env=os.environ | {"BENCH_TEST": mark, "TMPDIR": str(short)},
        capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "latest.json").read_text())
    assert list(found) == list(GROUPS)
    assert [failure for group in found.values() for failure in group["failures"]] == []
    assert list(short.glob("holdfast-bench-*")) == []
    assert [process for process in psutil.process_iter() if started_by(process, mark)] == []

    document = tmp_path / "performance.md"
    document.write_text((ROOT / "docs" / "performance.md").read_text())
    report.write(found, document)
    assert "not measured" not in document.read_text().split("generated: budgets")[1].split("<!-- end -->")[0]


def started_by(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("BENCH_TEST") == mark
    except psutil.Error:
        return False
