import { describe, expect, it } from 'vitest';
import { BatchMeans, findWarmup, mserTruncation } from '../../src/experiment/warmup.js';
import { RandomStream } from '../../src/kernel/random/stream.js';
