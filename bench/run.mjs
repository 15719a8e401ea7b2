import { parseArgs } from 'node:util';
import { backends } from './backends.mjs';
import { deletion } from './deletion.mjs';
import { executors } from './executors.mjs';
import { filling } from './filling.mjs';
import { compile, gradients, memory } from './gradients.mjs';
import { growth } from './growth.mjs';
import { howToInstall, python } from './lib/python.mjs';
import { opening } from './opening.mjs';
import { masks, pgd } from './pgd.mjs';
import { profile } from './profile.mjs';
import { stream } from './stream.mjs';
import { web } from './web.mjs';

const benches = {
  gradients,
  compile,
  memory,
  deletion,
  growth,
  filling,
  stream,
  pgd,
  masks,
  backends,
  opening,
  executors,
  web,
};
/** Looks into the gradients instead of comparing them; runs when it is asked for by name. */
const tools = { profile };
const withoutPeer = new Set(['growth', 'filling', 'stream', 'backends', 'opening', 'executors', 'web']);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: 'string', default: 'resnet50' },
    batches: { type: 'string', default: '1,8' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    images: { type: 'string', default: '2500' },
    items: { type: 'string', default: '100' },
    maps: { type: 'string', default: '200' },
    device: { type: 'string', default: 'wasm' },
    model: { type: 'string' },
    ceiling: { type: 'boolean', default: false },
  },
});
const names = positionals.length ? positionals : Object.keys(benches);
const all = { ...benches, ...tools };
const unknown = names.filter((name) => !(name in all));
if (unknown.length) {
  console.error(`unknown benchmark ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}`);
  process.exit(2);
}
if (!names.every((name) => withoutPeer.has(name)) && !python()) {
  console.error(howToInstall);
  process.exit(2);
}
const options = {
  networks: values.networks.split(','),
  batches: values.batches.split(',').map(Number),
  rounds: Number(values.rounds),
  threads: Number(values.threads),
  images: Number(values.images),
  items: Number(values.items),
  maps: Number(values.maps),
  device: values.device,
  model: values.model,
  ceiling: values.ceiling,
};
for (const name of names) console.log(`${await all[name](options)}\n`);
