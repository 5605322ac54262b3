"""Compares snapshots with xterm.js: `python -m tests.fidelity.compare` prints the table of docs/fidelity.md.

Every recording is cut at places chosen once and for all: anywhere, inside escape sequences, inside
characters. At each cut the engine's snapshot goes to a fresh xterm.js, and so does the rest of the
recording. The one rule: a cut counts as exact only when nothing at all differs, then and at the end.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.screen import Screen

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SCROLLBACK = 1000
ANYWHERE, IN_SEQUENCE, IN_CHARACTER = 24, 8, 6  # cuts a recording
NODE_SECONDS = 170


@dataclass(frozen=True)
class Recording:
    name: str  # of the program
    rows: int
    cols: int
    data: bytes

    @property
    def title(self) -> str:
        return f"{self.name} {self.rows}x{self.cols}"

    def cuts(self) -> list[int]:
        chosen, data = random.Random(self.title), self.data
        cuts = {chosen.randrange(1, len(data)) for _ in range(ANYWHERE)}
        sequences = [at for at in range(len(data) - 1) if data[at] == 0x1B]
        cuts |= {chosen.choice(sequences) + chosen.choice((1, 2, 3)) for _ in range(IN_SEQUENCE)}
        characters = [at for at in range(1, len(data)) if data[at] & 0xC0 == 0x80]
        if characters:
            cuts |= {chosen.choice(characters) for _ in range(IN_CHARACTER)}
        return sorted(cut for cut in cuts if cut < len(data))


@dataclass
class Result:
    """How one recording fared: cuts that were exact, all cuts, and at how many cuts each thing differed."""

    title: str
    exact: int = 0
    cuts: int = 0
    differences: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Any] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)  # engine's, xterm.js's, where they differ


def recordings() -> Iterator[Recording]:
    for path in sorted((HERE / "recordings").glob("*.z")):
        name, size = path.stem.rsplit("-", 1)
        rows, cols = map(int, size.split("x"))
        yield Recording(name, rows, cols, zlib.decompress(path.read_bytes()))


def node() -> str:
    """The machine's node, or the one that make fetched. No node, no answer: never a skipped test."""
    found = shutil.which("node", path=os.environ.get("PATH", "") + f":{ROOT}/.venv-node/bin")
    if found is None:
        raise RuntimeError("node is missing: `make test-setup` installs it")
    if not (ROOT / "node_modules/@xterm/headless").is_dir():
        raise RuntimeError("node_modules/@xterm/headless is missing: `make test-setup` installs it")
    return found


def run_node(script: Path, job: dict[str, Any]) -> Any:
    """Runs a script of ours with a job and returns its answer. It may import the browser's helpers."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        shutil.copytree(ROOT / "static/js/helpers", place / "helpers")
        (place / "helpers/package.json").write_text('{"type": "module"}')
        (place / "job").write_text(json.dumps({"root": str(ROOT), "helpers": str(place / "helpers"), **job}))
        command = [node(), str(script), str(place / "job"), str(place / "answer")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=NODE_SECONDS, check=False)
        if done.returncode:
            raise RuntimeError(f"{script.name} failed:\n{done.stderr[-4000:]}")
        return json.loads((place / "answer").read_text())


def compare(bare: bool = False) -> list[Result]:
    """`bare`: xterm.js without our guards and widths."""
    found = list(recordings())
    cuts = [list(_engine_at_cuts(recording)) for recording in found]
    jobs = [
        {
            "rows": recording.rows,
            "cols": recording.cols,
            "scrollback": SCROLLBACK,
            "bare": bare,
            "raw": base64.b64encode(recording.data).decode(),
            "cuts": [{"at": cut[0], "snapshot": base64.b64encode(cut[1]).decode()} for cut in done],
        }
        for recording, done in zip(found, cuts, strict=True)
    ]
    answers = run_node(HERE / "oracle.mjs", {"recordings": jobs})
    return [_result(*each) for each in zip(found, cuts, answers, strict=True)]


def _engine_at_cuts(recording: Recording) -> Iterator[tuple[int, bytes, str, list[Any]]]:
    screen = Screen(recording.rows, recording.cols, SCROLLBACK)
    last = 0
    for cut in recording.cuts():
        screen.replay(recording.data[last:cut])
        last = cut
        cursor = screen.cursor
        yield cut, screen.snapshot(), screen.text(), [cursor.row, cursor.col, cursor.visible]


def _result(recording: Recording, engine: list[Any], answers: list[Any]) -> Result:
    result = Result(recording.title)
    for (at, _, text, cursor), answer in zip(engine, answers, strict=True):
        differences = {**answer["after"], **answer["now"]}
        result.cuts += 1
        result.exact += not differences
        result.differences.update(differences.keys())
        for name, example in differences.items():
            result.examples.setdefault(name, (at, example))
        if (text, cursor) != (answer["text"], answer["cursor"]):
            result.texts.append((f"{at} {cursor}\n{text}", f"{at} {answer['cursor']}\n{answer['text']}"))
    return result


def table(results: list[Result]) -> str:
    lines = ["| recording | exact cuts | what differed at the others |", "|---|---|---|"]
    for result in results:
        named = ", ".join(f"{name} {count}" for name, count in sorted(result.differences.items()))
        lines.append(f"| {result.title} | {result.exact} of {result.cuts} | {named} |")
    exact, cuts = sum(result.exact for result in results), sum(result.cuts for result in results)
    lines.append(f"| **all** | **{exact} of {cuts}** | |")
    return "\n".join(lines)


def main() -> None:
    results = compare(bare="bare" in sys.argv)
    sys.stdout.write(table(results) + "\n")
    for result in results:
        for name, example in result.examples.items():
            sys.stderr.write(f"{result.title}: {name}: {str(example)[:200]}\n")
        for ours, theirs in result.texts[:1]:
            sys.stderr.write(f"{result.title}: text\n{ours}\n-- xterm.js --\n{theirs}\n")


if __name__ == "__main__":
    main()
