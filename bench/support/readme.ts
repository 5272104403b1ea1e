/** The README's section on speed: every goal, met or missed. Pure: results and the README in, the README out. */
import { type Goal, isMet } from "./benchmark.ts";
import { table, wanted, withUnit } from "./report.ts";
import type { Results } from "./results.ts";

const BEGIN = "<!-- Made by `npm run bench`. -->";
const END = "<!-- The end of what `npm run bench` made. -->";

/** @throws Error when the README has no place for it */
export function withGoals(readme: string, results: Results): string {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`README.md: there must be ${BEGIN} and, later, ${END}`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${goals(results)}\n${readme.slice(end)}`;
}

function goals(results: Results): string {
  const rows = Object.values(results).flatMap(({ title, findings }) =>
    findings.goals.map((goal) => [title, ...cells(goal)]),
  );
  return table(["benchmark", "goal", "wanted", "is", ""], rows).join("\n");
}

const cells = (goal: Goal): string[] => [
  goal.what,
  wanted(goal),
  withUnit(goal.is, goal.unit),
  isMet(goal) ? "met" : "**missed**",
];
