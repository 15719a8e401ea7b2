import { Option, type Command, type OptionValues } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import { layout, list, wholeNumber } from './option-values.ts';
import {
  adding,
  layoutHelp,
  withRunning,
  withSelection,
  withStudy,
  withTensors,
  type Arguments,
  type RunningOptions,
  type SelectionOptions,
  type StudyRunOptions,
  type TensorOptions,
} from './options.ts';
import { withPreprocessing, type PreprocessingFlags } from './preprocessing-options.ts';
import { defined } from './spec-of.ts';

export type ExaminationFlags = {
  readonly explainer?: string | undefined;
  readonly metric?: string | undefined;
  readonly probe?: string | undefined;
  readonly attack?: string | undefined;
  readonly mask?: string | undefined;
  readonly epsilon?: readonly string[] | undefined;
  readonly target?: string | undefined;
  readonly layer?: string | undefined;
  readonly layout?: ReturnType<typeof layout> | undefined;
  readonly examples?: number | undefined;
  readonly batch?: number | undefined;
  readonly seed?: number | undefined;
};

type All = ExaminationFlags &
  SelectionOptions &
  StudyRunOptions &
  RunningOptions &
  TensorOptions &
  Partial<PreprocessingFlags>;

/** The options of commands that put a network through explainers, metrics, a probe and attacks at once; defaults are those of the specification. */
export function withExamination<A extends Arguments, O extends OptionValues>(
  command: Command<A, O>,
): Command<A, O & All> {
  const own = adding<ExaminationFlags, A, O>(command, [
    new Option('--explainer <list>', 'explainers; attacks draw their masks from the maps of the first'),
    new Option('--metric <list>', 'metrics of faithfulness, or none'),
    new Option(
      '--probe <id>',
      'what pictures are disturbed by, such as shuffle:grid=2+4, or none (default: clip or mdetr where images bring captions or questions, else shuffle)',
    ),
    new Option('--attack <id>', 'the attack, such as pgd:stop=misclassification,steps=50, or none'),
    new Option('--mask <list>', 'which pixels attacks may change; each mask is a separate attack'),
    new Option('--epsilon <list>', 'budgets of the attack, tried from the smallest up, such as 1/255,4/255').argParser(
      list,
    ),
    new Option('--target <target>', 'what is explained: predicted, label, a class index or name, box:0 ...'),
    new Option('--layer <layer>', 'auto, a tensor name, or a module path or its end'),
    new Option('--layout <layout>', layoutHelp).argParser(layout),
    new Option('--examples <n>', 'how many images to keep with their pictures').argParser(wholeNumber(0)),
    new Option('--batch <n>', 'how many pictures per batch; changes no result').argParser(wholeNumber(1)),
    new Option('--seed <n>', 'random seed').argParser(wholeNumber(0)),
  ]);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(own))))) as unknown as Command<A, O & All>;
}

/** What of a spec these options say. */
export function examinationSpec(
  flags: ExaminationFlags,
): Partial<
  Pick<
    Extract<StudySpecInput, { study: 'diagnose' }>,
    'explainers' | 'metrics' | 'probe' | 'attack' | 'masks' | 'epsilons'
  >
> {
  const { explainer, metric, probe, attack, mask, epsilon, target, examples, batch } = flags;
  const unless = (text: string | undefined) => (text?.trim() === 'none' ? null : text);
  return {
    ...(explainer !== undefined && { explainers: [explainer] }),
    ...(metric !== undefined && { metrics: metric.trim() === 'none' ? [] : [metric] }),
    ...(probe !== undefined && { probe: unless(probe) }),
    ...(attack !== undefined && { attack: unless(attack) }),
    ...(mask !== undefined && { masks: [mask] }),
    ...(epsilon !== undefined && { epsilons: [...epsilon] }),
    ...defined({ target, examples, batch }),
  };
}
