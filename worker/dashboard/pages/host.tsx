/** One host: its rules in matching order, where they lead, and how the endpoints fare. */
import type { HostDetail, RouteDetail } from "../../system/state/hosts.ts";
import type { ServiceDetail } from "../../system/state/services.ts";
import { Endpoints } from "../parts/endpoints.tsx";
import { type Frame, Page } from "../parts/frame.tsx";
import {
  CertificateTag,
  ChainText,
  hostPath,
  hostTitle,
  Pager,
  plural,
  Ready,
  Table,
  Tag,
} from "../parts/parts.tsx";

export function HostPage({ frame, host }: { readonly frame: Frame; readonly host: HostDetail }) {
  const { name, routes, total, certificate, services, page, pages, first } = host;
  const scheme = certificate === null ? "http" : "https";
  const example = name === "*" ? "any.example" : name.replace("*", "www");
  return (
    <Page
      frame={frame}
      at="/hosts"
      title={hostTitle(name)}
      lede={
        <>
          {plural(total, "route")}, tried from the top; the first that matches is taken. Try one on{" "}
          <a href={`/explain?url=${encodeURIComponent(`${scheme}://${example}/`)}`}>Explain</a>.
        </>
      }
      live={
        <>
          <p>
            <span class="muted">Certificate: </span>
            {certificate === null ? (
              <span class="muted">none of the cluster's</span>
            ) : (
              <>
                <CertificateTag certificate={certificate} />{" "}
                <span class="muted">
                  {certificate.name}, from Secret {certificate.secret}
                  {certificate.chain.issuer === null ? "" : `, issued by ${certificate.chain.issuer}`}
                </span>{" "}
                {certificate.chain.state === "issued" ? null : <ChainText chain={certificate.chain} />}
              </>
            )}
          </p>
          <Table
            label="Routes in matching order"
            head={["#No.", "Path", "Goes to", "Filters, in their order", "Ingress"]}
          >
            {routes.map((route, index) => (
              <RouteRow route={route} number={first + index} services={services} />
            ))}
          </Table>
          <Pager path={hostPath(name)} page={page} pages={pages} />
          <section>
            <h2>Services and endpoints</h2>
            <p class="muted">
              Ready is what the cluster says; health, latency and load are what this isolate of the edge has
              seen.
            </p>
            {services.map((service) => (
              <ServiceCard service={service} />
            ))}
          </section>
        </>
      }
    />
  );
}

const TYPES = { Exact: "exactly", PathPrefix: "begins with", RegularExpression: "matches" } as const;

interface RouteRowProps {
  readonly route: RouteDetail;
  readonly number: number;
  readonly services: readonly ServiceDetail[];
}

function RouteRow({ route, number, services }: RouteRowProps) {
  const { path, ingress, filters, backends } = route;
  return (
    <tr>
      <td class="n">{number}</td>
      <th scope="row" class="wrap">
        <small class="muted">{TYPES[path.type]}</small> <code>{path.value}</code>
      </th>
      <td>
        {backends.map((backend) => {
          const known = services.find(
            ({ service, port }) => service === backend.service && port === backend.port,
          );
          const isShared =
            backend.role === "canary" || backends.filter(({ role }) => role === "backend").length > 1;
          return (
            <div class="nowrap">
              {backend.role === "backend" ? null : <span class="muted">{backend.role} </span>}
              <a href={`#${anchorOf(backend)}`}>
                {backend.service}:{backend.port}
              </a>{" "}
              {isShared && backend.of > 0 ? (
                <small class="muted">
                  {backend.weight} of {backend.of}{" "}
                </small>
              ) : null}
              {known === undefined ? null : <Ready ready={known.ready} total={known.total} />}
            </div>
          );
        })}
        {backends.length === 0 ? <Tag tone={filters.length > 0 ? "none" : "bad"}>no Service</Tag> : null}
      </td>
      <td class="wrap">
        {filters.length === 0 ? <span class="muted">none</span> : null}
        <ul class="list">
          {filters.map(({ filter, text }) => (
            <li>
              <span class="muted">{filter}</span> {text}
            </li>
          ))}
        </ul>
      </td>
      <td class="wrap">{ingress}</td>
    </tr>
  );
}

function anchorOf({ service, port }: { readonly service: string; readonly port: number }): string {
  return `${service}-${port}`.replaceAll("/", "-");
}

function ServiceCard({ service }: { readonly service: ServiceDetail }) {
  const { kind, address, ready, total } = service;
  return (
    <section id={anchorOf(service)}>
      <h3>
        {service.service}:{service.port} {kind === "missing" ? null : <Ready ready={ready} total={total} />}
      </h3>
      {kind === "missing" ? (
        <p class="muted">The Service is not in the snapshot: routes to it answer 503.</p>
      ) : null}
      {kind === "externalName" ? <p class="muted">Stands for {address}, which is a name elsewhere.</p> : null}
      {kind !== "externalName" && kind !== "missing" && total === 0 ? (
        <p class="muted">It has no endpoints: no pod fits its selector, or none has been started.</p>
      ) : null}
      <Endpoints service={service} />
    </section>
  );
}
