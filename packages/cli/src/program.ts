import { Command } from '@commander-js/extra-typings';
import { attackCommand } from './commands/attack.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { demoCommand } from './commands/demo.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { differentiateCommand } from './commands/differentiate.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { explainCommand } from './commands/explain.ts';
import { inspectCommand } from './commands/inspect.ts';
import { pluginsCommand } from './commands/plugins.ts';
import { probeCommand } from './commands/probe.ts';
import { queueCommand } from './commands/queue.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { studioCommand } from './commands/studio.ts';
import { studyCommand } from './commands/study.ts';
import { visualiseCommand } from './commands/visualise.ts';
import { workerCommand } from './commands/worker.ts';
import type { CommandContext } from './command-context.ts';
import { version } from './manifest.ts';

const about = `
Exit codes: 0 done, 1 the check said no, 2 wrong usage or a failure. Results go to stdout, everything else to stderr.

Examples:
  understory demo
  understory explain cat.png
  understory explain photos/*.jpg --explainer cam,gradcam --target top3 --out out
  understory evaluate cifar10:data/cifar10 --model cifar10-resnet --explainer cam,gradcam --preset paper --out runs/stage1
  understory attack pgd photos/*.jpg --target-class agama --mask all,origin-top --preset paper --out runs/attack
  understory probe shuffle oxford-pets:data/pets --grid 2,4,8 --out runs/shuffle
  understory diagnose cat.png
  understory compare before.onnx after.onnx --images folder:photos --max-drop 0.01 --out runs/after
  understory visualise --layer _blocks.6 --channel 0..15 --out runs/channels
  understory report runs/stage1
  understory studio photos models
  understory inspect model.onnx
  understory differentiate model.onnx --objective score:logits --wrt input --out model.grad.onnx
  understory <command> --help
`;

/** The commands in the order in which help lists them. */
const commands = [
  explainCommand,
  evaluateCommand,
  attackCommand,
  probeCommand,
  compareCommand,
  diagnoseCommand,
  visualiseCommand,
  runCommand,
  studyCommand,
  workerCommand,
  queueCommand,
  reportCommand,
  studioCommand,
  inspectCommand,
  differentiateCommand,
  pluginsCommand,
  completionCommand,
  demoCommand,
];

/** The program with all its commands, which write to the context's streams and throw where commander would end the process. */
export function buildProgram(context: CommandContext): Command {
  const { io } = context;
  const program = new Command('understory')
    .description('Explain, evaluate, probe and attack vision models.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Usage errors are printed like all others, by whoever runs the program.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', about);
  for (const add of commands) add(program, context);
  return program;
}
