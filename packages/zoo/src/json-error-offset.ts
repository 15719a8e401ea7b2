/**
 * Where a text stops being JSON, in characters from 0; its length where it ends too early, undefined where it is JSON.
 * `JSON.parse` only sometimes says so, and in words that differ between versions of Node.
 */
export function jsonErrorOffset(text: string): number | undefined {
  let at = 0;

  const spaces = () => skip(/[ \t\n\r]*/y);
  const skip = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const matched = pattern.exec(text);
    if (matched !== null) at += matched[0].length;
    return matched !== null;
  };
  const expect = (letter: string) => {
    if (text[at] !== letter) throw new Misplaced(at);
    at += 1;
  };

  const list = (close: string, item: () => void) => {
    at += 1;
    spaces();
    if (text[at] === close) {
      at += 1;
      return;
    }
    for (;;) {
      item();
      if (text[at] === close) break;
      expect(',');
      spaces();
    }
    at += 1;
  };

  const string = () => {
    expect('"');
    // Control characters have to be escaped.
    skip(/(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/y);
    expect('"');
  };

  const value = (): void => {
    spaces();
    if (text[at] === '{') {
      list('}', () => {
        string();
        spaces();
        expect(':');
        value();
      });
    } else if (text[at] === '[') list(']', value);
    else if (text[at] === '"') string();
    else if (!skip(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y)) throw new Misplaced(at);
    spaces();
  };

  try {
    value();
  } catch (misplaced) {
    if (misplaced instanceof Misplaced) return misplaced.offset;
    throw misplaced;
  }
  return at < text.length ? at : undefined;
}

class Misplaced extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(`at ${offset}`);
    this.offset = offset;
  }
}
