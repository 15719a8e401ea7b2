import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Argument, type Command } from '@commander-js/extra-typings';
import type { CommandContext } from '../command-context.ts';
import { withStudy } from '../options.ts';
import { withRoles } from '../role-options.ts';
import { runFile } from './run.ts';

const details = `
paper: every experiment of Zheng, Can't See the Forest for the Trees, sections 5.1 to 5.5. One page has each claim of the paper with whether
it holds on the network that was tested, and the paper's numbers beside those measured here.

Models and data of the paper are given by name; those that are not given have stand-ins that come with Understory, and every page says so:
  --model cifar=PATH      ResNet for CIFAR-10        --data cifar10=DIR          CIFAR-10
  --model resnet50=PATH   ResNet-50                  --data pets=DIR             Oxford-IIIT Pet
  --model clip=PATH       CLIP ResNet-50             --data imagenet-samples=DIR one ImageNet image for each class
  --model mdetr=PATH      MDETR EfficientNet-B5 GQA  --data apples=FILE          a red apple on the left, a green one on the right
                                                     --data fruit=FILE           an apple and a banana
                                                     --data captions=DATA        captions, such as whatsup:DIR
                                                     --data questions=DATA       questions, such as gqa:DIR
                                                     --data desk=FILE            a laptop on a table

The folder of --out has a run folder for each study and report.html over all; the same command goes on where it was stopped.

Examples:
  understory study paper
  understory study paper --quick --out runs/quick
  understory study paper --model resnet50=models/resnet50.onnx --data pets=data/pets --data imagenet-samples=data/samples
  understory study paper --print-spec > paper.json
`;

const folder = fileURLToPath(new URL('../../studies/', import.meta.url));

export function studyCommand(program: Command, { io, finish }: CommandContext): void {
  const names = readdirSync(folder).flatMap((file) => /^(.+)\.json$/.exec(file)?.[1] ?? []);
  const command = program
    .command('study')
    .description('run a list of studies that comes with Understory: paper has every experiment of the paper')
    .addArgument(new Argument('<name>', 'the list').choices(names));
  withRoles(withStudy(command))
    .addHelpText('after', details)
    .action(async (name, { out = `runs/${name}`, ...options }) => {
      finish(await runFile(`${folder}${name}.json`, { ...options, out }, io));
    });
}
