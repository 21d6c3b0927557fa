/** Replacements by name, as rolldown and Vite take them. */
export declare const engineDefines: Readonly<Record<string, string>>;
