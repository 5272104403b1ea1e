/**
 * Paths of a host on which every path is a regular expression, because an Ingress of the host has use-regex or
 * rewrite-target (ingress-nginx).
 */
import { escapeExpression, ExpressionError, pathExpression } from "../../contract/expression.ts";
import type { Filters } from "../../contract/index.ts";
import type { Ingress, IngressPath } from "../cluster/state.ts";
import type { Warning } from "../warning.ts";
import type { GroupReading } from "./annotations/group.ts";
import type { ClaimSource } from "./objects.ts";

export interface ExpressionReading {
  /** An expression that the edge can run: the path's own or, where there is a problem, what stands in for it. */
  readonly value: string;
  readonly problem?: ExpressionProblem;
}

/** Why a path is no expression, as in `"/(a" is no regular expression`, and what to do. */
export interface ExpressionProblem {
  readonly message: string;
  readonly remedy: string;
}

/** Compiling takes a while, and objects that stay the same are compiled again and again. */
const readings = new WeakMap<IngressPath, ExpressionReading>();

/** A path that cannot be run as an expression was hardly meant as one, and stands for itself. */
export function readExpression(path: IngressPath): ExpressionReading {
  let reading = readings.get(path);
  if (reading === undefined) {
    reading = read(path);
    readings.set(path, reading);
  }
  return reading;
}

function read(written: IngressPath): ExpressionReading {
  const value = written.path === "" ? "/" : written.path;
  const problem = problemOf(value);
  if (problem === undefined) return { value };
  return { value: standingForItself(value, written.pathType === "Exact"), problem };
}

function problemOf(value: string): ExpressionProblem | undefined {
  try {
    pathExpression(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { message: error.message, remedy: error.remedy };
  }
}

/** An expression that matches what a plain path does. */
export function standingForItself(path: string, isExact: boolean): string {
  if (isExact) return `${escapeExpression(path)}$`;
  const stem = path.replace(/\/+$/, "");
  return stem === "" ? "/" : `${escapeExpression(stem)}(?:/|$)`;
}

/**
 * The plain text that an expression begins with, as an expression: it matches whatever the whole one could, or its first
 * alternative. It begins with the slash that every path begins with.
 */
export function plainPrefix(value: string): string {
  return /^\/(?:[^\\^$.*+?()[\]{}|](?![*+?{]))*/.exec(value)?.[0] ?? "/";
}

/** Whether an Ingress's rewrite-target changes a path: one that is the path itself does not (ingress-nginx). */
export function rewrites({ rewrite }: Filters, path: string): boolean {
  return rewrite !== undefined && rewrite !== path;
}

/** The paths that an Ingress itself means as expressions and that cannot be run, each with its warning. */
export function unrunnablePaths(
  { rules }: Ingress,
  { regex, filters }: GroupReading & { readonly filters: Filters },
  { object }: ClaimSource,
): ReadonlyMap<IngressPath, Warning> {
  const found = new Map<IngressPath, Warning>();
  for (const [index, { paths }] of rules.entries()) {
    if (regex !== true && !paths.some(({ path }) => rewrites(filters, path))) continue;
    for (const [pathIndex, path] of paths.entries()) {
      const { problem } = readExpression(path);
      if (problem === undefined) continue;
      found.set(path, {
        object,
        field: `spec.rules[${index}].http.paths[${pathIndex}].path`,
        reason: "ObjectInvalid",
        message: `"${path.path}" ${problem.message}; the Ingress is served as it was before, or answers 503.`,
        remedy: problem.remedy,
      });
    }
  }
  return found;
}
