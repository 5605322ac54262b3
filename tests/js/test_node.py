"""The browser's models and helpers, tested in node: they touch no DOM, so none is needed."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.mjs")), ids=lambda path: path.name)
def test_in_node(path: Path) -> None:
    run = subprocess.run(
        ["node", "--test", "--test-reporter=spec", str(path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
