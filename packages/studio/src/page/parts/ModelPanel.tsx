import type { ModelRequest } from '../../engine/engine.ts';
import { ask, correct, forgetKept, openKept, openModel } from '../actions.ts';
import { about, facts, keptModels, modelRequest, models, said } from '../state.ts';
import { fileName, megabytes } from '../words.ts';
import { Problem } from './Problem.tsx';

/** Which model is open, what it was recognised as and why, and how that is corrected. */
export function ModelPanel() {
  const known = facts.value;
  const request = modelRequest.value;
  return (
    <section class="panel" aria-labelledby="model-head">
      <h2 id="model-head">Model</h2>
      <select
        aria-label="Model"
        value={request.model}
        onChange={(event) => void openModel({ model: event.currentTarget.value })}
      >
        {models.value.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      {known?.recognised && (
        <p class="recognised">
          <b>{known.recognised.task}</b>
          <span class="quiet">
            {' '}
            because {known.recognised.why}.
            {known.recognised.size && ` Sees ${known.recognised.size.width} × ${known.recognised.size.height} pixels.`}
            {known.recognised.assumed && ' Nothing says how pixels are scaled: what is usual was taken.'}
          </span>
        </p>
      )}
      {known !== null && known.notes.length > 0 && (
        <ul class="notes" aria-label="What is to be known of the model">
          {known.notes.map((note) => (
            <li class="quiet small" key={note}>
              {note}
            </li>
          ))}
        </ul>
      )}
      {known?.problem && (
        <div class="problem" role="alert">
          <p class="problem-head">
            <strong>{known.problem.message}</strong> <code>{known.problem.code}</code>
          </p>
          <dl>
            <dt>Found</dt>
            <dd>{known.problem.found}</dd>
            <dt>Next</dt>
            <dd>{known.problem.next}</dd>
          </dl>
        </div>
      )}
      <Problem slot="model" />
      <Problem slot="start" />
      {keptModels.value.length > 0 && <Kept />}
      <Problem slot="kept" />
      {known && <Correction key={request.model} />}
      {known?.recognised?.asks === 'captions' && <Captions />}
      {known?.recognised?.asks === 'question' && <Question />}
    </section>
  );
}

/** Models that were added before, for opening or forgetting them. */
function Kept() {
  const models = keptModels.value;
  return (
    <details class="settings">
      <summary>Kept in this browser ({models.length})</summary>
      <ul class="kept">
        {models.map(({ id, name, size }) => (
          <li key={id}>
            <span title={id}>{name}</span> <span class="quiet">{megabytes(size)}</span>
            <span class="row">
              <button type="button" class="plain" aria-label={`Open ${name}`} onClick={() => void openKept(id)}>
                Open
              </button>
              <button type="button" class="plain" aria-label={`Forget ${name}`} onClick={() => void forgetKept(id)}>
                Forget
              </button>
            </span>
          </li>
        ))}
      </ul>
      <p class="quiet small">Models that were added stay on this machine, in the private files of this page.</p>
    </details>
  );
}

/** The fields that say otherwise how a model is read. */
function Correction() {
  const known = facts.value;
  const request = modelRequest.value;
  if (known === null) return null;
  const { readings, outputs, inputs, recognised } = known;
  const tasks = about.value?.tasks ?? [];
  const preprocessing = recognised?.preprocessing;
  const list = (values: readonly number[] | undefined) =>
    values?.map((value) => Number(value.toPrecision(4))).join(', ') ?? '';
  const numbers = (text: string) => {
    const values = text.split(',').map((part) => Number(part));
    return text.trim() === '' || values.some((value) => !Number.isFinite(value)) ? undefined : values;
  };
  return (
    <details class="settings" open={recognised === null}>
      <summary>{recognised === null ? 'Say how it is read' : 'Read otherwise'}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const text = (name: string) => {
            const value = String(data.get(name) ?? '').trim();
            return value === '' ? undefined : value;
          };
          const size = text('size');
          const mean = numbers(text('mean') ?? '');
          const std = numbers(text('std') ?? '');
          const range = text('range');
          const fields = {
            ...(size !== undefined && { size: Number(size) }),
            ...(mean !== undefined && { mean }),
            ...(std !== undefined && { std }),
            ...(range !== undefined && { inputRange: range as '0..1' | '0..255' }),
            ...(text('order') !== undefined && { channelOrder: text('order') as 'RGB' | 'BGR' }),
          };
          void correct({
            task: text('task'),
            output: text('output'),
            input: text('input'),
            layout: text('layout') as never,
            ...engineNamed(text('engine')),
            preprocessing: Object.keys(fields).length === 0 ? undefined : fields,
          });
        }}
      >
        <Field
          name="task"
          label="Task"
          value={request.task}
          options={[...new Set([...readings.map(({ task }) => task), ...tasks])]}
        />
        <Field
          name="output"
          label="Output"
          value={typeof request.output === 'string' ? request.output : undefined}
          options={outputs.map(({ name }) => name)}
        />
        <Field name="input" label="Picture input" value={request.input} options={inputs.map(({ name }) => name)} />
        <div class="setting">
          <label for="read-layout">Layout of the layer</label>
          <input id="read-layout" name="layout" placeholder="nchw, nhwc, tokens:14x14+1" />
        </div>
        <div class="setting">
          <label for="read-size">Size</label>
          <input
            id="read-size"
            name="size"
            type="number"
            min={1}
            max={4096}
            placeholder={`${recognised?.size?.width ?? 224}`}
          />
        </div>
        <div class="setting">
          <label for="read-mean">Mean</label>
          <input id="read-mean" name="mean" placeholder={list(preprocessing?.mean)} />
        </div>
        <div class="setting">
          <label for="read-std">Deviation</label>
          <input id="read-std" name="std" placeholder={list(preprocessing?.std)} />
        </div>
        <Field
          name="engine"
          label="Computed by"
          value={request.backend && engineName(request.backend, request.devices?.[0])}
          options={(about.value?.backends ?? []).flatMap(({ id, devices }) =>
            devices.length === 0 ? [id] : devices.map((device) => engineName(id, device)),
          )}
        />
        <Field name="range" label="Pixels" value={undefined} options={['0..1', '0..255']} />
        <Field name="order" label="Channels" value={undefined} options={['RGB', 'BGR']} />
        <p class="row">
          <button type="submit">Read it so</button>
          <button type="button" class="plain" onClick={() => void openModel({ model: request.model })}>
            As it was found
          </button>
        </p>
      </form>
      {readings.length > 0 && (
        <ul class="readings">
          {readings.map(({ task, form, why }) => (
            <li key={`${task} ${form} ${why}`}>
              <b>{task}</b> <span class="quiet">{why}</span>
            </li>
          ))}
        </ul>
      )}
      <dl class="facts">
        <dt>File</dt>
        <dd>{fileName(known.file)}</dd>
        <dt>Runs on</dt>
        <dd>
          {known.backend}, {known.executionProvider}
        </dd>
        {known.sha256 !== '' && (
          <>
            <dt>SHA-256</dt>
            <dd>
              <code>{known.sha256.slice(0, 16)}</code>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

/** A backend and a device of it, as the page names them: `onnx on webgpu`. */
function engineName(backend: string, device: string | undefined): string {
  return device === undefined ? backend : `${backend} on ${device}`;
}

/** What runs on a graphics processor goes on in WebAssembly where there is none. */
function engineNamed(name: string | undefined): Pick<ModelRequest, 'backend' | 'devices'> {
  const [backend, device] = name?.split(' on ') ?? [];
  return { backend, devices: device === undefined ? undefined : device === 'webgpu' ? [device, 'wasm'] : [device] };
}

function Field({
  name,
  label,
  value,
  options,
}: {
  readonly name: string;
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly string[];
}) {
  return (
    <div class="setting">
      <label for={`read-${name}`}>{label}</label>
      <select id={`read-${name}`} name={name} value={value ?? ''}>
        <option value="">as found</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Captions of a model of pictures and text, and what they are contrasted with. */
function Captions() {
  const { captions = [], against = [] } = modelRequest.value;
  return (
    <form
      class="texts"
      onSubmit={(event) => {
        event.preventDefault();
        const data = new FormData(event.currentTarget);
        const lines = (name: string) =>
          String(data.get(name) ?? '')
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== '');
        const contrasts = lines('against');
        void ask({ captions: lines('captions'), against: contrasts.length === 0 ? undefined : contrasts });
      }}
    >
      <label for="captions">Captions, one a line</label>
      <textarea id="captions" name="captions" rows={3} defaultValue={captions.join('\n')} required />
      <label for="against">Against (optional)</label>
      <textarea
        id="against"
        name="against"
        rows={1}
        defaultValue={against.join('\n')}
        placeholder="what they are contrasted with"
      />
      <button type="submit">Compare with the picture</button>
    </form>
  );
}

/** The question to a model of pictures and questions. */
function Question() {
  const { question = '' } = modelRequest.value;
  const type = said.value?.type;
  return (
    <form
      class="texts"
      onSubmit={(event) => {
        event.preventDefault();
        void ask({ question: String(new FormData(event.currentTarget).get('question') ?? '') });
      }}
    >
      <label for="question">Question</label>
      <input id="question" name="question" defaultValue={question} required />
      <button type="submit">Ask</button>
      {type && <p class="quiet small">Answered as a question of type {type.name}.</p>}
    </form>
  );
}
