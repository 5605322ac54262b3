"""Makes the recordings: `python -m tests.fidelity.record [NAME ...]`.

Real programs on real PTYs with scripted keys; what they wrote goes to recordings/NAME-ROWSxCOLS.z (zlib).
The one rule: nothing of the machine they were made on shows in them: a directory, processes, prompt and
names of our own.
"""

# ruff: noqa: E501 - keys and scripts read best in one line each
from __future__ import annotations

import getpass
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import textwrap
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ptyprocess import PtyProcess

from app.screen import Screen

RECORDINGS = Path(__file__).parent / "recordings"
STAGE = Path("/tmp/holdfast-stage")  # shown in the recordings, so it has one name everywhere
QUIET_SECONDS = 0.3  # a program that wrote nothing for so long waits for keys
MOST_SECONDS = 3.0
SIZES = ((24, 80), (40, 132), (10, 37))

ESC, ENTER, TAB, DOWN, UP, RIGHT, LEFT = b"\x1b", b"\r", b"\t", b"\x1b[B", b"\x1b[A", b"\x1b[C", b"\x1b[D"
PAGE_DOWN, PAGE_UP, HOME, END = b"\x1b[6~", b"\x1b[5~", b"\x1b[H", b"\x1b[F"
F1, F3, F4, F5, F6, F9, F10 = (
    b"\x1bOP",
    b"\x1bOR",
    b"\x1bOS",
    b"\x1b[15~",
    b"\x1b[17~",
    b"\x1b[20~",
    b"\x1b[21~",
)


def ctrl(letter: str) -> bytes:
    return bytes([ord(letter) & 31])


@dataclass(frozen=True)
class Play:
    argv: tuple[str, ...]
    keys: tuple[bytes, ...]


