import type { Io } from './io.ts';
import { errorRecord } from './formatters/json.ts';
import { errorText } from './formatters/text.ts';
import { styleFor } from './style.ts';

/** What an error is about, where that is not the whole command. */
export interface ErrorContext {
  readonly study?: string;
  readonly image?: string;
  readonly explainer?: string;
}

/** An error for stderr: text for people, one line of JSON where results are JSON. */
export function formatError(
  io: Pick<Io, 'stderr' | 'env'>,
  error: unknown,
  { json, context = {} }: { json: boolean; context?: ErrorContext },
) {
  if (json) return `${JSON.stringify({ ...context, error: errorRecord(error) })}\n`;
  const about = [context.study, context.explainer, context.image].filter((part) => part !== undefined).join(', ');
  return errorText(error, styleFor(io.stderr, io.env), about === '' ? undefined : about);
}
