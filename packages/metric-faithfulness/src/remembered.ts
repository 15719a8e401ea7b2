/**
 * The same function, which works once for each subject and each further argument as long as the subject lives.
 *
 * Explainers and metrics of an image share its tensors and maps, and ask for the same of them. Subjects are not to be changed.
 */
export function rememberedFor<Subject extends object, Rest extends readonly (string | number)[], Result>(
  make: (subject: Subject, ...rest: Rest) => Result,
): (subject: Subject, ...rest: Rest) => Result {
  const known = new WeakMap<Subject, Map<string, { readonly result: Result }>>();
  return (subject, ...rest) => {
    const results = known.get(subject) ?? new Map<string, { readonly result: Result }>();
    known.set(subject, results);
    const key = rest.join(' ');
    const found = results.get(key) ?? { result: make(subject, ...rest) };
    results.set(key, found);
    return found.result;
  };
}
