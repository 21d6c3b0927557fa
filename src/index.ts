/** The library: everything that the command line is made of. */

export type { OpenSource, SourceOptions } from './execution/open-source.js';
export { openSource } from './execution/open-source.js';
export type { ReplicationProgress, RunProgress } from './execution/progress.js';
export type { RunSetupOptions } from './execution/run-setup.js';
export { runSetup } from './execution/run-setup.js';
export type { CompareProgress } from './experiment/compare/compare.js';
export { comparisonSchema } from './experiment/compare/comparison-schema.js';
export type { ComparisonDocument } from './experiment/compare/document.js';
export type {
  Estimate,
  Mapped,
  PolicyUse,
  ResultDocument,
  SloOutcome,
  TraceReport,
} from './experiment/document.js';
export { RESULT_VERSION } from './experiment/document.js';
export { estimate } from './experiment/estimate.js';
export type { PlanDocument } from './experiment/plan/document.js';
export type { PlanProgress } from './experiment/plan/find-plan.js';
export { PlanError } from './experiment/plan/plan-error.js';
export { planSchema } from './experiment/plan/plan-schema.js';
export { Replications } from './experiment/replications.js';
export { resultSchema } from './experiment/result-schema.js';
export type {
  RunAnswer,
  RunRequest,
  RunSource,
  ScenarioText,
  Setup,
  SetupRef,
} from './experiment/run-source.js';
export { Interrupted } from './experiment/run-source.js';
export type {
  EffectLevel,
  FactorEffect,
  MetricSensitivity,
  SweepDocument,
  SweepPoint,
  SweptFactor,
} from './experiment/sweep/document.js';
export { SWEEP_VERSION } from './experiment/sweep/document.js';
export type { Factor } from './experiment/sweep/factor.js';
export { readFactor } from './experiment/sweep/factor.js';
export type { SweepFile, SweepSpec } from './experiment/sweep/spec.js';
export { checkedSpec, parseSweepFile, sweepFileSchema } from './experiment/sweep/spec.js';
export type { SweepProgress } from './experiment/sweep/sweep.js';
export { sweepSchema } from './experiment/sweep/sweep-schema.js';
export type { CompareOptions, NamedScenario } from './library/compare.js';
export { compare } from './library/compare.js';
export { OptionError } from './library/option-error.js';
export type { NodeBounds, PlanOptions, PlanRequest } from './library/plan.js';
export { plan } from './library/plan.js';
export type { Assigned, ScenarioInput, ScenarioObject, ScenarioOptions } from './library/scenario-input.js';
export type { SimulateOptions } from './library/simulate.js';
export { simulate } from './library/simulate.js';
export type { SweepOptions, SweepRequest, Values } from './library/sweep.js';
export { sweep } from './library/sweep.js';
export type { RunsOptions } from './library/with-runs.js';
export type {
  GroupMeasures,
  LatencyCurve,
  LimitMeasures,
  PoolMeasures,
  RunMeasures,
  RunSeries,
  ServiceMeasures,
  ServingMeasures,
  StageMeasures,
  Summary,
} from './metrics/measures.js';
export type { SystemSpec } from './model/system.js';
export type { NameReference, PolicyDefinition, PolicyPoint } from './policies/definition.js';
export { definePolicy, POLICY_POINTS } from './policies/definition.js';
export type { PolicyKit } from './policies/kit.js';
export { POLICY_KIT } from './policies/kit.js';
export type {
  AdmissionPolicy,
  AttemptOutcome,
  BackpressurePolicy,
  ConcurrencyLimit,
  DeadlineAction,
  DeadlinePolicy,
  Failure,
  FailureKind,
  NodeView,
  OrderingPolicy,
  PlacementPolicy,
  PolicyBase,
  PreemptionMode,
  PreemptionPolicy,
  RetryPolicy,
  RolloutPolicy,
  Why,
  WipLimit,
} from './policies/points.js';
export type { PolicySet } from './policies/policy-set.js';
export type { PolicyOf } from './policies/registry.js';
export { findPolicy, POLICIES, policiesAt } from './policies/registry.js';
export type { PolicyRuntime, TaskRandom } from './policies/runtime.js';
export type { PolicyOrigin, UserPolicyDefinition } from './policies/user-policy.js';
export { UserPolicyError } from './policies/user-policy.js';
export type { SystemView, TaskView } from './policies/view.js';
export { renderReport } from './report/html.js';
export type { CompiledScenario, CompileOptions } from './scenario/compile.js';
export { compileObject, compileScenario } from './scenario/compile.js';
export { applyOverride } from './scenario/override.js';
export type { UserPolicies } from './scenario/policy-files.js';
export type { Problem } from './scenario/problem.js';
export { formatProblems, ScenarioError } from './scenario/problem.js';
export type { PoolDefaults } from './scenario/profiles/registry.js';
export {
  hardwareProfile,
  modelProfile,
  PROFILE_NAMES,
  poolDefaults,
  servingProfile,
} from './scenario/profiles/registry.js';
export { withEngineOverhead } from './scenario/profiles/serving.js';
export type { Scenario } from './scenario/schema.js';
export { parseScenario, scenarioSchema } from './scenario/schema.js';
export { parseSource } from './scenario/source.js';
export type { Run, RunOptions, RunResult } from './simulation/simulate.js';
export { simulate as simulateRun, startRun } from './simulation/simulate.js';
export type { TableFormat, WriteOptions } from './store/parquet.js';
export { writeResultTables, writeTable } from './store/parquet.js';
export type { QueryAnswer } from './store/query.js';
export { describeResults, queryResults } from './store/query.js';
export type { Results, TableInfo } from './store/results.js';
export { DuckDbMissingError, StoreError } from './store/store-error.js';
export type { Cell, Column, ColumnType, Table } from './store/table.js';
export { tablesOf } from './store/tables.js';
export type { LoadedScenario, LoadOptions } from './traces/load-scenario.js';
export { loadScenario } from './traces/load-scenario.js';
export { loadPolicy, loadUserPolicies } from './traces/user-policies.js';
