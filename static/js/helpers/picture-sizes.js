/* How large pictures are, in pixels and in cells. Whole numbers only, as in app/screen/picture_sizes.py, which comes to the
same ones (tests/screen/test_pictures.py). */

// All of these as over there, where it says why.
export const CELL = { width: 10, height: 20 };
export const PICTURE_BYTES = 8 << 20;
export const MOST_SIDE = 8192;
export const MOST_PIXELS = 8 << 20;
export const [BELOW, RIGHT, STAYS] = [0, 1, 2];
const FREE_ROWS = 8;
const BYTES_A_ROW = 4;

const LENGTH = /^([0-9]{1,5})(px|%)?$/;

export function fits(width, height) {
  return width >= 1 && width <= MOST_SIDE && height >= 1 && height <= MOST_SIDE && width * height <= MOST_PIXELS;
}

/** {width, height} in nominal pixels, {rows, cols} in cells, on a terminal of that size. */
export function extent(picture, rows, cols) {
  let width = asked(picture.wide, CELL.width, cols);
  let height = asked(picture.high, CELL.height, rows);
  if (width && height && picture.keepsRatio) {
    if (width * picture.height > height * picture.width) width = share(height, picture.width, picture.height);
    else height = share(width, picture.height, picture.width);
  } else if (width && !height) {
    height = picture.keepsRatio ? share(width, picture.height, picture.width) : picture.height;
  } else if (height && !width) {
    width = picture.keepsRatio ? share(height, picture.width, picture.height) : picture.width;
  } else if (!width) {
    ({ width, height } = picture);
    const most = cols * CELL.width;
    if (picture.after >= RIGHT && width > most) [width, height] = [most, share(most, picture.height, picture.width)];
  }
  [width, height] = [width, height].map((side) => Math.max(1, Math.min(side, MOST_SIDE)));
  const most = FREE_ROWS + Math.floor(picture.size / BYTES_A_ROW);
  return {
    width, height, rows: Math.max(1, Math.min(Math.ceil(height / CELL.height), most)), cols: Math.ceil(width / CELL.width),
  };
}

function share(length, part, whole) {
  return Math.floor((length * part) / whole);
}

function asked(length, cell, cells) {
  const match = LENGTH.exec(length);
  if (!match) return 0;
  const number = Number(match[1]);
  if (match[2] === "px") return number;
  return match[2] ? Math.floor((number * cell * cells) / 100) : number * cell;
}
