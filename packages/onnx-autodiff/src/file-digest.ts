import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';

/** From how many bytes on a thread of its own is worth its start. */
const largeFile = 64 * 1024 * 1024;

/** What the thread runs; as text, since the file of a module is another one in sources and in a build. */
const program = `
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync } = require('node:fs');
const { parentPort, workerData } = require('node:worker_threads');
const hash = createHash('sha256');
const buffer = Buffer.allocUnsafe(2 ** 21);
const file = openSync(workerData, 'r');
for (let count; (count = readSync(file, buffer)) > 0; ) hash.update(buffer.subarray(0, count));
closeSync(file);
parentPort.postMessage(hash.digest('hex'));
`;

/** SHA-256 of a file in hexadecimal; that of a large one is computed beside whatever else is done. Rejects where it cannot be read. */
export async function fileDigest(path: string, large = largeFile): Promise<string> {
  if (statSync(path).size < large) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  }
  const worker = new Worker(program, { eval: true, workerData: path });
  return new Promise<string>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`the digest of ${path} was not computed`)));
  });
}
