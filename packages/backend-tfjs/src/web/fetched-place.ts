import { errors as coreErrors, isDiagnosed, reasonOf } from '@understory/core';
import { errors } from '../errors.ts';
import { withinFolder, type ModelPlace } from '../model-files.ts';
import { largestJson } from '../model-schema.ts';

/** The bytes that a path means. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

/** A model.json by its path, with its weights beside it, each read when it is asked for. */
export function fetchedPlace(model: string, readFile: ReadFile = fetched): ModelPlace {
  const folder = model.slice(0, model.lastIndexOf('/') + 1);
  return {
    name: model,
    async json() {
      const bytes = await readFile(model).catch((cause: unknown) => {
        throw isDiagnosed(cause) ? cause : coreErrors.modelNotReadable({ model, reason: reasonOf(cause), cause });
      });
      if (bytes.length <= largestJson) return bytes;
      throw errors.tooLarge({ model, what: 'a model.json', found: bytes.length, limit: largestJson });
    },
    async shard(shard) {
      const place = placeOfShard(shard);
      // A model must not be able to name any address as its weights.
      if (place === undefined) throw errors.shardOutside({ model, shard });
      try {
        const bytes = await readFile(`${folder}${place}`);
        return { name: shard, size: bytes.length, read: async () => bytes };
      } catch (cause) {
        throw errors.shardMissing({ model, shard, reason: reasonOf(cause), cause });
      }
    },
  };
}

/** Undefined for what an address could lead elsewhere by: a scheme, a host, or steps upwards, also as a URL may write them. */
function placeOfShard(shard: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:|(^|[\\/])(\.|%2e){2}([\\/]|$)/i.test(shard)) return undefined;
  return withinFolder(shard);
}

async function fetched(url: string): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  return new Uint8Array(await response.arrayBuffer());
}
