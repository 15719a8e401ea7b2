import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { attribute, graphModelFile, type BytesSource, type NodeSpec } from './models.ts';

const called = (name: string) => ({ f: { func: { name } } });

/** A function of one input and one output. */
function definition(name: string, nodes: readonly object[]): object {
  return {
    signature: {
      name,
      inputArg: [{ name: 'a', type: 'DT_FLOAT' }],
      outputArg: [{ name: 'b', type: 'DT_FLOAT' }],
    },
    nodeDef: nodes,
    ret: { b: 'last:output:0' },
  };
}

const call = (name: string, of: string, input: string) => ({
  name,
  op: 'PartitionedCall',
  input: [input],
  attr: { Tin: attribute.type('DT_FLOAT'), ...called(of) },
});

function withFunctions(node: Omit<NodeSpec, 'name'>, functions: readonly unknown[]): BytesSource {
  const file = graphModelFile({ input: [-1, 3], nodes: [{ ...node, name: 'y' }] });
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as { modelTopology: object };
  json.modelTopology = { ...json.modelTopology, library: { function: functions } };
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)) };
}

/** `f60` calls `f59` twice, and so on: 2^60 nodes once they are unfolded. */
const doubling = Array.from({ length: 61 }, (_, at) =>
  definition(
    `f${at}`,
    at === 0
      ? [{ name: 'last', op: 'Relu', input: ['a'] }]
      : [call('first', `f${at - 1}`, 'a'), call('last', `f${at - 1}`, 'first:output:0')],
  ),
);
const itself = [definition('again', [call('last', 'again', 'a')])];
const endless = [
  definition('always', [
    { name: 'last', op: 'Const', attr: { value: { tensor: { dtype: 'DT_BOOL', boolVal: [true] } } } },
  ]),
  definition('step', [{ name: 'last', op: 'Relu', input: ['a'] }]),
];
const loop = { cond: { func: { name: 'always' } }, body: { func: { name: 'step' } } };

describe('functions of TensorFlow are refused by the operator that calls them, and never unfolded', () => {
  it.each([
    ['that unfold without end', { op: 'PartitionedCall', input: ['x'], attr: called('f60') }, doubling],
    ['that call themselves', { op: 'StatefulPartitionedCall', input: ['x'], attr: called('again') }, itself],
    ['that are not there', { op: 'PartitionedCall', input: ['x'], attr: called('gone') }, []],
    ['of a loop without end', { op: 'StatelessWhile', input: ['x'], attr: loop }, endless],
    ['of a loop with state', { op: 'While', input: ['x'], attr: loop }, endless],
    ['of a branch', { op: 'StatelessIf', input: ['x', 'x'], attr: { then_branch: called('step').f } }, endless],
  ])('%s', async (_, node, functions) => {
    await expect(
      new TfjsBackend().open(withFunctions(node as Omit<NodeSpec, 'name'>, functions), { devices: ['cpu'] }),
    ).rejects.toMatchObject({ code: 'OPERATOR_UNSUPPORTED', message: expect.stringContaining(node.op) });
  });

  it.each([
    ['nothing', null],
    ['a number', 3],
    ['no signature', {}],
    ['no nodes', { signature: { name: 'f' } }],
  ])('a definition that is %s', async (_, broken) => {
    await expect(
      new TfjsBackend().open(withFunctions({ op: 'PartitionedCall', input: ['x'], attr: called('f') }, [broken]), {
        devices: ['cpu'],
      }),
    ).rejects.toMatchObject({ code: 'OPERATOR_UNSUPPORTED', message: expect.stringContaining('PartitionedCall') });
  });

  it('that nothing calls are passed over', async () => {
    const model = await new TfjsBackend().open(withFunctions({ op: 'Relu', input: ['x'] }, doubling), {
      devices: ['cpu'],
    });
    expect(model.outputs.map(({ name }) => name)).toEqual(['y']);
    await model.close();
  });
});
