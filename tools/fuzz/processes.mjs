import { readFileSync, writeFileSync } from 'node:fs';

const ticksPerSecond = 100;
const pageBytes = 4096;

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** Seconds of processor time that a process has taken; undefined where the system does not tell. */
export function processorTime(pid) {
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1).split(' ');
  return fields && (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Bytes of a process that are in memory now; undefined where the system does not tell. */
export function residentBytes(pid) {
  const pages = read(`/proc/${pid}/statm`)?.split(' ')[1];
  return pages && Number(pages) * pageBytes;
}

/** The most that were in memory since `forgetPeak`. */
export function peakBytes(pid) {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return kilobytes && Number(kilobytes) * 1024;
}

export function forgetPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // Elsewhere the peak is that of the whole life of the process, which a fresh process keeps honest.
  }
}
