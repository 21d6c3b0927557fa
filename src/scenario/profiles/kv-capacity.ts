/**
 * Tokens of KV-cache that a tensor-parallel group has room for: the share of its memory that the engine may use
 * (vLLM's gpu_memory_utilization, 0.9 by default), less what is reserved and less the weights.
 */
import type { HardwareProfile } from './hardware.js';
import { kvBytesPerTokenAndGpu, type ModelProfile } from './models.js';

/** Zero where the weights alone do not fit. */
export function kvTokensThatFit(
  hardware: HardwareProfile,
  model: ModelProfile,
  tensorParallel: number,
  utilisation = 0.9,
): number {
  const { memoryBytes, reservedBytes } = hardware.figures;
  const freeBytes =
    memoryBytes.value * utilisation - reservedBytes.value - model.weightsBytes.value / tensorParallel;
  return Math.max(0, Math.floor(freeBytes / kvBytesPerTokenAndGpu(model.attention, tensorParallel)));
}
