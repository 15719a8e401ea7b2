// cspell:ignore mred Ünïcödé
/** Values at which programs go wrong. */

export const wholeNumbers = [0, 1, -1, 2, 3, 7, 64, 255, 256, 65535, 65536, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53];

export const bigIntegers = [...wholeNumbers.map(BigInt), 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)];

export const realNumbers = [0, -0, 1, -1, 0.5, 1e-45, 1e-7, 1e38, -1e38, 3.5e38, NaN, Infinity, -Infinity];

/** Sizes that say more than a file can hold, and sizes that say nothing. */
export const sizes = [0n, 1n, 2n, 3n, 5n, 17n, -1n, 4096n, 2n ** 20n, 2n ** 31n, 2n ** 40n, 2n ** 62n, 2n ** 63n - 1n];

export const names = [
  '',
  ' ',
  '.',
  '..',
  '/',
  '../../up',
  '/absolute/name',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  'length',
  'NaN',
  'null',
  'undefined',
  '0',
  '-1',
  'a,b',
  'a:b',
  'a=b',
  '--help',
  '-',
  '%s%n',
  '<script>alert(1)</script>',
  '"quoted"',
  "it's",
  'line\nbreak',
  'tab\there',
  'nul\u0000inside',
  '\u001b[31mred',
  'Ünïcödé',
  '日本語',
  '🌲🌳',
  '\ud800',
  '\u202eright to left',
  'CON',
  'x'.repeat(255),
  'x'.repeat(5000),
];

/** Names that a file system takes. */
export const fileNames = names.filter((name) => name.length <= 200 && !/[/\u0000\ud800]|^\.{0,2}$/.test(name));

/** What JSON may hold in the place of anything. */
export const jsonValues = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  1e-320,
  2 ** 53,
  -(2 ** 31),
  '',
  'text',
  '0',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  [0],
  ['a', 'b'],
  { a: 1 },
  { 0: 0 },
  { length: -1 },
  { then: 'not a promise' },
  { toString: 1 },
];
