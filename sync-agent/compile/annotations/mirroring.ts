import { nginx } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { readTarget, targetUrl } from "./targets.ts";
import { hostTemplate, oneOf } from "./values.ts";

const mirrorTarget = nginx("mirror-target", {
  type: "URL, which may hold nginx's variables",
  default: "none",
  example: "https://staging.example.com$request_uri",
  hasVariables: true,
  text: "Sends a copy of each request there once it has been let in. Nobody waits for the answers, and they are thrown away; a copy that is not answered within 5 seconds is dropped, as are those above 64 at once (in an isolate). The host is understood as in auth-url.",
  difference:
    "A URL without a path gets the request's own path and query. WebSockets are not mirrored, nor requests whose body is larger than 256 KiB, or is not taken whole by the Service.",
  read: targetUrl,
});

const mirrorHost = nginx("mirror-host", {
  type: "host, which may hold nginx's variables",
  default: "the host of mirror-target",
  example: "staging.internal",
  hasVariables: true,
  text: "The Host header of the copies.",
  difference:
    "Holds for Services and for hosts of the edge alone: elsewhere requests bear the host of their URL.",
  read: hostTemplate,
});

const mirrorRequestBody = nginx("mirror-request-body", {
  type: "`on` or `off`",
  default: "on",
  example: `"off"`,
  text: "Whether copies have the request's body.",
  read: oneOf("on", "off"),
});

export const mirroring: AnnotationGroup = {
  title: "Mirroring",
  annotations: [mirrorTarget, mirrorHost, mirrorRequestBody],
  read(reader, context) {
    const url = reader.read(mirrorTarget);
    const host = reader.read(mirrorHost);
    const body = reader.read(mirrorRequestBody) ?? "on";
    const target =
      url === undefined ? undefined : readTarget(reader, mirrorTarget, url, context, "$request_uri");
    if (target === undefined) return {};
    return { filters: { mirror: { target, ...(host !== undefined && { host }), body: body === "on" } } };
  },
};
