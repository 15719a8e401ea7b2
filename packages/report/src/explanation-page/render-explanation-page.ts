import { colourMapNames, defaultColourMap, scalingWords, type ColourMapName } from '@understory/imaging';
import { dataUri } from '../figures/data-uri.ts';
import { html, type Html } from '../html.ts';
import { facts } from '../page/facts.ts';
import { decisionText, explainedText } from '../page/explained.ts';
import { failures } from '../page/failures.ts';
import { frame } from '../page/frame.ts';
import type { FailedItem, ImageRecord, MapRecord, StudySpec } from '@understory/studies';
import { className, count, number, percent } from '@understory/studies/results';
import type { RunDocument } from './run-document.ts';
import { explanationStyle } from './explanation-style.ts';
import type { PictureReader } from './explanation-pictures.ts';

/** What was explained, as `explain` tells it. */
export interface ExplainedRun {
  readonly document: RunDocument;
  readonly spec: StudySpec;
  readonly records: AsyncIterable<ImageRecord> | Iterable<ImageRecord>;
  readonly explainers: readonly { readonly id: string; readonly title: string; readonly isBaseline: boolean }[];
  readonly failed: readonly FailedItem[];
  /** In sentences without a stop at their end. */
  readonly notes: readonly string[];
}

function coloursOf(spec: StudySpec): ColourMapName {
  const asked = spec.study === 'explain' ? spec.colourMap : undefined;
  return colourMapNames.find((name) => name === asked) ?? defaultColourMap;
}

/** One page that needs nothing beside itself: each image, what the model says of it, and its maps side by side. */
export async function renderExplanationPage(
  { document, spec, records, explainers, failed, notes }: ExplainedRun,
  pictures: PictureReader & { readonly notes?: readonly string[] },
): Promise<string> {
  const sections: Html[] = [];
  let maps = 0;
  for await (const record of records) {
    sections.push(await imageSection(record, explainers, pictures));
    maps += record.maps.length;
  }
  const { model } = document;
  const told = [...notes, ...(pictures.notes ?? [])];
  return frame({
    title: `What ${model.name} looks at`,
    ...(spec.notes !== undefined && { notes: spec.notes }),
    head: html`<p class="quiet">
        Heat maps of ${count(sections.length, 'image')}. Each map is ${scalingWords(coloursOf(spec))}, so colours of two
        maps are not comparable.
      </p>
      ${facts([
        ['Model', model.name],
        ['Images', String(sections.length)],
        ['Maps', String(maps)],
        ['Explainers', String(explainers.length)],
        ['Targets', 'target' in spec && spec.target !== undefined ? String(spec.target) : 'top1'],
      ])}
      ${
        told.length > 0 &&
        html`<div role="note">
          <h2>Notes</h2>
          <ul class="findings">
            ${told.map((note) => html`<li>${note}</li>`)}
          </ul>
        </div>`
      }
      ${
        failed.length > 0 &&
        html`<p role="note">
          ${count(failed.length, 'failure')};
          <a href="#failed">${failed.length === 1 ? 'it is' : 'they are'} listed below</a>.
        </p>`
      }`,
    main: html`${sections} ${failures(failed, { done: 'explained' })} ${provenanceOf(document, spec)}`,
    footer: html`A heat map shows where a method says that the explained number came from, not why.`,
    style: explanationStyle,
    version: document.versions['understory'],
  });
}

async function imageSection(
  record: ImageRecord,
  explainers: ExplainedRun['explainers'],
  pictures: PictureReader,
): Promise<Html> {
  const png = await pictures.picture(record);
  const targets = [...new Set(record.maps.map(({ target }) => target))];
  const rows: Html[] = [];
  for (const target of targets) {
    const own = record.maps.filter((map) => map.target === target);
    const cells: Html[] = [];
    for (const map of own) cells.push(await mapCell(record, map, explainers, pictures));
    rows.push(
      html`<h3>Explained: ${explainedText(own[0]!)}</h3>
        ${wordsOf(record, own[0]!)}
        <ul class="maps">
          ${cells}
        </ul>`,
    );
  }
  return html`<section class="image">
    <h2>${record.image}</h2>
    <div class="said">
      ${picture(png, `${record.image} as the network saw it`)}
      <div>${answer(record)}</div>
    </div>
    ${rows}
  </section>`;
}

