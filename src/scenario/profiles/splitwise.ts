/**
 * Times measured end to end on DGX A100 and DGX H100 with vLLM of 2023: data/perf_model.csv of
 * github.com/Mutinifni/splitwise-sim (Patel et al., Splitwise, ISCA 2024). Each number is the median of five runs, in
 * milliseconds. Decode: time per output token at prompts of 512 tokens and 128 output tokens, by batch size.
 * Prompts: time of the first token at batch 1, by prompt length.
 *
 * Left out as broken: Llama 2 70B on two H100 at batch 64, whose prompts would take 361 ms where 16 of them take 1,190.
 */
export const SPLITWISE = {
  source: 'splitwise-sim, data/perf_model.csv (Splitwise, ISCA 2024)',
  engine: 'vLLM of 2023',
  /** Mean context of a sequence while it is decoded: the prompt and half of the output. */
  decodeContextTokens: 512 + 128 / 2,
} as const;

export interface MeasuredTable {
  readonly name: string;
  readonly model: string;
  readonly hardware: string;
  readonly tensorParallel: number;
  readonly decodeMs: readonly (readonly [batch: number, ms: number])[];
  readonly promptMs: readonly (readonly [tokens: number, ms: number])[];
  /** The longest prompt that the curve is fitted to, where it is not the last. */
  readonly promptTokensMax?: number;
  readonly notes?: readonly string[];
}

const BATCHES = [1, 2, 4, 8, 16, 32, 64];
const PROMPTS = [512, 1024, 2048, 4096, 8192];

const by = (keys: readonly number[], ms: readonly number[]): readonly (readonly [number, number])[] =>
  ms.map((value, index) => [keys[index]!, value]);

export const MEASURED: readonly MeasuredTable[] = [
  {
    name: 'llama-2-70b-a100-tp4',
    model: 'llama-2-70b',
    hardware: 'a100-sxm-80',
    tensorParallel: 4,
    decodeMs: by(BATCHES, [45.0, 45.0, 45.1, 45.8, 48.5, 52.4, 73.0]),
    promptMs: by(PROMPTS, [127, 227, 403, 965, 2279]),
  },
  {
    name: 'llama-2-70b-a100-tp8',
    model: 'llama-2-70b',
    hardware: 'a100-sxm-80',
    tensorParallel: 8,
    decodeMs: by(BATCHES, [44.9, 44.6, 45.8, 46.5, 50.4, 53.0, 71.6]),
    promptMs: by(PROMPTS, [94, 155, 274, 661, 1550]),
  },
  {
    name: 'llama-2-70b-h100-tp2',
    model: 'llama-2-70b',
    hardware: 'h100-sxm',
    tensorParallel: 2,
    decodeMs: by(BATCHES, [37.0, 37.4, 40.0, 40.4, 42.0, 52.3]),
    promptMs: by(PROMPTS, [83.8, 158.0, 310.3, 642.7, 1339.8]),
    notes: ['The published row of batch 64 is broken and left out.'],
  },
  {
    name: 'llama-2-70b-h100-tp4',
    model: 'llama-2-70b',
    hardware: 'h100-sxm',
    tensorParallel: 4,
    decodeMs: by(BATCHES, [29.7, 30.0, 29.9, 31.4, 32.8, 36.9, 52.4]),
    promptMs: by(PROMPTS, [60, 106, 201, 464, 954]),
  },
  {
    name: 'llama-2-70b-h100-tp8',
    model: 'llama-2-70b',
    hardware: 'h100-sxm',
    tensorParallel: 8,
    decodeMs: by(BATCHES, [29.8, 30.3, 31.8, 32.5, 34.2, 38.6, 50.2]),
    promptMs: by(PROMPTS, [53, 78, 137, 390, 845]),
    promptTokensMax: 4096,
    notes: [
      'The published times jump by 2.8 from 2,048 to 4,096 tokens and by 2.2 to 8,192: no one curve of this kind holds 5% over all of them. It is fitted up to 4,096 and is far too long beyond.',
    ],
  },
  {
    name: 'bloom-176b-a100-tp8',
    model: 'bloom-176b',
    hardware: 'a100-sxm-80',
    tensorParallel: 8,
    decodeMs: by(BATCHES, [48.8, 50.0, 51.0, 53.0, 57.3, 65.4, 96.6]),
    promptMs: by(PROMPTS, [173.8, 289.2, 540.4, 1348.2, 3593.2]),
  },
  {
    name: 'bloom-176b-h100-tp8',
    model: 'bloom-176b',
    hardware: 'h100-sxm',
    tensorParallel: 8,
    decodeMs: by(BATCHES, [36.1, 36.9, 38.1, 38.1, 40.6, 45.8, 63.8]),
    promptMs: by(PROMPTS, [75.5, 132.6, 253.1, 688.7, 1535.4]),
  },
];
