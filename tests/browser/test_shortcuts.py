"""docs/shortcuts.md lists the keys of all actions, of every page. WRITE_SHORTCUTS=1 writes it anew."""

from __future__ import annotations

import os
from pathlib import Path

from tests.browser.people import until

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/shortcuts.md"
HEAD = """# Shortcuts

Every key that the pages take for themselves; on a Mac `Meta` is ⌘. In a terminal only those with Shift and one of Ctrl
and Alt, or with Meta, are taken: all others go to the program. `?` shows this list on every page, `Ctrl+Shift+K` finds
the actions.
"""
KNOWN = "[...holdfast.actions.known.values()].map(({ id, title, group, keys }) => ({ id, title, group, keys }))"


def table(name: str, actions: list[dict]) -> str:
    lines = {f"| {one['title']} | {' '.join(f'`{key}`' for key in one['keys'])} |" for one in actions if one["keys"]}
    return f"\n## {name}\n\n| action | keys |\n|---|---|\n" + "\n".join(sorted(lines)) + "\n"


def test_the_document_is_the_registry_of_every_page(server, person):
    api = server.api("shortcuts")
    session = api.start(["cat"])["id"]
    alice = person("shortcuts")
    found: dict[str, list[dict]] = {}
    everywhere: set[str] = set()
    for name, path in (("Everywhere", "/account"), ("Sessions", "/"), ("A session", f"/sessions/{session}"),
                       ("Workspace", f"/workspace?open={session}")):  # fmt: skip
        page = alice.open(path)
        until(page, "holdfast.actions?.known.size" + (" && holdfast.stream?.joined" if session in path else ""))
        known = page.evaluate(f"() => {KNOWN}")
        found[name] = [one for one in known if one["id"] not in everywhere]
        everywhere |= {one["id"] for one in known}
        for one in known:
            assert one["group"] and one["title"], one
        taken = page.evaluate("""async () => {
          const { plain, sparesTheTerminal } = await import("/static/js/helpers/chords.js");
          return [...holdfast.actions.known.values()].flatMap(({ keys }) => keys)
            .filter((chord) => !plain(chord) && !sparesTheTerminal(chord));
        }""")
        assert taken == ["Ctrl+K"], f"{path}: this one only outside of terminals"
        chords = [key for one in known for key in one["keys"]]
        assert len(chords) == len(set(chords)), f"{path}: a key for two: {sorted(chords)}"
    text = HEAD + "".join(table(name, actions) for name, actions in found.items())
    if os.environ.get("WRITE_SHORTCUTS"):
        DOCUMENT.write_text(text)
    assert DOCUMENT.read_text() == text
