// What the browser finds in output: node pictures.mjs job answer. For each piece of output, its pictures and their extents
// on a terminal of `rows` x `cols`, and what else came out, once in one piece and once byte by byte.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const job = JSON.parse(readFileSync(process.argv[2]));
const helper = name => import(pathToFileURL(`${job.helpers}/${name}.js`).href);
const { Pictures } = await helper('pictures');
const { extent } = await helper('picture-sizes');
const { decodeSixel } = await helper('sixel');

function found(output, cut) {
  const reader = new Pictures();
  const [pictures, rest] = [[], []];
  for (let at = 0; at < output.length; at += cut) {
    for (const part of reader.read(output.subarray(at, at + cut), 1000 + at)) {
      if (part instanceof Uint8Array) rest.push(...part);
      else pictures.push([part.offset, part.width, part.height, part.after, part.size, Object.values(extent(part, job.rows, job.cols))]);
    }
  }
  return { pictures, rest: Buffer.from(rest).toString('base64') };
}

const whole = job.outputs.map(text => Buffer.from(text, 'base64')).map(output => {
  const answer = found(output, output.length);
  if (output.length < 20_000 && JSON.stringify(found(output, 1)) !== JSON.stringify(answer)) throw new Error(`cut: ${output}`);
  return answer;
});

const began = performance.now();
const decoded = job.sixels.map(text => {
  const picture = decodeSixel(Buffer.from(text, 'base64'));
  return picture && [picture.width, picture.height, Buffer.from(picture.pixels.buffer).subarray(0, 4 * picture.width).toString('hex')];
});
writeFileSync(process.argv[3], JSON.stringify({ whole, decoded, ms: performance.now() - began }));
