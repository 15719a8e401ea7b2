import { printParseErrorCode, visit } from 'jsonc-parser';

/**
 * Where a text stops being JSON, in characters from 0; its length where it ends too early, undefined where it is JSON.
 * Of a string that holds what has to be escaped, or escapes what cannot be, it is the beginning.
 * `JSON.parse` only sometimes says so, and in words that differ between versions of Node.
 */
export function jsonErrorOffset(text: string): number | undefined {
  let first: number | undefined;
  const onError = (code: number, offset: number, length: number) => {
    // Of what breaks off in the middle the parser gives the beginning.
    const breaksOff = /^UnexpectedEndOf(String|Number)$/.test(printParseErrorCode(code));
    first ??= breaksOff ? offset + length : offset;
  };
  visit(text, { onError }, { disallowComments: true });
  return first;
}
