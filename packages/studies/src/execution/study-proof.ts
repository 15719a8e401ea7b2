import type { WorkProof } from '@understory/core';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AnyStudy } from '../open-study.ts';

/** Of so many images, evenly over the study, the pixels are compared; of the others id and labels. */
const looked = 16;

/**
 * What a process shows of a study that it opened, for another that opened it to compare: two that show the same compute the same rows.
 * The data stand by a fingerprint of the ids and labels of all images in their order and of the pixels of 16 of them.
 */
export async function studyProof({ spec, record, size, items }: AnyStudy): Promise<WorkProof> {
  const { model, backends, preprocessing, parameters, seed, versions } = record;
  const runs = backends.map((each) => `${each.backend} on ${each.executionProvider} (${each.sha256.slice(0, 16)})`);
  return {
    'version of the specification': `${spec.version}`,
    'SHA-256 of the model': model.sha256,
    ...(model.textSha256 !== undefined && { 'SHA-256 of the text model': model.textSha256 }),
    backends: runs.join(', '),
    preprocessing: fingerprintOf(preprocessing),
    parameters: fingerprintOf({ study: spec.study, name: model.name, parameters, seed }),
    data: `${size} images with the fingerprint ${await dataFingerprint({ size, items })}`,
    ...Object.fromEntries(Object.entries(versions).map(([name, version]) => [`version of ${name}`, version])),
  };
}

async function dataFingerprint({ size, items }: Pick<AnyStudy, 'size' | 'items'>): Promise<string> {
  const places = new Set(Array.from({ length: looked }, (_, at) => Math.round((at * (size - 1)) / (looked - 1))));
  const hash = sha256.create();
  let at = 0;
  for await (const { id, item, picture } of items()) {
    hash.update(utf8ToBytes(`${JSON.stringify([id, item])}\n`));
    if (places.has(at)) hash.update(await pixelsOf(picture));
    at += 1;
  }
  return bytesToHex(hash.digest()).slice(0, 32);
}

/** An image that cannot be read is one on both sides, or the sides differ. */
async function pixelsOf(picture: () => Promise<{ readonly data: Uint8Array }>): Promise<Uint8Array> {
  try {
    return (await picture()).data;
  } catch {
    return utf8ToBytes('cannot be read');
  }
}

function fingerprintOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(value)))).slice(0, 16);
}
