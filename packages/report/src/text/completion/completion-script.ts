import { bashScript } from './bash.ts';
import type { CompletedProgram } from './completed-program.ts';
import { fishScript } from './fish.ts';
import { zshScript } from './zsh.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** A script that completes the commands of a program with their options and values. */
export function completionScript(shell: Shell, program: CompletedProgram): string {
  return scripts[shell](program);
}

const scripts: Readonly<Record<Shell, (program: CompletedProgram) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
