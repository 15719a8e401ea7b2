import type { Model, TensorSpec } from '@understory/core';

/** Where text goes into a network. */
export interface TextInputs {
  /** Token ids `[N, L]`, int32 or int64. */
  readonly ids: TensorSpec;
  /** 1 for tokens and 0 for padding, of the form of the ids or `bool`. */
  readonly mask?: TensorSpec;
  /** Inputs of the same form that are zero for one text, and those that count its tokens. */
  readonly types?: TensorSpec;
  readonly positions?: TensorSpec;
}

/** The text inputs of a network: whole numbers `[N, L]`, told apart by their names; undefined where there are none, or others beside them. */
export function textInputsOf({ inputs }: Pick<Model, 'inputs'>): TextInputs | undefined {
  const rows = inputs.filter(
    ({ name, type, dims }) =>
      (type === 'int64' || type === 'int32' || (type === 'bool' && /mask/i.test(name))) && dims?.length === 2,
  );
  const named = (pattern: RegExp) => rows.find(({ name }) => pattern.test(name));
  const mask = named(/mask/i);
  const types = named(/token_?type|segment/i);
  const positions = named(/position/i);
  const [ids, ...others] = rows.filter((row) => row !== mask && row !== types && row !== positions);
  if (ids === undefined || others.length > 0) return undefined;
  return { ids, ...(mask && { mask }), ...(types && { types }), ...(positions && { positions }) };
}

/** Their names. */
export function textInputNames({ ids, mask, types, positions }: TextInputs): readonly string[] {
  return [ids, mask, types, positions].flatMap((input) => (input === undefined ? [] : [input.name]));
}
