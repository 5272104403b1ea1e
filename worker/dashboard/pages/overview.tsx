/** What there is, how old it is and how it fares. */
import type { Overview } from "../../system/state/overview.ts";
import type { Warning } from "../../system/state/warnings.ts";
import { Ago, duration, type Frame, Page } from "../parts/frame.tsx";
import {
  daysText,
  Incomplete,
  milliseconds,
  number,
  percent,
  plural,
  Stat,
  Tag,
  type Tone,
} from "../parts/parts.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { WarningList } from "./warnings.tsx";

interface Props {
  readonly frame: Frame;
  readonly overview: Overview;
  readonly warnings: readonly Warning[];
}

const MOST_WARNINGS = 6;

export function OverviewPage({ frame, overview, warnings }: Props) {
  const { cluster, complete, hold, lastError } = overview;
  return (
    <Page
      frame={frame}
      at="/"
      title={`Cluster ${cluster}`}
      live={
        <>
          {lastError === null ? null : (
            <p class="notice bad">The edge cannot follow the head and serves what it has: {lastError}</p>
          )}
          {hold === null ? null : (
            <p class="notice">
              Generation {hold.generation} is held{hold.reason === null ? "" : `: ${hold.reason}`}. Changes in
              the cluster are not published until <code>lintel rollback --release</code>.
            </p>
          )}
          <Incomplete complete={complete} />
          <Counts overview={overview} now={frame.now} />
          <Traffic traffic={overview.traffic} />
          <section>
            <h2>Needs attention</h2>
            <WarningList warnings={warnings.slice(0, MOST_WARNINGS)} />
            {warnings.length > MOST_WARNINGS ? (
              <p>
                <a href="/warnings">All {plural(warnings.length, "warning")}</a>
              </p>
            ) : null}
          </section>
          <Agent overview={overview} now={frame.now} />
        </>
      }
    />
  );
}

function Counts({ overview, now }: { readonly overview: Overview; readonly now: number }) {
  const { counts, certificates, generation, published } = overview;
  const { endpoints } = counts;
  const { next, states } = certificates;
  return (
    <section class="grid" aria-label="What is served">
      <Stat label="Generation" href="/history" value={number(generation)}>
        made <Ago time={Date.parse(published)} now={now} />
      </Stat>
      <Stat label="Hosts" href="/hosts" value={number(counts.hosts)}>
        {plural(counts.routes, "route")}
      </Stat>
      <Stat label="Services" value={number(counts.services)}>
        {counts.servicesDown === 0 ? (
          <Tag tone="ok">none is down</Tag>
        ) : (
          <Tag tone="bad">{counts.servicesDown} down</Tag>
        )}
      </Stat>
      <Stat label="Endpoints ready" value={number(endpoints.ready)}>
        {endpoints.notReady === 0 && endpoints.draining === 0
          ? "none is unready"
          : `${number(endpoints.notReady)} not ready, ${number(endpoints.draining)} draining`}
      </Stat>
      <Stat label="Certificates" href="/certificates" value={number(counts.certificates)}>
        {next === null ? (
          "none in the cluster"
        ) : (
          <Tag tone={states.expired + states.urgent > 0 ? "bad" : states.soon > 0 ? "warn" : "ok"}>
            {daysText(next.days)}
          </Tag>
        )}
      </Stat>
      <Stat label="Agent" value={<AgentTag overview={overview} />}>
        {overview.agent === null ? "see below" : `reported ${duration(overview.agent.ageSeconds)} ago`}
      </Stat>
    </section>
  );
}

function AgentTag({ overview: { agent, agentProblem } }: { readonly overview: Overview }) {
  if (agent === null) {
    return agentProblem === null ? <Tag tone="none">not known</Tag> : <Tag tone="warn">unreadable</Tag>;
  }
  const isWell = agent.checks.every(({ problem }) => problem === null);
  const [tone, text]: [Tone, string] =
    agent.silent === true ? ["bad", "silent"] : isWell ? ["ok", "well"] : ["bad", "in trouble"];
  return <Tag tone={tone}>{text}</Tag>;
}

function Traffic({ traffic }: { readonly traffic: Overview["traffic"] }) {
  if (traffic === null) {
    return (
      <section>
        <h2>Traffic</h2>
        <p class="muted">Not known: this edge counts no requests.</p>
      </section>
    );
  }
  const { points, minutes, requests, errors, clientErrors, perSecond, p50, p99, stepSeconds } = traffic;
  const over = `every ${stepSeconds} s of the last ${minutes} minutes`;
  return (
    <section>
      <h2>
        Traffic <small class="muted">last {minutes} minutes, as this isolate has seen it</small>
      </h2>
      <div class="grid wide">
        <Stat label="Requests" href="/traffic" value={number(requests)}>
          {perSecond < 10 ? perSecond.toFixed(1) : number(perSecond)} a second
          <Sparkline label={`Requests ${over}`} values={points.map((point) => point.requests)} />
        </Stat>
        <Stat
          label="Errors (5xx)"
          href="/failures"
          value={`${number(errors)} · ${percent(errors, requests)}`}
        >
          {number(clientErrors)} answered 4xx
          <Sparkline label={`Errors ${over}`} values={points.map((point) => point.errors)} tone="bad" />
        </Stat>
        <Stat label="Latency, 99th percentile" value={milliseconds(p99)}>
          median {milliseconds(p50)}
          <Sparkline label={`99th percentile of latency ${over}`} values={points.map((point) => point.p99)} />
        </Stat>
      </div>
    </section>
  );
}

function Agent({
  overview: { agent, agentProblem },
  now,
}: {
  readonly overview: Overview;
  readonly now: number;
}) {
  return (
    <section>
      <h2>Agent</h2>
      {agent === null ? (
        <p class="muted">
          {agentProblem === null
            ? "No agent has reported to this edge; one that is older than the edge does not. What is published is served all the same."
            : `Its report cannot be read: ${agentProblem}`}
        </p>
      ) : (
        <div class="card">
          <dl class="pairs">
            <dt>Name</dt>
            <dd>
              {agent.id}, version {agent.version}, follows{" "}
              {agent.mode === "manifests" ? "manifest files" : "a cluster"}
            </dd>
            <dt>Last report</dt>
            <dd>
              <Ago time={agent.time} now={now} />
            </dd>
            <dt>Last compile, publish</dt>
            <dd>
              {milliseconds(agent.compileMs)}, {milliseconds(agent.publishMs)}
            </dd>
            {agent.checks.map(({ name, problem }) => (
              <>
                <dt>{name}</dt>
                <dd>{problem === null ? <Tag tone="ok">well</Tag> : <Tag tone="bad">{problem}</Tag>}</dd>
              </>
            ))}
          </dl>
        </div>
      )}
    </section>
  );
}
