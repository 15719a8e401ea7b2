import { defaultColourMap, scalingWords, type ColourMapName } from '@understory/imaging';
import type { AttackRecord, AttackRow, AttackSummary } from '@understory/studies';
import { summariseAttack } from '@understory/studies/results';
import type { Figure } from '../figures/figure.ts';
import { pictureGrid } from '../figures/picture-grid.ts';
import { successOverEvaluationsFigure } from '../figures/success-over-evaluations.ts';
import { successFigure } from '../figures/success.ts';
import { sweepFigure } from '../figures/sweep.ts';
import { trajectoriesFigure } from '../figures/trajectories.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { AttackDetails } from './attack-details.ts';
import { attackExamples } from './examples.ts';
import { attackPalette } from './naming.ts';
import { headline, page } from './page.ts';

export type AttackRun = ReportedRun<AttackRecord, AttackRow>;

/** More bars than this say less than the sweep does. */
const mostBars = 24;

/** How easily a network is fooled, and through which pixels: the report of a run of attacks. */
export async function renderAttack(
  { store, record, rows, failed, isComplete, missing, damage = [] }: AttackRun,
  { codec, colourMap = defaultColourMap }: ReportOptions,
): Promise<RenderedReport<AttackSummary>> {
  const { attacks, goal, explainer, layer } = record.parameters;
  const details = new AttackDetails(attacks);
  const summary = await summariseAttack(details.gather(rows), {
    ...{ attacks, goal, explainer, layer },
    seed: seedOf(record),
  });
  const palette = attackPalette(attacks);
  const detailOf = (attack: string) => details.of(attack);
  const norm = attacks[0]?.budget.norm ?? 'linf';
  const bars = summary.attacks.filter(({ n }) => n > 0).length;
  const figures = [
    bars === 0 || bars > mostBars ? undefined : successFigure('success', summary, palette),
    sweepFigure('sweep-fraction', 'fraction', summary.curves, norm),
    sweepFigure('sweep-epsilon', 'epsilon', summary.curves, norm),
    successOverEvaluationsFigure('success-over-evaluations', attacks, detailOf, palette),
    trajectoriesFigure('trajectories', attacks, detailOf, goal),
  ].filter((figure): figure is Figure => figure !== undefined);
  const problems = [...damage];
  const examples = await attackExamples(attacks, {
    ...{ store, codec, colours: colourMap, seed: record.seed },
    onProblem: (problem) => problems.push(problem),
  });
  const head = examplesHead(colourMap);
  const drawn = examples.map((rows, at) => pictureGrid({ ...head, name: `example-${at + 1}` }, rows));
  return {
    html: page({
      run: { record, failed, isComplete, missing },
      problems,
      summary,
      figures,
      palette,
      examples,
      examplesHead: head,
    }),
    figures: [...figures, ...drawn],
    headline: headline({ run: { record, failed, isComplete, missing }, summary, palette, figures }),
    images: summary.images,
    summary,
    problems,
  };
}

function seedOf({ seed }: AttackRecord): number {
  return typeof seed === 'number' ? seed : 0;
}

const examplesHead = (colours: ColourMapName) => ({
  title: 'Adversarial images',
  caption: `The preprocessed image, then for each mask the adversarial image, its perturbation around mid-grey, the mask, and heat maps over the adversarial image. Each map is upsampled bicubically and ${scalingWords(colours)}, so colours of two maps are not comparable. The images were chosen at random by the seed of the run.`,
});
