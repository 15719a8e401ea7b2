import fc from 'fast-check';

/** Any code point but half a surrogate pair. The "binary" unit of fast-check is the same, and lists all million of them first, which takes a second. */
const codePoint = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

/** Texts of any characters, of `minLength` to `maxLength` code points. */
export const anyText = (lengths: { readonly minLength?: number; readonly maxLength: number }) =>
  fc.string({ unit: codePoint, ...lengths });