def plays(sleepers: list[int]) -> dict[str, Play]:
    shell = ("bash", "--norc", "--noprofile", "-i")
    vim = ("vim", "-N", "-u", "NONE", "-i", "NONE", "--cmd", "syntax on | set nu mouse=a background=dark hls")
    return {
        "vim": Play((*vim, "poem.c"), (
            b"12jzz", b"/int\r", b"n", b"n", b"dd", b"5dd", b"u", b"oA new line with \xe6\xbc\xa2\xe5\xad\x97 inside", ESC,
            b"G", b"gg", b":split\r", ctrl("f"), ctrl("w") + b"w", ctrl("d"), b"vjjj>", b":vsplit\r", b"20ihello ", ESC,
            b":set wrap! list!\r", b":%s/int/long/g\r", ctrl("e") * 4, ctrl("y") * 2, b":term ++curwin ls\r", b":qa!\r", b":qa!\r",
        )),
        "less": Play(("less", "-R", "-S", "colors.txt"), (
            b" ", b" ", b"b", b"j" * 5, b"k" * 7, b"/word\r", b"n", b"n", b"-S\r", b"G", b"g", RIGHT, LEFT, b"F", ctrl("c"), b"h", b"q", b"q",
        )),
        "nano": Play(("nano", "-R", "--ignorercfiles", "-l", "-m", "poem.c"), (
            DOWN * 8, END, b" typed text", ENTER, ctrl("k"), ctrl("k"), ctrl("u"), ctrl("w") + b"int" + ENTER, PAGE_DOWN, PAGE_DOWN, PAGE_UP,
            b"\x1bu", ctrl("g"), ctrl("x"), ctrl("x"), b"n",
        )),
        "htop": Play(("htop", "-d", "5", "-p", ",".join(map(str, sleepers))), (
            DOWN * 3, F5, F6, DOWN + ENTER, b"/sl" + ENTER, F1, b" ", UP, F4 + b"sleep" + ENTER, F3, ESC, b"S", DOWN * 2, F10, b"q",
        )),
        "tmux": Play(("tmux", "-f", "tmux.conf", "-L", "holdfast-stage"), (
            b"ls --color=always\r", ctrl("b") + b'"', b"seq 1 60\r", ctrl("b") + b"%", b"cat colors.txt\r", ctrl("b") + b"o",
            ctrl("b") + b"[", PAGE_UP, PAGE_UP, b"q", ctrl("b") + b"z", ctrl("b") + b"z", ctrl("b") + b"c", b"vim -N -u NONE -i NONE poem.c\r", b"8j",
            ctrl("b") + b"p", ctrl("b") + b"{", ctrl("b") + b" ", ctrl("b") + b":", b"kill-server\r",
        )),
        "mc": Play(("mc", "-u", "--nosubshell", ".", "."), (
            DOWN * 3, TAB, DOWN * 7, F3, PAGE_DOWN, DOWN * 3, F10, F9, RIGHT, DOWN * 3, ESC + ESC, F5, ESC + ESC, TAB, END, UP * 2,
            b"ls -l\r", ctrl("o"), ctrl("o"), F4, DOWN * 3, b"typed ", F10, RIGHT, ENTER, F10, ENTER,
        )),
        "dialog": Play(("bash", "dialogs.sh"), (
            ENTER, DOWN * 2, b" ", DOWN, b" ", ENTER, b"Some name", TAB, ENTER, DOWN * 2, ENTER, ENTER, ENTER,
        )),
        "python": Play((sys.executable, "-i", "-q", "-c", "import os"), (
            b"for i in range(30): print(i, '=' * (i * 5))\n", b"\n", b"'caf\xc3\xa9 \xe6\xbc\xa2\xe5\xad\x97'\n", UP, HOME, RIGHT * 3, b"x", END, b"\x7f" * 3, ctrl("c"),
            b"help(len)\n", b"q", b"[n ** 40 for n in range(40)]\n", ctrl("l"), b"1/0\n", ctrl("r") + b"for", ctrl("c"), b"exit()\n",
        )),
        "bash": Play(shell, (
            b"ls -la --color=always\n", b"cat colors.txt\n", b"echo " + b"long " * 60, HOME, b"true; ", END, b"\x7f" * 40, ENTER,
            b"ls\t\t", ctrl("c"), ctrl("r") + b"ec", ctrl("a"), ctrl("k"), b"grep -n --color=always int poem.c\n", b"clear\n",
            b"printf '\\e[?1049h\\e[2;5r\\e[Hinside\\e7\\n\\n\\n\\n\\n\\e8back\\e[?1049l'\n", b"cat wide.txt\n", b"tput reset\n", b"seq 200\n", b"exit\n",
        )),
        "build": Play(("bash", "build.sh"), ()),
        "wide": Play(("bash", "wide.sh"), ()),
        "odd": Play(("bash", "odd.sh"), ()),
    }  # fmt: skip


