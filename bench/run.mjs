import { parseArgs } from 'node:util';
import { backends } from './backends.mjs';
import { deletion } from './deletion.mjs';
import { executors } from './executors.mjs';
import { filling } from './filling.mjs';
import { compile, gradients, memory } from './gradients.mjs';
import { growth } from './growth.mjs';
import { howToInstall, python } from './lib/python.mjs';
import { opening } from './opening.mjs';
import { peers } from './peers.mjs';
import { masks, pgd } from './pgd.mjs';
import { profile } from './profile.mjs';
import { queue } from './queue.mjs';
import { queueKills } from './queue-kills.mjs';
import { roofline } from './roofline.mjs';
import { stream } from './stream.mjs';
import { studio } from './studio.mjs';
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
  queue,
  web,
  studio,
};
/** Look into something instead of comparing it; run when they are asked for by name. */
const tools = { profile, roofline, peers, 'queue-kills': queueKills };
const withoutPeer = new Set([
  'growth',
  'filling',
  'stream',
  'backends',
  'opening',
  'executors',
  'queue',
  'queue-kills',
  'web',
  'studio',
  // Brings its own.
  'peers',
]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: 'string', default: 'resnet50' },
    batches: { type: 'string', default: '1,8' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '2' },
    images: { type: 'string', default: '2500' },
    maps: { type: 'string', default: '200' },
    device: { type: 'string', default: 'wasm' },
    items: { type: 'string' },
    model: { type: 'string' },
    ceiling: { type: 'boolean', default: false },
    paced: { type: 'string', default: '128' },
    free: { type: 'boolean', default: false },
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '0' },
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
  maps: Number(values.maps),
  device: values.device,
  items: Number(values.items ?? 100),
  // Of what the queue is measured with.
  queued: values.items === undefined ? undefined : Number(values.items),
  paced: Number(values.paced),
  free: values.free,
  model: values.model,
  ceiling: values.ceiling,
  kills: Number(values.kills),
  seed: Number(values.seed),
};
for (const name of names) console.log(`${await all[name](options)}\n`);
