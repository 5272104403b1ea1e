/** Debian's nginx with a server of its own for each of a cluster's hosts, changed as ingress controllers change it. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "undici";
import { type Backend, ENDPOINTS_PER_SERVICE, hostOf } from "./cluster.ts";
import { freePort } from "./free-port.ts";
import { Command } from "./command.ts";

export interface Nginx {
  /** Lets host 0 lead to a backend. Resolves with the milliseconds from there to the first answer that says so. */
  change(backend: Backend): Promise<number>;
  close(): Promise<void>;
}

const NGINX = "/usr/sbin/nginx";

export async function startNginx(servers: number, port: number): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "lintel-bench-nginx-"));
  await mkdir(join(folder, "logs"));
  const file = join(folder, "nginx.conf");
  const listen = await freePort();
  const write = (backend: Backend) => writeFile(file, configuration(servers, listen, port, backend));
  const ask = async () => {
    // Workers of the old configuration go on with connections that they have.
    const answer = await request(`http://127.0.0.1:${listen}/`, {
      reset: true,
      headers: { host: hostOf(0) },
    });
    return answer.body.text();
  };
  const until = async (expected: Backend) => {
    for (;;) {
      const answer = await ask().catch(() => "");
      if (answer === expected) return performance.now();
      await sleep(2);
    }
  };
  await write("127.0.0.2");
  const nginx = new Command(NGINX, ["-p", folder, "-c", file, "-g", "daemon off;"]);
  await until("127.0.0.2");
  return {
    async change(backend) {
      const began = performance.now();
      await write(backend);
      nginx.signal("SIGHUP");
      return (await until(backend)) - began;
    },
    async close() {
      await nginx.stop("SIGTERM");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function configuration(servers: number, listen: number, port: number, first: Backend): string {
  const blocks = Array.from({ length: servers }, (_, index) => {
    const endpoints = Array.from({ length: ENDPOINTS_PER_SERVICE }, (_, place) => {
      const number = index * ENDPOINTS_PER_SERVICE + place;
      return `server 10.${number >> 16}.${(number >> 8) & 255}.${number & 255}:8080;`;
    });
    const members = index === 0 ? [`server ${first}:${port};`] : endpoints;
    return [
      `upstream app-${index} { ${members.join(" ")} keepalive 32; }`,
      `server { listen 127.0.0.1:${listen}; server_name ${hostOf(index)};`,
      `  location / { proxy_pass http://app-${index}; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }`,
      "}",
    ].join("\n");
  });
  return `
pid logs/nginx.pid;
error_log logs/error.log error;
worker_processes auto;
events { worker_connections 1024; }
http {
  access_log off;
  server_names_hash_max_size 65536;
  server_names_hash_bucket_size 128;
  client_body_temp_path logs/body;
  proxy_temp_path logs/proxy;
  fastcgi_temp_path logs/fastcgi;
  uwsgi_temp_path logs/uwsgi;
  scgi_temp_path logs/scgi;
${blocks.join("\n")}
}
`;
}