POEM = "".join(
    f"/* stanza {n} */\nstatic int line_{n}(int width, const char *text) {{\n"
    f'    if (width < {n}) return {n * 7};  // {"soft " * (n % 9)}\n\treturn width ? printf("%s", text) : 0;\n}}\n\n'
    for n in range(40)
)
COLORS = "".join(
    f"\x1b[{30 + n % 8}m{n:3} \x1b[1mbold\x1b[22m \x1b[4munder\x1b[24m \x1b[7minverse\x1b[27m "
    f"\x1b[48;5;{n * 3 % 256}m 256 \x1b[49m \x1b[38;2;{n};{255 - n};{n * 7 % 256}mtrue colour\x1b[0m "
    f"{'word ' * (n % 30)}\n"
    for n in range(150)
)
WIDE = "漢字かな交じり文 ｆｕｌｌｗｉｄｔｈ\n한국어 텍스트\ne\u0301 a\u0308 cafe\u0301 n\u0303\n😀 👍 🚀 ❤ ☃ ✓\n→ │ ┌─┐ █▓▒░\nمرحبا שלום\nประเทศไทย\n"
BUILD = r"""
for i in $(seq 1 120); do
  printf '\e[32m[%3d%%]\e[0m \e[1mCompiling\e[0m src/module_%03d.c\r' $((i * 100 / 120)) $i
  if [ $((i % 7)) = 0 ]; then
    printf '\e[K\e[1msrc/module_%03d.c:%d:%d: \e[35mwarning: \e[0munused variable \e[1m‘value_%d’\e[0m [\e[1;35m-Wunused-variable\e[0m]\n' $i $i 9 $i
    printf '   %d |     int \e[1;35mvalue_%d\e[0m = compute_something_quite_long(argument_one, argument_two, argument_three);\n' $i $i
    printf '      |         \e[1;35m^~~~~~~~\e[0m\n'
  fi
  if [ $((i % 10)) = 0 ]; then printf '\e[K\e[32m✔\e[0m linked \e]8;;http://example.org/lib%d\e\\lib%d.so\e]8;;\e\\ \e[2m(%d ms)\e[0m\n' $i $i $((i * 3)); fi
  printf '\e]0;building %d\a\e]9;4;1;%d\a' $i $((i * 100 / 120))
done
printf '\e[?25l'; for i in 1 2 3 4 5; do printf '\e[3A\e[2K⠋ step %d\n\e[2K\e[33m━━━━━\e[90m━━━━━\e[0m %d/5\n\n' $i $i; done; printf '\e[?25h'
printf '\e[41m\e[K error \e[0m\n\e[42;30m%200s\e[0m\nplain\n' done
"""
WIDE_SH = r"""
for i in $(seq 1 30); do cat wide.txt; printf '%*s漢字漢字漢字\e[4%dm漢\e[0m字\n' $i '' $((i % 8)); done
printf '\e[5;1H\e[1m漢字\e[0m\e[5;2Hx\e[6;3H漢\e[K\e[7;4H\e[3P\e[8;2H\e[4@\e[9;1H😀😀😀\e[9;3H\e[2X\n'
printf 'last line of the text'
"""
ODD = r"""
printf '\e[2J\e[H\e[?6h\e[3;8r\e[1;1Hregion'; for i in 1 2 3 4 5 6 7; do printf '\r\nline %d' $i; done
printf '\e[?6l\e[r\e[10;1H\e(0lqqqk\e(B \e)0\x0ex\x0f \e[3g\e[5G\eH\e[17G\eH\ra\tb\tc\td'
printf '\e[12;1H\e[1;3;4;9;53mall\e[0m \e[4:3m\e[58;2;255;0;0mcurly\e[0m \e[21mdouble\e[24m \e[58;5;9m\e[4mcolour\e[59m\e[0m'
printf '\e[13;1H%80s\e[13;75H1234567890\e[14;10H\e7\e[1;31m\e[20;1H\e8saved'
printf '\e[15;1H\e[4hinsert\e[15;1Hmore \e[4l\e[?7l\e[16;70Hno wrap at the end of this row at all, never\e[?7h'
printf '\e[17;1H\e[1"qkept\e[0"q gone\e[17;1H\e[?2K\e[18;5H\e[44m\e[3L\e[2M\e[49m\e[19;1Hrep\e[20b'
printf '\e[?1000h\e[?1006h\e[?2004h\e[?1h\e=\e[5 q\e[?1004h\e[2;5r\e[5;1H\n\n\n\e[3T\e[2S\e[r'
printf '\e]4;1;#112233\e\\\e]11;#000011\e\\\e]2;odd title\e\\\e]8;id=a;http://example.org/a\e\\link\e]8;;\e\\'
printf '\e[?1049h\e[48;5;17m\e[2J\e[3;3Hon a blue ground\e[K\e[5;1Hmore\e[2;6r\e[6;1H\n\n\e[?1049l'
printf '\e[?2026h\e[20;1Hheld\e[?2026l\e[21;1H\e[1Kx\e[1J\e[22;40H\e[0J\e[23;1Hfull%76s\e[K|\n\n\n\nend\e[3D\e[1P\e[1@\e[>1u\e[=5u\e[<u'
"""
ODD_SH = ODD + "printf '\\ec after a reset \\e[?1000l\\e[?25l\\e[3 q\n'" + ODD + "printf '\\e[?25l done'\n"
DIALOGS = r"""
dialog --title Welcome --msgbox "Holdfast keeps terminals.\nPress Enter." 8 34
dialog --checklist "Choose some" 12 34 4 one "first item" off two "second item" on three "third" off four "fourth" off
dialog --inputbox "Name" 8 34
dialog --menu "What next" 12 34 4 a "alpha" b "beta" c "gamma"
for i in 10 40 70 100; do echo $i; done | dialog --gauge "Working" 7 34
dialog --yesno "Really?" 7 30
dialog --textbox poem.c 0 0
clear
"""


