import { html, type Html } from '../html.ts';
import type { RecordOfRun } from '../reported-run.ts';

/** Everything that the rows of a run depend on. `special` tells the parameters that are more than a value; `shown` names those. */
export function provenance(
  record: RecordOfRun,
  { shown, special }: { readonly shown: readonly string[]; readonly special: readonly Parameter[] },
): Html {
  const { model, parameters } = record;
  const rows: readonly (readonly [string, string])[] = [
    ['Network', model.name],
    ['SHA-256 of its file', model.sha256],
    ...(model.textSha256 === undefined ? [] : [['SHA-256 of its text tower', model.textSha256] as const]),
    ...runsOn(record),
    ...model.remarks.map((remark) => ['Remark', remark] as const),
    ...Object.entries(parameters.dataset).flatMap(([name, value]) =>
      saysNothing(value) ? [] : [[`Data set: ${name}`, plain(value)] as const],
    ),
    ...special.map(([name, value]) => [name, plain(value)] as const),
    ...Object.entries(parameters)
      .filter(([name, value]) => !['dataset', ...shown].includes(name) && !saysNothing(value))
      .map(([name, value]) => [name, plain(value)] as const),
    ['Seed', String(record.seed)],
    ...Object.entries(record.versions).map(([name, version]) => [name, version] as const),
  ];
  return html`<section>
    <h2>Parameters and provenance</h2>
    <table class="list">
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td class="words">${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <details>
      <summary>The whole record (run.json)</summary>
      <pre>${JSON.stringify(record, null, 2)}</pre>
    </details>
  </section>`;
}

export type Parameter = readonly [name: string, value: unknown];

/** The options of something that has a name, as rows. */
export function optionRows(name: string, options: Readonly<Record<string, unknown>> | undefined): readonly Parameter[] {
  return Object.entries(options ?? {}).map(([option, value]) => [`${name}: ${option}`, value]);
}

function runsOn({ model, backends }: RecordOfRun): readonly (readonly [string, string])[] {
  if (backends === undefined) return [['Runs on', `${model.backend}, ${model.executionProvider}`]];
  return backends.map(({ backend, executionProvider, computes }) => [
    'Runs on',
    `${backend}, ${executionProvider}: ${computes.join(', ')}`,
  ]);
}

/** Whether a value is none or empty, or lists of none. */
function saysNothing(value: unknown): boolean {
  return value === '' || /^(null|[[\]{},])*$/.test(JSON.stringify(value));
}

/** A value in words, with blanks at which a long one can be broken. */
function plain(value: unknown): string {
  if (saysNothing(value)) return 'none';
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1).replaceAll(/\n */g, ' ');
}
