"""What the program is told when it asks the terminal something.

The engine would answer as the terminal it was written for, but what people look at is xterm.js. The one
rule: never claim what xterm.js lacks, or programs use it (margins, kitty keys) and the picture breaks.
"""

from __future__ import annotations

import re

XTVERSION = b"xterm.js(6.0.0)"
PRIMARY = (62, 4, 22)  # DA1: conformance level, features: sixel, colour -> CSI ? 62 ; 4 ; 22 c
SECONDARY = (0, 276, 0)  # DA2 -> CSI > 0 ; 276 ; 0 c

# xterm.js' default theme: what OSC 4, 10, 11 and 12 queries are told.
FOREGROUND = 0xFFFFFF
BACKGROUND = 0x000000
CURSOR = 0xFFFFFF
ANSI_COLORS = (
    0x2E3436,
    0xCC0000,
    0x4E9A06,
    0xC4A000,
    0x3465A4,
    0x75507B,
    0x06989A,
    0xD3D7CF,
    0x555753,
    0xEF2929,
    0x8AE234,
    0xFCE94F,
    0x729FCF,
    0xAD7FA8,
    0x34E2E2,
    0xEEEEEC,
)

NOT_RECOGNIZED, SET, RESET, PERMANENTLY_SET, PERMANENTLY_RESET = range(5)
# DECRQM (CSI ? n $ p). None: the engine's own answer is right; other modes are unknown to xterm.js.
PRIVATE_MODES: dict[int, int | None] = {
    1: None,
    6: None,
    7: None,
    8: PERMANENTLY_SET,
    9: None,
    12: None,
    25: None,
    45: None,
    66: None,
    67: PERMANENTLY_RESET,
    47: None,
    1000: None,
    1002: None,
    1003: None,
    1004: None,
    1005: PERMANENTLY_RESET,
    1006: None,
    1015: PERMANENTLY_RESET,
    1016: None,
    1047: None,
    1048: SET,
    1049: None,
    2004: None,
    2026: None,
}
ANSI_MODES: dict[int, int | None] = {2: PERMANENTLY_RESET, 4: None, 12: PERMANENTLY_SET, 20: None}

_MODE_REPORT = re.compile(rb"\x1b\[(\??)(\d+);\d\$y\Z")
_ALLOWED = re.compile(
    rb"\x1b\[\?62;4;22c\Z"  # DA1
    rb"|\x1b\[>0;276;0c\Z"  # DA2
    rb"|\x1bP>\|xterm"  # XTVERSION
    rb"|\x1b\[0n\Z"  # DSR: ok
    rb"|\x1b\[\d+;\d+R\Z"  # cursor position
    rb"|\x1bP[01]\$r"  # DECRQSS
    rb"|\x1b\[[468];\d+;\d+t\Z"  # size in pixels, of a cell, in characters
    rb"|\x1b\[48;"  # in-band resize (mode 2048); only a program that set it unasked gets one
    rb"|\x1b\](?:4|10|11|12);"  # colours
)


def as_xterm(reply: bytes) -> bytes:
    """The engine's reply as xterm.js would give it; empty where xterm.js is silent."""
    mode = _MODE_REPORT.match(reply)
    if mode:
        known = PRIVATE_MODES if mode[1] else ANSI_MODES
        number = int(mode[2])
        state = known.get(number, NOT_RECOGNIZED)
        return reply if state is None else b"\x1b[%s%d;%d$y" % (mode[1], number, state)
    return reply if _ALLOWED.match(reply) else b""
