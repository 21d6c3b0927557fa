/**
 * Which engine this is: the package's version and a digest of the engine's sources, as they were when it was built. A
 * run depends on nothing else but its scenario and its seed, so a finished run may be kept under it; and two machines
 * that work on one experiment can tell whether they would give the same answers. Put in by the build, see
 * `scripts/engine-version.js`.
 */
declare const WIPSIM_ENGINE_VERSION: string;

/** Such as `0.1.0-89abcdef01234567`: can be a folder's name. */
export const ENGINE_VERSION: string = WIPSIM_ENGINE_VERSION;
