import { errors } from '../errors/index.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { GuardedContribution } from './guarded-contribution.ts';

/** Checks of what a plugin gives back; each throws PLUGIN_RESULT_INVALID under the plugin's name. */
export function checker(of: GuardedContribution) {
  const refuse = (found: string, expected: string): never => {
    throw errors.pluginResultInvalid({ ...of, found, expected });
  };
  const that = (fits: boolean, found: string, expected: string): void => {
    if (!fits) refuse(found, expected);
  };
  const object = <T extends object>(value: unknown, what: string): T => {
    that(
      typeof value === 'object' && value !== null && !Array.isArray(value),
      `${what}: ${kindOf(value)}`,
      'an object',
    );
    return value as T;
  };
  return {
    that,
    object,
    /** A list of so many things; of any number where undefined. */
    list(value: unknown, what: string, count: number | undefined): readonly unknown[] {
      if (!Array.isArray(value)) return refuse(`${kindOf(value)} for ${what}`, 'a list');
      that(count === undefined || value.length === count, `${value.length} ${what}`, `${count}`);
      return value as readonly unknown[];
    },
    details(details: unknown, what: string): void {
      if (details === undefined) return;
      for (const [name, value] of Object.entries(object(details, `the details of ${what}`))) {
        that(Number.isFinite(value), `the detail "${name}" of ${what}: ${String(value)}`, 'a finite number');
      }
    },
    pixels(value: unknown, dims: readonly number[], what: string): void {
      const tensor = object<Tensor>(value, what);
      const form = `${tensor.type} [${Array.isArray(tensor.dims) ? tensor.dims.join(', ') : ''}]`;
      const fits = tensor.type === 'float32' && isFloat32(tensor.data) && form === `float32 [${dims.join(', ')}]`;
      that(fits, `${what}: ${form}`, `float32 [${dims.join(', ')}]`);
      const values = tensor.data as Float32Array;
      const size = dims.reduce((product, dim) => product * dim, 1);
      that(values.length === size, `${what}: ${values.length} values`, `${size}`);
      const outside = values.find((each) => !(each >= 0 && each <= 1));
      that(outside === undefined, `${what}: a value of ${outside}`, 'values in 0..1');
    },
    /** Whether all numbers, however deep, are finite, for JSON has no others. */
    finite(whole: unknown, what: string): void {
      const left: unknown[] = [whole];
      const seen = new Set<unknown>();
      while (left.length > 0) {
        const value = left.pop();
        if (typeof value === 'number') that(Number.isFinite(value), `${what}: a ${value}`, 'finite numbers, or null');
        if (typeof value !== 'object' || value === null || seen.has(value)) continue;
        seen.add(value);
        for (const each of Object.values(value)) left.push(each);
      }
    },
  };
}

/** By its tag: an array of another realm is one too. */
export function isFloat32(data: unknown): data is Float32Array {
  return Object.prototype.toString.call(data) === '[object Float32Array]';
}

export function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}
