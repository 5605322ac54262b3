"""Finds every text that people see in the source: those that are marked for translation, and those that are not."""

from __future__ import annotations

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import extract_from_file

ROOT = Path(__file__).resolve().parent.parent
KEYWORDS = {"_": None, "said": None, "gettext": None, "t": None, "tn": (1, 2)}
SOURCES = (
    ("app/**/*.py", "python"), ("templates/**/*.html", "jinja2.ext:babel_extract"), ("static/js/**/*.js", "javascript"),
)  # fmt: skip
STRING = r'"((?:[^"\\\n]|\\.)*)"'
# Babel's JavaScript extractor passes over a call inside another's arguments, so they are looked for once more.
JS_CALL = re.compile(rf"\b(tn?)\(\s*{STRING}(?:,\s*{STRING})?")
PY_CALL = re.compile(rf"\b(said)\(\s*{STRING}")
HOLES = re.compile(r"\{\w+\}|%\(\w+\)s")

Msgid = str | tuple[str, str]


def used(root: Path = ROOT) -> dict[Msgid, str]:
    """Every msgid of the source, and where it was seen first."""
    found: dict[Msgid, str] = {}
    for pattern, method in SOURCES:
        for path in sorted(root.glob(pattern)):
            place = str(path.relative_to(root))
            for line, msgid, _, _ in extract_from_file(method, path, keywords=KEYWORDS, options={"encoding": "utf-8"}):
                if (whole := tidied(msgid, method)) and not doubled(found, whole):
                    found[whole] = f"{place}:{line}"
            for msgid in nested(path, method):
                if not doubled(found, msgid):
                    found[msgid] = place
    return found


def doubled(found: dict[Msgid, str], msgid: Msgid) -> bool:
    """A text is one text, with a plural or without."""
    if isinstance(msgid, tuple):
        found.pop(msgid[0], None)
        return msgid in found
    return any(isinstance(one, tuple) and one[0] == msgid for one in found)


def tidied(msgid: object, method: str) -> Msgid | None:
    """Babel hands out all string arguments; a plural is only what tn() says."""
    if not isinstance(msgid, tuple | list):
        return str(msgid) if msgid else None
    texts = [one for one in msgid if one]
    return (texts[0], texts[1]) if method == "javascript" and len(texts) == 2 else texts[0] if texts else None


def nested(path: Path, method: str) -> list[Msgid]:
    call = {"javascript": JS_CALL, "python": PY_CALL}.get(method)
    if call is None:
        return []
    found: list[Msgid] = []
    for match in call.finditer(uncommented(path.read_text(), method)):
        one, many = plain(match[2]), plain(match[3]) if match[1] == "tn" and match[3] else None
        found.append((one, many) if many else one)
    return found


def plain(literal: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", literal)


def uncommented(source: str, method: str) -> str:
    if method == "javascript":
        source = re.sub(r"/\*.*?\*/", "", source, flags=re.S)
        return re.sub(r"(^|\s)//[^\n]*", r"\1", source)
    return re.sub(r'"""(?:.|\n)*?"""', "", source)


class Texts(HTMLParser):
    """Text nodes and spoken attributes of a template that hold words of their own."""

    SPOKEN = {"title", "aria-label", "placeholder", "alt", "aria-description", "aria-roledescription"}
    # What is on the keys, in a shell, or our name is the same in every language.
    MUTE = {"script", "style", "kbd", "code"}
    NAMES = {"Holdfast"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        for name, value in attrs:
            if name in self.SPOKEN:
                self.note(value or "")

    def handle_endtag(self, tag: str) -> None:
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not set(self.inside) & self.MUTE:
            self.note(data)

    def note(self, text: str) -> None:
        for part in re.split(r"[·|]", text):
            if re.search(r"[A-Za-z]{2}", part) and part.strip() not in self.NAMES:
                self.found.append(" ".join(part.split()))


def unmarked_in_template(source: str) -> list[str]:
    """What is not inside {{ }} or {% %}, without the inside of those."""
    source = re.sub(r"\{#.*?#\}|\{% block page %\}.*?\{% endblock %\}", "", source, flags=re.S)  # a class, no text
    source = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", source, flags=re.S)
    reader = Texts()
    reader.feed(source)
    return reader.found


# What refuses, with the words that whoever asked is told.
REFUSALS = {
    "Problem", "bad_field", "No", "refusal", "Refused", "LaunchRefused", "TooMany", "InputFull", "Crowded", "TooLarge",
    "Unavailable", "NotThere", "SessionOver", "LiveError",
}  # fmt: skip


def unmarked_in_python(source: str) -> list[str]:
    """Literals with a blank in them among the arguments of a refusal."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS:
            found += [text for arg in node.args if " " in (text := literal(arg))]
    return found


def literal(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


# Where words go on: what is shown or read out, with a literal that begins with a letter (a text, not a key).
SINKS = re.compile(
    r"""(?:
      \b(?:toast|say)\(\s*
      | \b(?:setText|this\.say)\([^,()]+(?:\([^()]*\))?\s*,\s*
      | \.(?:title|ariaLabel|placeholder|textContent|innerText|ariaDescription)\s*=\s*(?!=)
      | setAttribute\("(?:title|aria-label|placeholder|alt)",\s*
      | \b(?:label|title|text|action|message|hint)\s*:\s*
    )(?P<word>"[^"\n]*"|`[^`]*`)""",
    re.X,
)


def unmarked_in_script(source: str) -> list[str]:
    found = []
    for match in SINKS.finditer(uncommented(source, "javascript")):
        words = re.sub(r"\$\{(?:[^{}]|\{[^{}]*\})*\}", " ", match["word"][1:-1])
        if words.startswith("curl "):
            continue
        if re.search(r"[A-Za-z]{2}", words) and (" " in words.strip() or words.strip()[:1].isupper()):
            found.append(words)
    return found
