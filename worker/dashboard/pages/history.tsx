/** The generations that are kept, what changed between two of them, and how to go back. */
import type { HistoryEntry, HistorySummary, HistoryView } from "../../system/state/history.ts";
import { Ago, type Frame, Page } from "../parts/frame.tsx";
import { number, plural, Table, Tag } from "../parts/parts.tsx";

export function HistoryPage({ frame, view }: { readonly frame: Frame; readonly view: HistoryView | null }) {
  return (
    <Page
      frame={frame}
      at="/history"
      title="History"
      lede="Generations that KV keeps, newest first. Roll back from a machine that has the signing key."
      live={view === null ? null : <Known view={view} frame={frame} />}
    >
      {view === null ? (
        <p class="card">Not known: the generations cannot be listed.</p>
      ) : (
        <Choice view={view} />
      )}
    </Page>
  );
}

function Choice({ view: { generations, before, after } }: { readonly view: HistoryView }) {
  const told = generations.filter((entry) => entry.problem === null);
  if (told.length < 2) {
    return <p class="muted">There is one generation only: there is nothing to compare yet.</p>;
  }
  return (
    <form class="row" method="get" action="/history">
      {(["before", "after"] as const).map((name) => (
        <label>
          {name === "before" ? "What changed from" : "to"}
          <select name={name}>
            {told.map(({ generation }) => (
              <option
                value={String(generation)}
                selected={generation === (name === "before" ? before : after)}
              >
                generation {generation}
              </option>
            ))}
          </select>
        </label>
      ))}
      <button>Compare</button>
    </form>
  );
}

function Known({ view, frame }: { readonly view: HistoryView; readonly frame: Frame }) {
  const { generations, comparison, before, after, problem } = view;
  return (
    <>
      {problem === null ? null : <p class="notice">{problem}</p>}
      {comparison === null ? null : (
        <section>
          <h2>
            From generation {before} to {after}:{" "}
            {plural(comparison.changes.length + comparison.omitted, "change")}
          </h2>
          {comparison.incomplete.map((text) => (
            <p class="notice">{text}</p>
          ))}
          <div class="card">
            {comparison.changes.length === 0 ? <p class="muted">Nothing that is served differs.</p> : null}
            {comparison.changes.map(({ kind, section, name, details }) => (
              <div class="change wrap">
                <Tag tone={kind === "added" ? "ok" : kind === "removed" ? "bad" : "none"}>{kind}</Tag>{" "}
                {section === "hosts" ? <small class="muted">host </small> : null}
                <b>{name}</b>
                {details.map((detail) => (
                  <div>{detail}</div>
                ))}
              </div>
            ))}
            {comparison.omitted > 0 ? (
              <p class="muted">and {plural(comparison.omitted, "more change")}</p>
            ) : null}
          </div>
          {before < after ? (
            <p>
              To go back: <code class="cmd">lintel rollback --to {before}</code>
            </p>
          ) : null}
        </section>
      )}
      <section>
        <h2>Generations</h2>
        <Table
          label="Generations"
          head={["#Generation", "Made", "State", "What changed", "#Hosts", "#Services", "Roll back"]}
        >
          {generations.map((entry, index) => (
            <Row entry={entry} earlier={generations[index + 1]?.generation} now={frame.now} />
          ))}
        </Table>
      </section>
    </>
  );
}

interface RowProps {
  readonly entry: HistoryEntry;
  readonly earlier: number | undefined;
  readonly now: number;
}

function Row({ entry, earlier, now }: RowProps) {
  const { generation, time, served, hold, records, problem, changed } = entry;
  return (
    <tr>
      <th scope="row" class="n">
        {generation}
      </th>
      <td class="nowrap">{time === null ? "–" : <Ago time={time} now={now} />}</td>
      <td>
        {served ? <Tag tone="ok">served</Tag> : null}
        {hold === null ? null : (
          <Tag tone="warn">
            holds {hold.generation}
            {hold.reason === null ? "" : `: ${hold.reason}`}
          </Tag>
        )}
        {problem === null ? null : <Tag tone="bad">{problem}</Tag>}
      </td>
      <td class="changed">
        <Summary generation={generation} earlier={changed?.since ?? earlier} changed={changed} />
      </td>
      {(["hosts", "services"] as const).map((section) => (
        <td class="n">{records === null ? "–" : number(records[section])}</td>
      ))}
      <td class="nowrap">
        {served ? <span class="muted">–</span> : <code class="cmd">lintel rollback --to {generation}</code>}
      </td>
    </tr>
  );
}

interface SummaryProps {
  readonly generation: number;
  readonly earlier: number | undefined;
  readonly changed: HistorySummary | null;
}

function Summary({ generation, earlier, changed }: SummaryProps) {
  if (earlier === undefined) return <span class="muted">the oldest that is kept</span>;
  const compare = `/history?before=${earlier}&after=${generation}`;
  if (changed === null) return <a href={compare}>since {earlier}</a>;
  const { lines, more, incomplete } = changed;
  return (
    <>
      {lines.map((line) => (
        <div class="wrap">{line}</div>
      ))}
      {lines.length === 0 && !incomplete ? <div class="muted">nothing that is served</div> : null}
      <a href={compare}>
        {more > 0 ? `${number(more)} more, ` : ""}since {earlier}
      </a>
    </>
  );
}
