/** What a policy file of the user's own is given: everything it needs, so that it has to import nothing. */
import { z } from 'zod';
import { exp, expm1, ln, ln1p, pow } from '../kernel/math.js';
import * as units from '../units/schema.js';
import { definePolicy } from './definition.js';
import { ADMIT, GIVE_UP, HOLD, LANE_ALL, LANE_BY_TENANT, LANE_BY_WORKLOAD, PASS, REFUSE } from './points.js';

export const POLICY_KIT = {
  definePolicy,
  /** The schema library of the parameters. */
  z,
  /** Schema pieces for parameters with a unit. */
  units,
  /** Elementary functions that give the same digits on every machine, which those of `Math` need not. */
  math: { ln, ln1p, exp, expm1, pow },
  ADMIT,
  REFUSE,
  HOLD,
  PASS,
  GIVE_UP,
  LANE_ALL,
  LANE_BY_WORKLOAD,
  LANE_BY_TENANT,
} as const;

export type PolicyKit = typeof POLICY_KIT;
