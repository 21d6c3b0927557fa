/**
 * Times of the model's operators alone, from the profiles of Vidur (github.com/microsoft/vidur; Agrawal et al., MLSys
 * 2024): the linear operators of a layer times the layers, with the two all-reduces of each layer where there are
 * several GPUs. They hold neither attention nor what the engine itself takes: a floor. In milliseconds.
 */
export const VIDUR = {
  source: 'Vidur, data/profiling: linear operators times layers, and the all-reduces of H100 (MLSys 2024)',
} as const;

/** The published numbers are a straight line fitted to each profile. */
export interface Line {
  readonly fixedMs: number;
  readonly perTokenMs: number;
  readonly from: number;
  readonly to: number;
  /** Median error of that line against the profile it was fitted to, where it is known. */
  readonly medianError?: number;
}

export interface FloorTable {
  readonly name: string;
  readonly model: string;
  readonly hardware: string;
  readonly tensorParallel: number;
  readonly decode:
    | Line
    /** Single points; the corners of the broken line that is fitted to them. */
    | { readonly ms: readonly (readonly [batch: number, ms: number])[]; readonly knots: readonly number[] };
  readonly prompt: Line;
  readonly promptMs: readonly (readonly [tokens: number, ms: number])[];
  readonly notes?: readonly string[];
}

export const FLOORS: readonly FloorTable[] = [
  {
    name: 'llama-2-7b-a100-tp1',
    model: 'llama-2-7b',
    hardware: 'a100-sxm-80',
    tensorParallel: 1,
    decode: {
      ms: [
        [1, 9.3],
        [8, 9.1],
        [32, 9.6],
        [64, 9.8],
        [128, 12.3],
        [256, 17.9],
      ],
      knots: [1, 64, 256],
    },
    prompt: { fixedMs: 2.1, perTokenMs: 0.0646, from: 512, to: 4096 },
    promptMs: [[512, 33.6]],
  },
  {
    name: 'llama-2-7b-h100-tp1',
    model: 'llama-2-7b',
    hardware: 'h100-sxm',
    tensorParallel: 1,
    decode: {
      ms: [
        [1, 5.6],
        [8, 5.5],
        [32, 5.9],
        [64, 5.9],
        [128, 6.4],
        [256, 9.3],
      ],
      knots: [1, 128, 256],
    },
    prompt: { fixedMs: 2.9, perTokenMs: 0.0204, from: 1024, to: 4096 },
    promptMs: [[512, 12.1]],
    notes: [
      'The published line is 10% above the published time of 512 tokens; the range of prompts begins above it.',
    ],
  },
  {
    name: 'llama-3.1-8b-a100-tp1',
    model: 'llama-3.1-8b',
    hardware: 'a100-sxm-80',
    tensorParallel: 1,
    decode: { fixedMs: 9.77, perTokenMs: 0.029, from: 1, to: 128, medianError: 0.009 },
    prompt: { fixedMs: 6.4, perTokenMs: 0.0672, from: 512, to: 4096 },
    promptMs: [],
  },
  {
    name: 'llama-3-70b-h100-tp4',
    model: 'llama-3-70b',
    hardware: 'h100-sxm',
    tensorParallel: 4,
    decode: { fixedMs: 21.6, perTokenMs: 0, from: 1, to: 128, medianError: 0.014 },
    prompt: { fixedMs: 13.3, perTokenMs: 0.065, from: 512, to: 4096 },
    promptMs: [],
  },
  {
    name: 'llama-3-70b-h100-tp8',
    model: 'llama-3-70b',
    hardware: 'h100-sxm',
    tensorParallel: 8,
    decode: { fixedMs: 13.4, perTokenMs: 0.025, from: 1, to: 128, medianError: 0.028 },
    prompt: { fixedMs: 15.2, perTokenMs: 0.041, from: 512, to: 4096 },
    promptMs: [],
  },
];
