/** What a user would put in front of a Service on one machine: each proxies one host to one backend, in the clear and with TLS. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, Running } from "./running.ts";

export const HOST = "app.bench.test";

export interface Stack {
  readonly name: string;
  readonly http: number;
  readonly https: number;
  readonly running: Running;
}

/** A folder of its own, the backend's port, and a key pair for HOST in one file each and in one together. */
export interface Setting {
  readonly folder: string;
  readonly backend: number;
  readonly cert: string;
  readonly key: string;
  readonly both: string;
}

export type Start = (setting: Setting) => Promise<Stack>;

const NGINX_PATHS = (folder: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(" ");

const nginxMain = (folder: string, workers: string) => `daemon off; pid ${folder}/pid; error_log stderr;
worker_processes ${workers}; events { worker_connections 4096; }`;

/** The backend of all: nginx with one worker and a small text. */
export async function startBackend(folder: string): Promise<{ port: number; running: Running }> {
  const [port = 0] = await freePorts(1);
  const file = join(folder, "backend.conf");
  await writeFile(
    file,
    `${nginxMain(folder, "1")}
http { access_log off; keepalive_requests 1000000000; ${NGINX_PATHS(folder)}
  server { listen 127.0.0.1:${port}; default_type application/json;
    location / { return 200 '{"text":"${"x".repeat(500)}"}'; } } }`,
  );
  const running = new Running("/usr/sbin/nginx", ["-p", folder, "-c", file]);
  await running.listens(port);
  return { port, running };
}

export const startNginx: Start = async ({ folder, backend, cert, key }) => {
  const [http = 0, https = 0] = await freePorts(2);
  const file = join(folder, "nginx.conf");
  await writeFile(
    file,
    `${nginxMain(folder, "auto")}
http { access_log off; keepalive_requests 1000000000; ${NGINX_PATHS(folder)}
  upstream app { server 127.0.0.1:${backend}; keepalive 256; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:${http}; listen 127.0.0.1:${https} ssl http2; server_name ${HOST};
    ssl_certificate ${cert}; ssl_certificate_key ${key};
    location / { proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $remote_addr; } } }`,
  );
  const running = new Running("/usr/sbin/nginx", ["-p", folder, "-c", file]);
  await running.listens(https);
  return { name: "nginx", http, https, running };
};

export const startHaproxy: Start = async ({ folder, backend, both }) => {
  const [http = 0, https = 0] = await freePorts(2);
  const file = join(folder, "haproxy.cfg");
  await writeFile(
    file,
    `defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
frontend clients
  bind 127.0.0.1:${http}
  bind 127.0.0.1:${https} ssl crt ${both} alpn h2,http/1.1
  option forwardfor
  default_backend app
backend app
  http-reuse always
  server one 127.0.0.1:${backend}
`,
  );
  const running = new Running("/usr/sbin/haproxy", ["-db", "-f", file]);
  await running.listens(https);
  return { name: "HAProxy", http, https, running };
};

export const startCaddy: Start = async ({ folder, backend, cert, key }) => {
  const [http = 0, https = 0] = await freePorts(2);
  const file = join(folder, "Caddyfile");
  await writeFile(
    file,
    `{
  admin off
  auto_https off
  http_port ${http}
  https_port ${https}
}
http://${HOST}:${http} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${backend}
}
https://${HOST}:${https} {
  bind 127.0.0.1
  tls ${cert} ${key}
  reverse_proxy 127.0.0.1:${backend}
}
`,
  );
  const running = new Running("caddy", ["run", "--adapter", "caddyfile", "--config", file], {
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
  await running.listens(https);
  return { name: "Caddy", http, https, running };
};

const LINTEL = fileURLToPath(new URL("../../bin/lintel.js", import.meta.url));

export const startLintel: Start = async ({ folder, backend }) => {
  const manifests = join(folder, "app.yaml");
  await writeFile(manifests, manifestsFor(backend));
  const running = new Running(process.execPath, [
    LINTEL,
    "up",
    `--manifests=${manifests}`,
    "--http=127.0.0.1:0",
    "--https=127.0.0.1:0",
    "--access-log=off",
    `--state=${join(folder, "state")}`,
  ]);
  const [, http] = await running.said(/HTTP +http:\/\/127\.0\.0\.1:(\d+)/);
  const [, https] = await running.said(/HTTPS +https:\/\/127\.0\.0\.1:(\d+)/);
  await running.said(/Ctrl-C/);
  return { name: "Lintel", http: Number(http), https: Number(https), running };
};

const manifestsFor = (port: number) => `apiVersion: v1
kind: Service
metadata: { name: app, namespace: default }
spec: { ports: [{ name: http, port: 80, targetPort: ${port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: app-1, namespace: default, labels: { kubernetes.io/service-name: app } }
addressType: IPv4
ports: [{ name: http, port: ${port}, protocol: TCP }]
endpoints: [{ addresses: [127.0.0.1], conditions: { ready: true } }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: app
  namespace: default
  annotations: { nginx.ingress.kubernetes.io/ssl-redirect: "false" }
spec:
  ingressClassName: nginx
  rules:
    - host: ${HOST}
      http:
        paths:
          - { path: /, pathType: Prefix, backend: { service: { name: app, port: { number: 80 } } } }
`;
