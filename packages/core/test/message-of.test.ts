import { expect, it } from '@jest/globals';
import { firstLineOf } from '@understory/core';

it('takes the first line of what a library says, without the mark of an object that became text', () => {
  const object = '[object Object]';
  expect(firstLineOf(new Error(`got ${object} and [object Array].\n    at load`))).toBe('got an object and an object.');
  expect(firstLineOf('  a text \nand more')).toBe('a text');
});