/** The words of a caption, on a ground that is the stronger the more of its score is lost without each. */
function wordsOf({ words = [] }: ImageRecord, { explained }: MapRecord): Html | undefined {
  const found = words.find(({ target }) => target === explained?.target);
  if (found === undefined) return undefined;
  const most = found.words.reduce((largest, { occlusion }) => Math.max(largest, Math.abs(occlusion)), 1e-12);
  const said = ({ gradient, occlusion }: (typeof found.words)[number]) =>
    `${number(occlusion)} of the score is lost without it${gradient === null ? '' : `; gradient x embedding ${number(gradient)}`}`;
  return html`<p class="caption-words">
    ${found.words.map(
      (word) =>
        html`<span
          class="${word.occlusion < 0 ? 'against' : 'for'}"
          style="--weight: ${(Math.abs(word.occlusion) / most).toFixed(3)}"
          title="${said(word)}"
          >${word.text}</span
        > `,
    )}
  </p>`;
}

function picture(png: Uint8Array | undefined, alt: string): Html {
  return png === undefined
    ? html`<div class="absent" role="img" aria-label="${alt}: not on this page">not on this page</div>`
    : html`<img src="${dataUri('image/png', png)}" alt="${alt}" />`;
}

/** The classes with bars, or what a model of another task says. */
function answer({ top, answer: said }: ImageRecord): Html {
  if (said === undefined) {
    return scores(
      'The best classes',
      top.map((score) => ({
        name: className(score),
        probability: score.probability,
        text: percent(score.probability),
      })),
    );
  }
  const { task, options, question, type } = said;
  return html`${question !== undefined && html`<p>${options[0]?.box === undefined ? 'Question' : 'Text'}: <q>${question}</q></p>`}
    <p>
      <strong>${decisionText({ top, answer: said })}</strong
      >${type !== undefined && html` <span class="tag">${type.name}</span>`}
    </p>
    ${scores(
      `What the model says (${task})`,
      options.slice(0, mostOptions).map(({ target, label, score, probability: own }) => ({
        name: label === null ? target : `${label} (${target})`,
        probability: own,
        text: own === undefined ? number(score) : percent(own),
      })),
    )}`;
}

const mostOptions = 10;

function scores(
  caption: string,
  rows: readonly { readonly name: string; readonly probability: number | undefined; readonly text: string }[],
): Html {
  return html`<table class="scores">
    <caption>
      ${caption}
    </caption>
    <tbody>
      ${rows.map(
        ({ name, probability, text }) =>
          html`<tr>
            <th scope="row">
              ${name}
              ${
                probability !== undefined &&
                html`<span class="bar"><span style="width: ${(100 * probability).toFixed(1)}%"></span></span>`
              }
            </th>
            <td>${text}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

async function mapCell(
  record: ImageRecord,
  map: MapRecord,
  explainers: ExplainedRun['explainers'],
  pictures: PictureReader,
): Promise<Html> {
  const { title = map.explainer, isBaseline = false } = explainers.find(({ id }) => id === map.explainer) ?? {};
  const [low, high] = map.range;
  return html`<li>
    ${picture(await pictures.map(record, map), `${title} of ${record.image}`)}
    <strong>${title}</strong>${isBaseline && html` <span class="tag">baseline</span>`}
    <span
      >${map.size.join(' x ')}${map.layer !== null && ` at ${map.layer}`}${map.reading !== null && `, ${map.reading}`}</span
    >
    <span
      >${low === high ? `the same everywhere (${number(low)}): no information` : `${number(low)} to ${number(high)}`}</span
    >
  </li>`;
}

function provenanceOf(document: RunDocument, spec: StudySpec): Html {
  const { model, backends, preprocessing, parameters, seed, versions } = document;
  const plain = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const rows: readonly (readonly [string, unknown])[] = [
    ['Model', model.name],
    ['SHA-256 of its file', model.sha256],
    ...(model.textSha256 === undefined ? [] : [['SHA-256 of its text tower', model.textSha256] as const]),
    ...backends.map(
      ({ backend, executionProvider, computes }) =>
        ['Runs on', `${backend}, ${executionProvider}: ${computes.join(', ')}`] as const,
    ),
    ...model.remarks.map((remark) => ['Remark', remark] as const),
    ['Preprocessing', preprocessing],
    ...Object.entries(parameters),
    ['Seed', seed],
    ...Object.entries(versions),
  ];
  return html`<section>
    <h2>Parameters and versions</h2>
    <table class="list">
      <tbody>
        ${rows
          .filter(([, value]) => value !== undefined && value !== null)
          .map(
            ([name, value]) =>
              html`<tr>
                <th scope="row">${name}</th>
                <td class="words">${plain(value)}</td>
              </tr>`,
          )}
      </tbody>
    </table>
    <details>
      <summary>
        The study as JSON: save it as study.json and repeat it with <code>understory run study.json --out FOLDER</code>
      </summary>
      <pre>${JSON.stringify(spec, null, 2)}</pre>
    </details>
  </section>`;
}
