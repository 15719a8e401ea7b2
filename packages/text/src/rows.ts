import { isRecord, type Json, type TokenizerDefinition } from './definition-of.ts';

const usualLength = 77;
/** Files give a number like 1e30 where there is no limit. */
const longest = 1e6;

/** A row of a length, filled up. */
export function filled(row: readonly number[], length: number, padding: number): Int32Array {
  const result = new Int32Array(length).fill(padding);
  result.set(row);
  return result;
}

/** Tokens of a row, by what the files say. */
export function lengthOf(definition: TokenizerDefinition, config: Json): number {
  const { truncation, padding } = definition;
  const strategy = isRecord(padding) ? padding['strategy'] : undefined;
  const said = [
    config['context_length'],
    config['model_max_length'],
    isRecord(truncation) ? truncation['max_length'] : undefined,
    isRecord(strategy) ? strategy['Fixed'] : undefined,
  ];
  return said.find(isLength) ?? usualLength;
}

/** The token that fills rows up: what the files say, or 0 as openai has it. */
export function paddingOf(
  { padding }: TokenizerDefinition,
  config: Json,
  idOf: (token: string) => number | undefined,
): number {
  const token = isRecord(config['pad_token']) ? config['pad_token']['content'] : config['pad_token'];
  const said = [
    typeof token === 'string' ? idOf(token) : undefined,
    config['pad_id'],
    isRecord(padding) ? padding['pad_id'] : undefined,
    idOf('<pad>'),
    idOf('[PAD]'),
  ];
  return said.find(isToken) ?? 0;
}

function isLength(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) < longest;
}

function isToken(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}
