import { codec, stored } from './drawing.ts';
import { describe, expect, it, jest } from '@jest/globals';
import { renderReport, type ReportedRun } from '../src/index.ts';
import { probeRun } from './probe-support.ts';
import { record, runRows } from './support.ts';

jest.setTimeout(60_000);

const runOf = (over: unknown): ReportedRun<unknown> => ({
  ...stored('nowhere'),
  ...{ record: over, rows: runRows(), failed: [], isComplete: true },
});

describe('renderReport', () => {
  it('takes a record without a kind for an evaluation', async () => {
    const { html, images } = await renderReport(runOf(record()), { codec });
    expect(html).toContain('How faithful are explanations of tiny?');
    expect(images).toBe(40);
  });

  it('takes a probe for one', async () => {
    const { run, remove } = await probeRun();
    expect((await renderReport(run, { codec })).html).toContain('Patches out of place');
    await remove();
  });

  it.each([
    [{ parameters: { kind: 'dream' } }, 'the kind "dream"'],
    [{ parameters: { kind: 'toString' } }, 'the kind "toString"'],
    [{ parameters: { kind: 7 } }, 'the kind 7'],
    [{}, 'a record without dataset, as evaluations have'],
    [{ parameters: { kind: 'probe', dataset: {} } }, 'a record without probe, as probes have'],
    [{ parameters: { dataset: {}, metrics: [], explainers: {} } }, 'a record without explainers, as evaluations have'],
  ])('refuses %j', async (over, found) => {
    await expect(renderReport({ ...runOf(over), name: 'runs/odd' }, { codec })).rejects.toThrow(
      expect.objectContaining({
        ...{ code: 'RUN_KIND_UNKNOWN', found, message: expect.stringContaining('"runs/odd"') },
        ...{ expected: expect.stringContaining('evaluation'), next: expect.stringContaining('path') },
      }),
    );
  });
});
