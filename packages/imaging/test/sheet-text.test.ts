import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitText, textElement, wrapText, type MeasureText } from '../src/sheet-text.ts';

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

describe('wrapText', () => {
  const wrap = (text: string, letters: number, most = 2) => wrapText(text, 10 * letters, style, perLetter, most);

  it('breaks lines at spaces alone, and cuts only what is left for the last one', () => {
    expect(wrap('Layer-wise relevance propagation', 24)).toEqual(['Layer-wise relevance', 'propagation']);
    expect(wrap('Grad-CAM, 7\u00a0x\u00a07', 12)).toEqual(['Grad-CAM,', '7\u00a0x\u00a07']);
    expect(wrap('one line', 8)).toEqual(['one line']);
    expect(wrap('one two three four', 7)).toEqual(['one two', 'three…']);
    expect(wrap('one two three four', 7, 3)).toEqual(['one two', 'three', 'four']);
    expect(wrap('incomprehensibly long', 7)).toEqual(['incomp…', 'long']);
    expect(wrap('', 7)).toEqual(['']);
  });

  it('leaves no word out where it cuts nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 8 }), (words) => {
        const lines = wrap(words.join(' '), 12, 8);
        expect(lines.join(' ')).toBe(words.join(' '));
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(12);
        // A line ends where the next word has no room.
        lines.slice(1).forEach((line, at) => {
          expect(`${lines[at]} ${line.split(' ')[0]}`.length).toBeGreaterThan(12);
        });
      }),
      { seed: 1, numRuns: 100 },
    );
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
