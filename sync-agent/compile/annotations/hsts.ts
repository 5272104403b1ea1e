import { own } from "./annotation.ts";
import type { AnnotationGroup } from "./group.ts";
import { boolean, line } from "./values.ts";

/** ingress-nginx's default of `hsts-max-age` and `hsts-include-subdomains`. */
const NGINX_DEFAULT = "max-age=31536000; includeSubDomains";

const strictTransport = own("hsts", {
  type: "boolean, or the header's value",
  default: `\`${NGINX_DEFAULT}\` for an adopted class (\`nginx\`), off for class \`lintel\``,
  example: "max-age=63072000; includeSubDomains; preload",
  text: `Strict-Transport-Security of https responses, where the host has a certificate. "true" stands for \`${NGINX_DEFAULT}\`.`,
  difference: "ingress-nginx has it in its ConfigMap, for all hosts alike.",
  read(text) {
    const value = line(text);
    if (/^max-age=/i.test(value)) return value;
    return boolean(value) ? NGINX_DEFAULT : "";
  },
});

export const hsts: AnnotationGroup = {
  title: "Strict transport security",
  annotations: [strictTransport],
  read(reader, { defaults }) {
    const value = reader.read(strictTransport) ?? (defaults === "nginx" ? NGINX_DEFAULT : "");
    return value === "" ? {} : { hsts: value };
  },
};
