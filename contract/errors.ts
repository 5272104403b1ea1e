import { fits } from "./fits.ts";
import * as z from "./schema.ts";

/** What every refusal of contract data has in common: `what` names the datum ("root", "shard hosts/3"). */
export class ContractError extends Error {
  override name = "ContractError";
  readonly what: string;

  constructor(what: string, problem: string, options?: ErrorOptions) {
    super(`${what}: ${problem}`, options);
    this.what = what;
  }
}

/** The data does not have the shape that its version promises. */
export class MalformedError extends ContractError {
  override name = "MalformedError";
}

/** The data was written by a newer or older Lintel than the reader. Remedy: upgrade the older side. */
export class UnsupportedVersionError extends ContractError {
  override name = "UnsupportedVersionError";

  constructor(what: string, found: unknown, supported: number) {
    super(
      what,
      `has version ${JSON.stringify(found)}, this reader knows version ${supported}; upgrade the older side`,
    );
  }
}

/** A digest, signature or authentication tag does not match: damaged in transit, or forged. */
export class IntegrityError extends ContractError {
  override name = "IntegrityError";
}

/** Validates plain data, or throws MalformedError with the path of the first field that is wrong. */
export function parseAs<T extends z.core.$ZodType>(what: string, schema: T, value: unknown): z.output<T> {
  const { data, problem } = checkAs(schema, value);
  if (problem === undefined) return data;
  const field = problem.path.length === 0 ? "the value" : problem.path.join(".");
  throw new MalformedError(what, `${field}: ${problem.message}`);
}

type Checked<T> =
  | { readonly data: T; readonly problem?: undefined }
  | { readonly data?: undefined; readonly problem: Problem };

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Validates plain data, and names the first field that is wrong. */
export function checkAs<T extends z.core.$ZodType>(schema: T, value: unknown): Checked<z.output<T>> {
  // What fits is left as it is, hence of the type that comes out.
  if (fits(schema, value)) return { data: value as z.output<T> };
  const result = z.safeParse(schema, value);
  if (result.success) return { data: result.data };
  return { problem: result.error.issues[0] ?? { path: [], message: "invalid" } };
}

/** JSON.parse with a MalformedError in place of a SyntaxError. */
export function parseJson(what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedError(what, "is not JSON", { cause: error });
  }
}
