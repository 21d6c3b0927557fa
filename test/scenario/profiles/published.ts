/**
 * The published tables again, typed in from their sources and not taken from src/: milliseconds.
 * Splitwise: medians of data/perf_model.csv in github.com/Mutinifni/splitwise-sim, prompt 512, output 128 (decode); batch 1
 * (prompts). Vidur: linear operators of Llama 2 7B, data/profiling of github.com/microsoft/vidur.
 */
const BATCHES = [1, 2, 4, 8, 16, 32, 64];
const PROMPTS = [512, 1024, 2048, 4096, 8192];

export interface Published {
  readonly batches: readonly number[];
  readonly decodeMs: readonly number[];
  readonly prompts: readonly number[];
  readonly promptMs: readonly number[];
}

const table = (decodeMs: readonly number[], promptMs: readonly number[]): Published => ({
  batches: BATCHES.slice(0, decodeMs.length),
  decodeMs,
  prompts: PROMPTS.slice(0, promptMs.length),
  promptMs,
});

/** Prompts end where the profile says that its range ends. */
export const SPLITWISE_TABLES: Readonly<Record<string, Published>> = {
  'llama-2-70b-a100-tp4': table([45.0, 45.0, 45.1, 45.8, 48.5, 52.4, 73.0], [127, 227, 403, 965, 2279]),
  'llama-2-70b-a100-tp8': table([44.9, 44.6, 45.8, 46.5, 50.4, 53.0, 71.6], [94, 155, 274, 661, 1550]),
  'llama-2-70b-h100-tp2': table([37.0, 37.4, 40.0, 40.4, 42.0, 52.3], [83.8, 158.0, 310.3, 642.7, 1339.8]),
  'llama-2-70b-h100-tp4': table([29.7, 30.0, 29.9, 31.4, 32.8, 36.9, 52.4], [60, 106, 201, 464, 954]),
  'llama-2-70b-h100-tp8': table([29.8, 30.3, 31.8, 32.5, 34.2, 38.6, 50.2], [53, 78, 137, 390]),
  'bloom-176b-a100-tp8': table(
    [48.8, 50.0, 51.0, 53.0, 57.3, 65.4, 96.6],
    [173.8, 289.2, 540.4, 1348.2, 3593.2],
  ),
  'bloom-176b-h100-tp8': table(
    [36.1, 36.9, 38.1, 38.1, 40.6, 45.8, 63.8],
    [75.5, 132.6, 253.1, 688.7, 1535.4],
  ),
};

/** Without the engine's overhead and without attention. */
export const VIDUR_TABLES: Readonly<Record<string, Published>> = {
  'llama-2-7b-a100-tp1': {
    batches: [1, 8, 32, 64, 128, 256],
    decodeMs: [9.3, 9.1, 9.6, 9.8, 12.3, 17.9],
    prompts: [512],
    promptMs: [33.6],
  },
  'llama-2-7b-h100-tp1': {
    batches: [1, 8, 32, 64, 128, 256],
    decodeMs: [5.6, 5.5, 5.9, 5.9, 6.4, 9.3],
    prompts: [],
    promptMs: [],
  },
};

/** Lines for batches up to 32, fitted elsewhere to Splitwise's rows: fixed and per sequence. */
export const SPLITWISE_LINES: Readonly<Record<string, readonly [number, number]>> = {
  'llama-2-70b-a100-tp4': [44.4, 0.248],
  'llama-2-70b-a100-tp8': [44.6, 0.282],
  'llama-2-70b-h100-tp4': [29.4, 0.232],
  'llama-2-70b-h100-tp8': [30.0, 0.271],
  'bloom-176b-a100-tp8': [48.7, 0.524],
  'bloom-176b-h100-tp8': [36.2, 0.298],
};
