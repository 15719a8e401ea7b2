import { errors } from '../errors.ts';
import type { Digest } from '../model-files.ts';
import { concatenated } from '../support/concatenated.ts';

/** Throws NO_SECURE_CONTEXT in a page that a browser does not trust with cryptography. */
export const digest: Digest = async (parts) => {
  // A page that came over plain HTTP from another machine has none.
  const { subtle } = crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) throw errors.noSecureContext();
  const bytes = new Uint8Array(await subtle.digest('SHA-256', concatenated(parts)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
};
