import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from '../errors.ts';

/** Which process of which machine; `started` tells it from a later one with the same number, where the system says. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  readonly started: string | null;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
}

/** Whether the process surely has ended; one on another machine counts as running. */
export async function hasEnded({ pid, host, started }: ProcessIdentity): Promise<boolean> {
  if (host !== hostname()) return false;
  if (!isRunning(pid)) return true;
  return started !== null && started !== (await startOf(pid));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists but may not be signalled.
    return codeOf(error) === 'EPERM';
  }
}

/** The boot and the clock tick at which it started, which Linux tells; null elsewhere. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may itself hold spaces; the start is field 22, the 20th behind it.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return ticks === undefined ? null : `${boot.trim()} ${ticks}`;
  } catch {
    return null;
  }
}
