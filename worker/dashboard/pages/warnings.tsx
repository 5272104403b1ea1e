/** What somebody should look at: the object, its field and the remedy. */
import type { Warning } from "../../system/state/warnings.ts";
import { type Frame, Page } from "../parts/frame.tsx";
import { plural, Table, Tag } from "../parts/parts.tsx";

const MOST = 200;

export function WarningsPage({
  frame,
  warnings,
}: {
  readonly frame: Frame;
  readonly warnings: readonly Warning[];
}) {
  const shown = warnings.slice(0, MOST);
  return (
    <Page
      frame={frame}
      at="/warnings"
      title="Warnings"
      lede="What the agent found in the cluster's objects that is not served as it is written, and what the edge sees of itself."
      live={
        <>
          <WarningList warnings={shown} />
          {warnings.length > MOST ? (
            <p class="muted">
              {plural(warnings.length - MOST, "more warning")}: <code>/api/warnings</code> lists all.
            </p>
          ) : null}
        </>
      }
    />
  );
}

const LISTS: Readonly<Record<string, string>> = {
  Service: "/hosts",
  Ingress: "/hosts",
  Secret: "/certificates",
};

/** Leads to where it is listed. */
function ObjectName({ name }: { readonly name: string }) {
  const [kind = "", object = ""] = name.split(" ", 2);
  const list = LISTS[kind];
  if (list === undefined || !object.includes("/")) return name;
  const query = new URLSearchParams({ q: object.replace(/:\d+$/, "") });
  return (
    <>
      {kind} <a href={`${list}?${query}`}>{object}</a>
    </>
  );
}

export function WarningList({ warnings }: { readonly warnings: readonly Warning[] }) {
  if (warnings.length === 0) {
    return (
      <p class="card">
        <Tag tone="ok">Nothing</Tag> <span class="muted">is known to be wrong.</span>
      </p>
    );
  }
  return (
    <Table label="Warnings" head={["Severity", "Object", "What is wrong", "Remedy"]}>
      {warnings.map(({ severity, object, field, message, remedy }) => (
        <tr>
          <td>{severity === "error" ? <Tag tone="bad">error</Tag> : <Tag tone="warn">warning</Tag>}</td>
          <th scope="row" class="wrap">
            <ObjectName name={object} />
            {field === null ? null : (
              <div class="muted mono">
                <small>{field}</small>
              </div>
            )}
          </th>
          <td class="wrap">{message}</td>
          <td class="wrap muted">{remedy ?? "–"}</td>
        </tr>
      ))}
    </Table>
  );
}
