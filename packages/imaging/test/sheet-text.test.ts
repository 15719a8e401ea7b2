import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitText, textElement, type MeasureText } from '../src/sheet-text.ts';

const style = { size: 10 };
const perLetter: MeasureText = (text, { size }) => size * [...text].length;

describe('fitText', () => {
  it('keeps the longest beginning that fits with an ellipsis, and only shortens what does not fit', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.integer({ min: 0, max: 300 }), (text, width) => {
        const most = Math.floor(width / style.size);
        const letters = [...text];
        const expected =
          letters.length <= most
            ? text
            : most === 0
              ? ''
              : `${letters
                  .slice(0, most - 1)
                  .join('')
                  .trimEnd()}…`;
        const fitted = fitText(text, width, style, perLetter);
        expect(perLetter(fitted, style)).toBeLessThanOrEqual(width);
        // White space before the ellipsis goes, so that one more of it may have fitted.
        expect(fitted.trimEnd()).toBe(expected.trimEnd());
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('does not cut a letter from its accent', () => {
    expect(fitText('e\u0301e\u0301e\u0301e\u0301', 50, style, perLetter)).toBe('e\u0301e\u0301…');
  });
});

describe('textElement', () => {
  it('cannot break out of the drawing', () => {
    expect(textElement('</text><image/>&amp;', 1, 2, style)).toBe(
      '<text xml:space="preserve" x="1" y="2" font-size="10" fill="#1c1c1c">&lt;/text&gt;&lt;image/&gt;&amp;amp;</text>',
    );
  });

  it('has one line, and nothing that XML cannot hold', () => {
    expect(textElement('a\n\tb\0c\ud800d\uffffe', 0, 0, style)).toContain('>a  b\ufffdc\ufffdd\ufffde<');
  });
});
