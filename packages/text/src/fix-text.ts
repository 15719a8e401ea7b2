import { unescapeClosed } from './unescape-html.ts';

const ligatures: Readonly<Record<string, string>> = {
  Ĳ: 'IJ',
  ĳ: 'ij',
  ŉ: 'ʼn',
  Ǳ: 'DZ',
  ǲ: 'Dz',
  ǳ: 'dz',
  Ǆ: 'DŽ',
  ǅ: 'Dž',
  ǆ: 'dž',
  Ǉ: 'LJ',
  ǈ: 'Lj',
  ǉ: 'lj',
  Ǌ: 'NJ',
  ǋ: 'Nj',
  ǌ: 'nj',
  ﬀ: 'ff',
  ﬁ: 'fi',
  ﬂ: 'fl',
  ﬃ: 'ffi',
  ﬄ: 'ffl',
  ﬅ: 'ſt',
  ﬆ: 'st',
};

const ligature = new RegExp(`[${Object.keys(ligatures).join('')}]`, 'g');

/** Steps in ftfy's order, each on one line of text. */
const steps: readonly ((line: string) => string)[] = [
  (line) => line.replaceAll(/[\u0080-\u009f]/g, fromWindows1252),
  (line) => line.replaceAll(ligature, (found) => ligatures[found] ?? found),
  (line) => line.replaceAll(/[\u3000\uff01-\uffef]/g, (found) => found.normalize('NFKC')),
  (line) => line.replaceAll(/[\u02bc\u2018-\u201b]/g, "'").replaceAll(/[\u201c-\u201f]/g, '"'),
  (line) => line.replaceAll(/\r\n|[\r\u2028\u2029\u0085]/g, '\n'),
  (line) => line.replaceAll(/\p{Surrogate}/gu, '\ufffd'),
  (line) => line.replaceAll(terminalEscape, ''),
  (line) => line.replaceAll(controlCharacter, ''),
  (line) => line.normalize('NFC'),
];

const terminalEscape = new RegExp(String.raw`\u001b\[[\d;]*[a-zA-Z]`, 'g');
const controlCharacter = new RegExp(
  String.raw`[\u0000-\u0008\u000b\u000e-\u001f\u007f\u206a-\u206f\ufeff\ufff9-\ufffc]`,
  'g',
);

/**
 * The part of ftfy's `fix_text` that changes the tokens of captions: character references, Windows-1252 in the place of control
 * characters, ligatures, full and half width, curled quotes, line breaks, lone surrogates, terminal escapes, control characters and
 * composition (NFC), until nothing changes. Text that was decoded in the wrong encoding ("schÃ¶n") stays as it is.
 */
export function fixText(text: string): string {
  let escaped = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      // ftfy takes text with a "<" for HTML from there on, whose references have their meaning.
      escaped &&= !line.includes('<');
      return untilStable(line, (current) =>
        steps.reduce((result, step) => step(result), escaped ? unescapeClosed(current) : current),
      );
    })
    .join('');
}

function untilStable(text: string, change: (text: string) => string): string {
  let last: string;
  do {
    last = text;
    text = change(last);
  } while (text !== last);
  return text;
}

/** A control character as the character that Windows-1252 has in its place, or as itself where it has none. */
function fromWindows1252(control: string): string {
  return windows1252.charAt(control.charCodeAt(0) - 0x80);
}

const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
