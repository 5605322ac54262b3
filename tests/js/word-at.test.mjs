import assert from "node:assert/strict";
import { test } from "node:test";
import { wordAt } from "../../static/js/helpers/word-at.js";

const WIDE = /[\u1100-\uffff]/;
const cellsOf = (text) => [...text].flatMap((one) => (WIDE.test(one) ? [one, null] : [one]));

function pressed(text, at) {
  const cells = cellsOf(text);
  const word = wordAt(cells, at);
  return word && cells.slice(word.from, word.to).join("");
}

test("words, paths and addresses are whole; brackets, quotes and drawn lines end them", () => {
  assert.equal(pressed("ls /etc/ssh-1/x_y.conf now", 8), "/etc/ssh-1/x_y.conf");
  assert.equal(pressed("(https://a.example/b?c=d#e)", 3), "https://a.example/b?c=d#e");
  assert.equal(pressed("│name│", 2), "name");
  assert.equal(pressed("│name│", 0), "│");
  assert.equal(pressed("a  b", 1), null);
  assert.equal(pressed("", 0), null);
});

test("Chinese is cut where its words end, whichever half of a character is pressed", () => {
  for (const at of [4, 5, 6, 7]) assert.equal(pressed("打开文件夹。", at).includes("文件"), true);
  assert.equal(pressed("打开文件夹。", 0), "打开");
  assert.equal(pressed("打开，文件", 2), "打开");
  assert.equal(pressed("运行make命令", 5), "make");
});
