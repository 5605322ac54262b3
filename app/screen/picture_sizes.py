"""How large pictures are, in pixels and in cells. Whole numbers only: static/js/helpers/picture-sizes.js has to come to
the same ones."""

from __future__ import annotations

import re
from typing import NamedTuple

# A cell, for all alike: pictures take as many cells as this makes of them, whatever anybody's window shows. Programs
# are told by the screen (CSI 14 t, CSI 16 t), and by the keeper, which has the same numbers (TIOCGWINSZ).
CELL_PIXELS = (10, 20)
# Of one sequence; a longer one shows nothing. A photograph of 1920 x 1080 takes 2 to 4 MB as sixel.
PICTURE_BYTES = 8 << 20
# Of one picture: 4K is 3840 x 2160. Larger ones are not shown, and take no cells.
MOST_SIDE, MOST_PIXELS = 8192, 8 << 20
# Rows cost more than line feeds do: a sequence gets so many, and one more for every few of its bytes.
FREE_ROWS, BYTES_A_ROW = 8, 4

# Where the cursor is afterwards: in the first column of the row below (as xterm has it after sixel), right of the last
# row, where it was.
BELOW, RIGHT, STAYS = range(3)

_LENGTH = re.compile(r"([0-9]{1,5})(px|%)?")


class Picture(NamedTuple):
    """`offset`: of its sequence in the output. `wide`, `high`: as asked for ("" is as it is), see `extent`."""

    offset: int
    width: int
    height: int
    after: int
    size: int  # of the sequence, in bytes
    wide: str = ""
    high: str = ""
    keeps_ratio: bool = True


class Extent(NamedTuple):
    """Shown so large: in (nominal) pixels, and in cells."""

    width: int
    height: int
    rows: int
    cols: int


def fits(width: int, height: int) -> bool:
    return 1 <= width <= MOST_SIDE and 1 <= height <= MOST_SIDE and width * height <= MOST_PIXELS


def extent(picture: Picture, rows: int, cols: int) -> Extent:
    """On a terminal of that size."""
    cell_width, cell_height = CELL_PIXELS
    width = _asked(picture.wide, cell_width, cols)
    height = _asked(picture.high, cell_height, rows)
    native_width, native_height = picture.width, picture.height
    if width and height and picture.keeps_ratio:  # as large as fits in there
        if width * native_height > height * native_width:
            width = height * native_width // native_height
        else:
            height = width * native_height // native_width
    elif width and not height:
        height = width * native_height // native_width if picture.keeps_ratio else native_height
    elif height and not width:
        width = height * native_width // native_height if picture.keeps_ratio else native_width
    elif not width:
        width, height = native_width, native_height
        if picture.after >= RIGHT and width > cols * cell_width:  # iTerm's are made to fit
            width, height = cols * cell_width, cols * cell_width * native_height // native_width
    width, height = (max(1, min(side, MOST_SIDE)) for side in (width, height))
    most = FREE_ROWS + picture.size // BYTES_A_ROW
    return Extent(width, height, max(1, min(-(-height // cell_height), most)), -(-width // cell_width))


def _asked(length: str, cell: int, cells: int) -> int:
    """In pixels; 0: as it comes."""
    match = _LENGTH.fullmatch(length)
    if match is None:
        return 0
    number, unit = int(match[1]), match[2]
    return number if unit == "px" else number * cell * cells // 100 if unit else number * cell
