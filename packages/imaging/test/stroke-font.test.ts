import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitText, textPath, textWidth } from '../src/stroke-font.ts';

const style = { height: 10 };
const box = textPath('\u{4e2d}', 0, 0, style);

describe('textPath', () => {
  it('has a glyph of its own for every printable ASCII character', () => {
    const drawings = Array.from({ length: 95 }, (_, at) => textPath(String.fromCharCode(32 + at), 0, 0, style));
    // The capital I and the small l are the same stroke.
    expect(new Set(drawings).size).toBe(94);
    expect(drawings).not.toContain(box);
  });

  it('drops accents that it has no glyph for, and draws a box for what it cannot draw', () => {
    expect(textPath('é', 0, 0, style)).toBe(textPath('e', 0, 0, style));
    expect(textPath('constructor', 0, 0, style)).not.toContain('undefined');
    expect(box).toContain('M0 0H10V20H0Z');
  });

  it('cannot break out of the drawing', () => {
    expect(textPath('</g><text>&amp;', 0, 0, style)).not.toMatch(/<text|&amp;/);
  });
});

describe('fitText', () => {
  it('never exceeds the width, and only shortens what does not fit', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), fc.integer({ min: 0, max: 200 }), (text, width) => {
        const fitted = fitText(text, width, style);
        expect(textWidth(fitted, style)).toBeLessThanOrEqual(width);
        if (textWidth(text, style) <= width) expect(fitted).toBe(text);
        else if (fitted !== '') expect(text.startsWith(fitted.slice(0, -1))).toBe(true);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('ends what it shortens in an ellipsis', () => {
    expect(fitText('golden retriever', 60, style)).toMatch(/^gold.*…$/);
  });
});
