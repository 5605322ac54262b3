"""A pen as SGR parameters. The one rule: whole looks, never changes: each starts again from the default."""

from __future__ import annotations

from functools import lru_cache

from app.screen.rows import Color, Pen

FOREGROUND, BACKGROUND, UNDERLINE = 38, 48, 58
# Engine flag bit -> SGR number
_FLAGS = ((1, 1), (4, 2), (2, 3), (8, 5), (16, 7), (32, 8), (64, 9), (128, 53))


@lru_cache(maxsize=4096)
def sgr(pen: Pen) -> str:
    """The sequence that makes `pen` the current look, whatever was before."""
    parameters = _flags(pen.flags)
    parameters += _color(pen.foreground, FOREGROUND)
    parameters += _color(pen.background, BACKGROUND)
    parameters += _color(pen.underline_color, UNDERLINE)
    return f"\x1b[0;{';'.join(parameters)}m" if parameters else "\x1b[m"


def _flags(flags: int) -> list[str]:
    found = [str(number) for bit, number in _FLAGS if flags & bit]
    underline = flags >> 8 & 7
    if underline:
        found.append("4" if underline == 1 else f"4:{underline}")
    return found


def _color(color: Color, base: int) -> list[str]:
    if color.kind == 0:
        return []
    if color.kind == 1:
        if base == UNDERLINE:
            return [f"58:5:{color.red}"]
        if color.red < 16:  # 30..37, 90..97; 40..47, 100..107
            return [str(base - 8 + color.red + (52 if color.red >= 8 else 0))]
        return [f"{base};5;{color.red}"]
    if base == UNDERLINE:
        return [f"58:2::{color.red}:{color.green}:{color.blue}"]
    return [f"{base};2;{color.red};{color.green};{color.blue}"]
