import { messageOf } from '../message-of.ts';
import { UnderstoryError, type Remedy } from './diagnosis.ts';

/** An error as JSON, for other threads and machines: a copy of an `Error` loses its code and its diagnosis. */
export interface CarriedError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly found?: string;
  readonly expected?: string;
  readonly next?: string;
  readonly remedy?: Remedy;
  readonly cause?: CarriedError;
}

/** Of a longer chain of causes the last ones are left out. */
const mostCauses = 8;

/** What is carried of something that was thrown. */
export function carriedError(error: unknown): CarriedError {
  const chain: unknown[] = [];
  for (let link: unknown = error; chain.length < mostCauses; link = Reflect.get(link, 'cause')) {
    chain.push(link);
    if (typeof link !== 'object' || link === null || Reflect.get(link, 'cause') === undefined) break;
  }
  return chain.reduceRight<CarriedError | undefined>((cause, link) => {
    const text = (field: string) => {
      const value: unknown = typeof link === 'object' && link !== null ? Reflect.get(link, field) : undefined;
      return typeof value === 'string' ? { [field]: value } : {};
    };
    const remedy: unknown = typeof link === 'object' && link !== null ? Reflect.get(link, 'remedy') : undefined;
    return {
      name: 'Error',
      ...text('name'),
      message: messageOf(link),
      ...{ ...text('code'), ...text('found'), ...text('expected'), ...text('next') },
      ...(typeof remedy === 'object' && remedy !== null && { remedy: remedy as Remedy }),
      ...(cause !== undefined && { cause }),
    };
  }, undefined)!;
}

/** The error again, with its code, its diagnosis and its causes. */
export function restoredError(carried: CarriedError): Error {
  const chain: CarriedError[] = [];
  for (let link: CarriedError | undefined = carried; link !== undefined; link = link.cause) chain.push(link);
  return chain.reduceRight<Error | undefined>((cause, { name, message, code, found, expected, next, remedy }) => {
    const because = cause !== undefined && { cause };
    if (code !== undefined && found !== undefined && expected !== undefined && next !== undefined) {
      return new UnderstoryError({ code, message, found, expected, next, remedy, ...because });
    }
    const error = cause === undefined ? new Error(message) : new Error(message, { cause });
    error.name = name;
    return code === undefined ? error : Object.assign(error, { code });
  }, undefined)!;
}
