import { errors } from './errors.ts';

/** SHA-256 in hexadecimal; throws NO_SECURE_CONTEXT in a page that a browser does not trust with cryptography. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  // A page that came over plain HTTP from another machine has none.
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) throw errors.noSecureContext();
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
