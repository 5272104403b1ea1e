/** Requests that were answered with 5xx of late, each with why. */
import type { Failure } from "../../system/state/failures.ts";
import { Ago, type Frame, Page } from "../parts/frame.tsx";
import { milliseconds, plural, Search, Table, Tag } from "../parts/parts.tsx";

interface Props {
  readonly frame: Frame;
  readonly failures: readonly Failure[];
  readonly query: string;
}

export function FailuresPage({ frame, failures, query }: Props) {
  return (
    <Page
      frame={frame}
      at="/failures"
      title="Failures"
      lede="The last 100 requests that this isolate answered with 5xx, newest first. Error pages show their request id; the access log has all of them."
      live={
        failures.length === 0 ? (
          <p class="card">
            {query === ""
              ? "No request has failed since this isolate began."
              : "None of them has that in it. The access log may: look for the request id there."}
          </p>
        ) : (
          <>
            <p class="muted">{plural(failures.length, "request")}</p>
            <Table label="Failures" head={["When", "Why", "Request", "Request id"]}>
              {failures.map((failure) => (
                <Row failure={failure} now={frame.now} />
              ))}
            </Table>
          </>
        )
      }
    >
      <Search
        action="/failures"
        label="A part of a request id, URL, Ingress, Service or address ( / )"
        query={query}
      />
    </Page>
  );
}

function Row({ failure, now }: { readonly failure: Failure; readonly now: number }) {
  const { time, status, method, scheme, host, path, reason, requestId, ingress, service } = failure;
  const url = `${scheme ?? "http"}://${host}${path}`;
  const explain = `/explain?${new URLSearchParams({ method, url })}`;
  return (
    <tr>
      <td class="nowrap">
        <Tag tone="bad">{status}</Tag> {time.slice(11, 19)} UTC
        <div class="muted">
          <Ago time={Date.parse(time)} now={now} />
        </div>
      </td>
      <td class="changed wrap">
        {reason}
        {service === null && ingress === null ? null : (
          <div class="muted">
            {service === null ? "" : `Service ${service}`}
            {service === null || ingress === null ? "" : ", "}
            {ingress === null ? "" : `Ingress ${ingress}`}
          </div>
        )}
      </td>
      <td class="wrap wide">
        {method} <a href={explain}>{url}</a>
        <div class="muted">answered after {milliseconds(failure.durationMs)}</div>
      </td>
      <td class="mono wrap">{requestId}</td>
    </tr>
  );
}
