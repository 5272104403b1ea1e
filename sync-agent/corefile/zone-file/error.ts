/** A zone file that cannot be read. */
export class ZoneFileError extends Error {
  override name = "ZoneFileError";
  /** From 1 on. */
  readonly line: number;
  /** Without a full stop at its end. */
  readonly problem: string;
  readonly remedy: string;

  constructor(line: number, problem: string, remedy: string) {
    super(`line ${line}: ${problem}`);
    this.line = line;
    this.problem = problem;
    this.remedy = remedy;
  }
}
