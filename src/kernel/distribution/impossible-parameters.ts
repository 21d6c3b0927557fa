/** Well-formed parameters that no distribution has, with the key to blame (none: the combination). */
export class ImpossibleParameters extends Error {
  override readonly name = 'ImpossibleParameters';
  readonly path: readonly (string | number)[];

  constructor(message: string, ...path: (string | number)[]) {
    super(message);
    this.path = path;
  }
}
