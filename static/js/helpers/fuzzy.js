/* Fuzzy search: the letters of each word must come in order; beginnings of words and runs count more. Pure. */

const START = 8;      // a word begins here
const RUN = 6;        // follows the last hit directly
const HIT = 1;
const GAP = 0.05;     // a letter between two hits
const LONGEST = 300;  // characters that are looked at: titles come from programs

const boundary = /[\s/:_.,-]/;

/** How well `text` answers `query` ({score, hits: indexes}), or null. An empty query is answered by everything. */
export function fuzzy(query, text) {
  const hay = text.slice(0, LONGEST).toLowerCase();
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.map((word) => best(word, hay));
  if (found.includes(null)) return null;
  return {
    score: found.reduce((sum, one) => sum + one.score, 0) - hay.length * 0.01,
    hits: [...new Set(found.flatMap((one) => one.hits))].sort((a, b) => a - b),
  };
}

/** The best of the ways that begin at each place where the first letter stands. */
function best(word, hay) {
  let winner = null;
  for (let from = hay.indexOf(word[0]); from !== -1; from = hay.indexOf(word[0], from + 1)) {
    const way = walked(word, hay, from);
    if (!way) break;
    if (!winner || way.score > winner.score) winner = way;
  }
  return winner;
}

function walked(word, hay, from) {
  const hits = [];
  let score = 0;
  let at = from - 1;
  for (const letter of word) {
    const next = hay.indexOf(letter, at + 1);
    if (next === -1) return null;
    if (next === 0 || boundary.test(hay[next - 1])) score += START;
    if (hits.length && next === at + 1) score += RUN;
    else if (hits.length) score -= (next - at - 1) * GAP;
    score += HIT;
    hits.push(next);
    at = next;
  }
  return { score, hits };
}