@contextmanager
def stage() -> Iterator[list[int]]:
    """The directory and the processes that the programs show."""
    shutil.rmtree(STAGE, ignore_errors=True)
    STAGE.mkdir(mode=0o700)
    files = {
        "poem.c": POEM, "colors.txt": COLORS, "wide.txt": WIDE, "build.sh": BUILD, "wide.sh": WIDE_SH, "odd.sh": ODD_SH,
        "dialogs.sh": DIALOGS, "tmux.conf": "set -g status-right ''\nset -g status-left '[demo] '\nset -g default-command 'bash --norc'\nset -g automatic-rename off\n",
    }  # fmt: skip
    for name, text in files.items():
        (STAGE / name).write_text(textwrap.dedent(text))
    (STAGE / "folder").mkdir()
    sleepers = [subprocess.Popen(["sleep", str(1000 + n)], cwd="/") for n in range(12)]
    try:
        yield [process.pid for process in sleepers]
    finally:
        for process in sleepers:
            process.kill()
            process.wait()
        shutil.rmtree(STAGE, ignore_errors=True)


def record(play: Play, rows: int, cols: int) -> bytes:
    environment = {
        "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "HOME": str(STAGE / "folder"), "PS1": "demo$ ",
        "PATH": os.environ["PATH"], "USER": "demo", "LOGNAME": "demo", "SHELL": "/bin/bash", "TMUX_TMPDIR": str(STAGE / "folder"),
        "HISTFILE": "", "PYTHON_HISTORY": str(STAGE / "folder/history"), "PYTHONSTARTUP": "",
    }  # fmt: skip
    process = PtyProcess.spawn(list(play.argv), cwd=str(STAGE), env=environment, dimensions=(rows, cols))
    screen = Screen(rows, cols)  # programs wait for the answers to their questions
    output = bytearray()
    for keys in (b"", *play.keys, b""):
        if keys:
            os.write(process.fd, _as_asked(keys, output))
        until = time.monotonic() + MOST_SECONDS
        while time.monotonic() < until and select.select([process.fd], [], [], QUIET_SECONDS)[0]:
            try:
                data = os.read(process.fd, 65536)
            except OSError:
                data = b""
            if not data:
                break
            output += data
            os.write(process.fd, screen.feed(data))
    process.close(force=True)
    names = f"{getpass.getuser()}@{socket.gethostname().split('.')[0]}".encode()
    return bytes(output).replace(names, b"demo@demo")


def _as_asked(keys: bytes, output: bytearray) -> bytes:
    """Arrow keys as the program wants them now: mode 1 (application cursor keys) or not."""
    application = output.rfind(b"\x1b[?1h") > output.rfind(b"\x1b[?1l")
    return re.sub(rb"\x1b\[([ABCDFH])", b"\x1bO\\1", keys) if application else keys


def main(names: list[str]) -> None:
    RECORDINGS.mkdir(exist_ok=True)
    with stage() as sleepers:
        for name, play in plays(sleepers).items():
            if names and name not in names:
                continue
            for rows, cols in SIZES:
                if name == "htop" and rows < 20:
                    continue
                output = record(play, rows, cols)
                (RECORDINGS / f"{name}-{rows}x{cols}.z").write_bytes(zlib.compress(output, 9))
                sys.stdout.write(f"{name} {rows}x{cols}: {len(output)} bytes\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
