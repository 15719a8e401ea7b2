import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const error = (code) => `${JSON.stringify({ error: { code, message: 'planted' } })}\n`;

/** Stands in for the command line in the self-test: does what its first word says. */
export async function run([fault], { stdout, stderr, cwd, env }) {
  const out = (name, content) => {
    mkdirSync(join(cwd, 'out'), { recursive: true });
    writeFileSync(join(cwd, 'out', name), content);
  };
  const planted = {
    behaves: () => out('fine.json', '{}'),
    refuses() {
      stderr.write(error('REFUSED'));
      return 2;
    },
    throws() {
      throw new Error('planted');
    },
    rejectsLater: () => void Promise.reject(new Error('planted')),
    failsItself() {
      stderr.write(error('INTERNAL'));
      return 2;
    },
    leavesRejection() {
      stderr.write(error('REJECTION_UNHANDLED'));
      return 2;
    },
    failsAsPlugin() {
      stderr.write(error('PLUGIN_FAILED').replace('planted', 'This is a fault of @understory/planted'));
      return 2;
    },
    hidesFailure: () => out('rows.jsonl', '{"error":{"code":"INTERNAL"}}\n'),
    wrongCode: () => 3,
    saysNothing: () => 2,
    errorsAndSucceeds: () => void stderr.write(error('REFUSED')),
    stack() {
      stderr.write(`${error('REFUSED')}    at run (file:///planted.mjs:1:1)\n`);
      return 2;
    },
    twoDocuments: () => void stdout.write('{}\n'),
    noDocument: () => 'nothing',
    textAmongJson() {
      stderr.write(`${error('REFUSED')}something\n`);
      return 2;
    },
    printsBeside: () => void process.stdout.write('planted\n'),
    spins() {
      for (;;);
    },
    waits: () => new Promise(() => undefined),
    exits: () => process.exit(0),
    crashes: () => process.abort(),
    hoards: () => void (globalThis.hoard = Buffer.alloc(2 ** 29, 1)),
    writesOutside: () => writeFileSync(join(cwd, 'elsewhere.txt'), ''),
    changesInput: () => writeFileSync(join(cwd, 'input.txt'), 'changed'),
    leavesTemporary: () => writeFileSync(join(env.TMPDIR, 'file.tmp'), ''),
    leavesUnfinished: () => out('.picture.png.tmp', ''),
    halfAPicture: () => out('picture.png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 1, 2])),
    notANumber: () => out('map.npy', npy([1, NaN])),
    halfALine: () => out('rows.jsonl', '{}\n{"item"'),
    brokenJson: () => out('summary.json', '{'),
  };
  const code = await planted[fault]();
  if (code === 'nothing') return 0;
  if (code !== 2) stdout.write('{}\n');
  return code ?? 0;
}

function npy(values) {
  const header = Buffer.alloc(10);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  return Buffer.concat([header, Buffer.from(Float32Array.from(values).buffer)]);
}
