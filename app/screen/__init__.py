"""The terminal screen: output bytes in, state out.

`Screen` follows a program's output with a real terminal engine (libghostty-vt), answers the program's
questions, and can write its state down as ANSI that rebuilds it elsewhere (`Screen.snapshot`). The one
rule here: pure. No clock, no I/O, no knowledge of sessions, sockets or files.
"""

from app.screen.cells import Cells, Cursor, Line, Run, Style
from app.screen.engine import Screen, ScreenBusy
from app.screen.signs import Notification, Progress, Signs

__all__ = [
    "Cells",
    "Cursor",
    "Line",
    "Notification",
    "Progress",
    "Run",
    "Screen",
    "ScreenBusy",
    "Signs",
    "Style",
]
