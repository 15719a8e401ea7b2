import type { Attack } from '../contracts/attack.ts';
import type { ExecutorKind } from '../contracts/executor.ts';
import type { Explainer } from '../contracts/explainer.ts';
import type { Mask } from '../contracts/mask.ts';
import type { Metric } from '../contracts/metric.ts';
import type { Backend } from '../contracts/model.ts';
import type { Probe } from '../contracts/probe.ts';
import type { SubjectKind } from '../contracts/subject.ts';
import type { Visualiser } from '../contracts/visualiser.ts';

declare const carried: unique symbol;

/** The name of something that can be asked for, which knows the type of what it names. */
export interface Token<T> {
  readonly name: string;
  /** Never there when the program runs; it ties the type to the token. */
  readonly [carried]?: (value: T) => T;
}

/** A token of that name; two tokens of one name are the same, so that two installed copies of core understand each other. */
export function token<T>(name: string): Token<T> {
  return Object.freeze({ name });
}

export const EXPLAINER = token<Explainer>('explainer');
export const METRIC = token<Metric>('metric');
export const PROBE = token<Probe>('probe');
export const ATTACK = token<Attack>('attack');
export const MASK = token<Mask>('mask');
export const VISUALISER = token<Visualiser>('visualiser');
export const BACKEND = token<Backend>('backend');
export const SUBJECT = token<SubjectKind>('subject');
export const EXECUTOR = token<ExecutorKind>('executor');

/** The kinds of things that plugins provide, each the name of its token. */
export const contributionKinds = [
  'explainer',
  'metric',
  'probe',
  'attack',
  'mask',
  'visualiser',
  'backend',
  'subject',
  'executor',
] as const;

export type ContributionKind = (typeof contributionKinds)[number];
