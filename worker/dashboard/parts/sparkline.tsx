/** A small curve of what was. */

interface SparklineProps {
  readonly label: string;
  /** The oldest first; `null` where nothing is known. */
  readonly values: readonly (number | null)[];
  readonly tone?: "bad" | undefined;
}

const HEIGHT = 44;
const STEP = 4;

export function Sparkline({ label, values, tone }: SparklineProps) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const y = (value: number | null) => (HEIGHT - 2 - ((value ?? 0) / most) * (HEIGHT - 6)).toFixed(1);
  const points = values.map((value, at) => `${at * STEP},${y(value)}`);
  const width = Math.max(1, values.length - 1) * STEP;
  return (
    <svg
      class={tone === undefined ? "spark" : `spark ${tone}of`}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <polygon class="area" points={`0,${HEIGHT} ${points.join(" ")} ${width},${HEIGHT}`} />
      <polyline class="lineof" points={points.join(" ")} />
    </svg>
  );
}
