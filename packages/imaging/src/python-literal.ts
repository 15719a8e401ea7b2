/** Strings in either quotes, numbers, constants, and what stands between them. */
const token =
  /\s*(?:('[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*")|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(True|False|None)|([[\](){},:]))/suy;

const constants: Readonly<Record<string, unknown>> = { True: true, False: false, None: null };

/** What follows a value down must not run out of stack. */
const deepest = 20;

/**
 * A list, tuple, dictionary, text, number, `True`, `False` or `None` as Python writes it; dictionaries become maps, tuples arrays.
 * Undefined where a text is something else.
 */
export function parsePythonLiteral(text: string): unknown {
  const tokens = tokensOf(text.trim());
  if (tokens === undefined) return undefined;
  try {
    const reader = new Reader(tokens);
    const value = reader.value(0);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Token = { readonly sign: string } | { readonly value: unknown };

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  let end = 0;
  for (let found = token.exec(text); found !== null; found = token.exec(text)) {
    const [, quoted, number, constant, sign] = found;
    if (sign !== undefined) tokens.push({ sign });
    else if (quoted !== undefined) tokens.push({ value: unescaped(quoted.slice(1, -1)) });
    else tokens.push({ value: number === undefined ? constants[constant!] : Number(number) });
    end = token.lastIndex;
  }
  return end === text.length ? tokens : undefined;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\n': '' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs,
    (_, byte?: string, short?: string, long?: string, letter?: string) => {
      const code = byte ?? short ?? long;
      if (code === undefined) return escapes[letter!] ?? letter!;
      const point = Number.parseInt(code, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
    },
  );
}

class Reader {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  value(depth: number): unknown {
    const next = this.tokens[this.at++];
    if (next === undefined || depth > deepest) throw new SyntaxError();
    if ('value' in next) return next.value;
    if (next.sign === '{') return new Map(this.until('}', () => this.entry(depth + 1)));
    if (next.sign === '[') return this.until(']', () => this.value(depth + 1));
    if (next.sign === '(') return this.until(')', () => this.value(depth + 1));
    throw new SyntaxError();
  }

  private entry(depth: number): readonly [unknown, unknown] {
    const key = this.value(depth);
    this.expect(':');
    return [key, this.value(depth)];
  }

  private until<T>(end: string, item: () => T): readonly T[] {
    const items: T[] = [];
    while (!this.skips(end)) {
      items.push(item());
      if (this.skips(end)) break;
      this.expect(',');
    }
    return items;
  }

  private skips(sign: string): boolean {
    const next = this.tokens[this.at];
    const isThere = next !== undefined && 'sign' in next && next.sign === sign;
    if (isThere) this.at += 1;
    return isThere;
  }

  private expect(sign: string): void {
    if (!this.skips(sign)) throw new SyntaxError();
  }
}
