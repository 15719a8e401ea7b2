import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { createHost, METRIC, parseSelections, rangeEnds, rangeText } from '@understory/core';
import type { Metric } from '@understory/core';
import plugin, { deletion, paperDeletion, riseDeletion } from '../src/index.ts';
import { tinyRequest } from './support/networks.ts';

function host() {
  const made = createHost();
  made.use(plugin, { from: 'here' });
  made.start();
  return made;
}

const ids = plugin.provides.map(({ id }) => id);

describe('the plugin', () => {
  it.each(ids)('provides %s, which says how to read it, and is in the README', (id) => {
    const metric: Metric = host().get(METRIC, id);
    expect(['higher', 'lower']).toContain(metric.better);
    expect(metric.range[0]).toBeLessThan(metric.range[1]);
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const [row] = readme.match(new RegExp(`^\\| \`${id}\` .*$`, 'm'))!;
    const [, , , better, range] = row.split('|').map((cell) => cell.trim());
    expect(better).toBe(metric.better);
    const { values } = metric;
    expect(range!.split(', or ')[0]!.replaceAll('`', '')).toBe(rangeText({ range: rangeEnds(metric.range), values }));
    const { options = {} } = plugin.provides.find((each) => each.id === id)!;
    for (const name of Object.keys(options)) expect(readme).toContain(`\`${name}\``);
  });

  it('hands on presets and settings as a person writes them', async () => {
    const [selection] = parseSelections('deletion:preset=rise,steps=6,batch=4');
    const metric = host().get(METRIC, 'deletion', selection!.options);
    const request = tinyRequest();
    expect(await metric.evaluate(request)).toEqual(
      await deletion({ ...riseDeletion, steps: 6, batch: 4 }).evaluate(request),
    );
    expect(host().optionsOf('metric', 'deletion', { preset: 'paper' })).toMatchObject(paperDeletion);
    expect(host().optionsOf('metric', 'insertion', { preset: 'rise' })).toMatchObject({
      steps: 224,
      sigma: 5,
      perturbation: 'blur',
    });
  });

  it('refuses what a metric cannot be told', () => {
    const get = (text: string) => () => {
      const [{ id, options }] = parseSelections(text) as [{ id: string; options: Record<string, string> }];
      return host().get(METRIC, id, options);
    };
    const failure = (code: string) => expect.objectContaining({ code });
    expect(get('deletion:fracton=0.5')).toThrow(failure('UNKNOWN_OPTION'));
    expect(get('deletion:fraction=50%')).toThrow(failure('OPTION_INVALID'));
    expect(get('insertion:preset=paper')).toThrow(failure('UNKNOWN_PRESET'));
  });
});
