import { ablationCam, kernelShap, lime, occlusion, rise, scoreCam } from '@understory/explain-perturbation';

/** Every method of this package under its id, with few masks where it takes some. */
export const methods = {
  rise: rise({ masks: 12, grid: 3, batch: 5 }),
  occlusion: occlusion({ window: 1, batch: 4 }),
  lime: lime({ samples: 12, segments: 4, batch: 5 }),
  kernelshap: kernelShap({ samples: 12, segments: 4, batch: 5 }),
  scorecam: scoreCam({ batch: 2 }),
  ablationcam: ablationCam({ batch: 2 }),
} as const;

export type MethodId = keyof typeof methods;

export const ids = Object.keys(methods) as readonly MethodId[];

/** Those that read a layer. */
export const layered: readonly string[] = ['scorecam', 'ablationcam'];
