/** Colours of what a chart calls better, worse or undecided; shapes say the same, for whoever sees no difference. */
export const BETTER_COLOUR = '#3ca951';
export const WORSE_COLOUR = '#ff725c';
export const UNDECIDED_COLOUR = '#9498a0';
/** Certainly different, and nobody says which way is better. */
export const DIFFERENT_COLOUR = '#4269d0';
/** The value that an SLO asks for. */
export const THRESHOLD_COLOUR = '#a463f2';
