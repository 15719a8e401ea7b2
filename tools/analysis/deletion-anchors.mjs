import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// node tools/analysis/deletion-anchors.mjs RUN [METRIC]
// What the anchors of the normalised logit do to the areas of a run of `understory evaluate --preset paper`: the area is
// (mean raw logit over the curve - perturbed) / (original - perturbed), so a small gap below makes it large either way.
const [folder, metric = 'deletion'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tools/analysis/deletion-anchors.mjs RUN [METRIC]');
  process.exit(2);
}

const byExplainer = new Map();
let range = 0;
for await (const line of createInterface({ input: createReadStream(join(folder, 'rows.jsonl')) })) {
  const { rows = [] } = JSON.parse(line);
  for (const row of rows) {
    if (row.metric !== metric || row.value === null) continue;
    const { original, perturbed } = row.details;
    const gap = original - perturbed;
    range = row.curve.x.at(-1);
    const found = { area: row.value, gap };
    byExplainer.set(row.explainer, [...(byExplainer.get(row.explainer) ?? []), found]);
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const quantile = (values, share) => {
  const sorted = [...values].sort((one, other) => one - other);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (place - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
};
const trimmed = (values, share) => {
  const cut = Math.floor(share * values.length);
  return mean([...values].sort((one, other) => one - other).slice(cut, values.length - cut));
};
const show = (values) => values.map((value) => value.toFixed(3)).join('  ');

const [first] = byExplainer.values();
const gaps = first.map(({ gap }) => gap);
console.log(`${first.length} images; gap between the anchors, original minus perturbed logit:`);
console.log(
  `  least, 5 %, 25 %, 50 %, 75 %, most   ${show([0, 0.05, 0.25, 0.5, 0.75, 1].map((share) => quantile(gaps, share)))}`,
);
for (const limit of [0, 0.5, 1])
  console.log(
    `  ${gaps.filter((gap) => Math.abs(gap) < limit || (limit === 0 && gap < 0)).length} ${limit === 0 ? 'below 0' : `nearer than ${limit}`}`,
  );
for (const [explainer, all] of byExplainer) {
  const areas = all.map(({ area }) => area);
  const wide = all.filter(({ gap }) => gap >= 1);
  console.log(explainer);
  console.log(
    `  area: mean, median, mean without a tenth at either end   ${show([mean(areas), quantile(areas, 0.5), trimmed(areas, 0.1)])}`,
  );
  console.log(`  least and largest areas   ${show([0, 0.01, 0.99, 1].map((share) => quantile(areas, share)))}`);
  console.log(
    `  the ${wide.length} images with a gap of 1 or more: mean, median   ${show([
      mean(wide.map(({ area }) => area)),
      quantile(
        wide.map(({ area }) => area),
        0.5,
      ),
    ])}`,
  );
  console.log(
    `  of all logit that blur takes, the share that is gone on average along the curve   ${show([1 - mean(all.map(({ area, gap }) => area * gap)) / mean(gaps) / range])}`,
  );
}
