/** The name that was probably meant: one that a single slip of the finger makes of it. */
export function suggestion(written: string, names: readonly string[]): string | undefined {
  return names.find((name) => isNear(written.toLowerCase(), name));
}

/** One character too many, too few or wrong, or two that changed places. */
function isNear(a: string, b: string): boolean {
  if (a === b) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const restA = a.slice(at);
  const restB = b.slice(at);
  return (
    restA.slice(1) === restB ||
    restA === restB.slice(1) ||
    restA.slice(1) === restB.slice(1) ||
    (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2))
  );
}
