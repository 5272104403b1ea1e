/** One request and its answer. Whatever goes wrong comes out as a KubeError. */
import { type Dispatcher, request as send } from "undici";
import type { Clock } from "../clock.ts";
import { KubeError, type KubeRequest } from "./client.ts";
import { KubeConfigError } from "./config-error.ts";
import type { Deadline } from "./deadline.ts";
import { describeRequest } from "./operation.ts";
import { refusal } from "./refusal.ts";
import type { Authentication, Session } from "./session.ts";
import { unreachable } from "./unreachable.ts";

export interface ExchangeOptions {
  readonly session: Session;
  readonly userAgent: string;
  readonly clock: Clock;
  /** For messages. */
  readonly server: string;
}

export interface Exchange {
  /**
   * The answer, if it is 2xx.
   *
   * @throws KubeError
   */
  answer(): Promise<Dispatcher.ResponseData>;
  /**
   * A step that reads the answer.
   *
   * @param expired the error for when the deadline passes.
   * @throws KubeError
   */
  step<T>(work: () => Promise<T>, expired?: () => KubeError): Promise<T>;
}

export function createExchange(request: KubeRequest, deadline: Deadline, options: ExchangeOptions): Exchange {
  const { session, userAgent, clock, server } = options;
  const operation = describeRequest(request);

  async function step<T>(work: () => Promise<T>, expired = tooSlow): Promise<T> {
    try {
      return await deadline.race(work());
    } catch (error) {
      if (error instanceof KubeError) throw error;
      if (deadline.expired()) throw expired();
      if (deadline.signal.aborted) throw calledOff(error);
      throw unreachable(operation, server, error);
    }
  }

  function tooSlow(): KubeError {
    return new KubeError({
      operation,
      status: undefined,
      reason: "",
      problem: `${server} did not answer in time`,
      remedy: "check how busy the API server is, and that nothing on the way to it drops packets",
    });
  }

  function calledOff(cause: unknown): KubeError {
    const problem = "was called off";
    return new KubeError({ operation, status: undefined, reason: "", problem, remedy: "nothing", cause });
  }

  async function credentials<T>(work: () => Promise<T>): Promise<T> {
    const hanging = () => {
      session.abandon();
      return withoutCredentials(new Error("they did not come in time"));
    };
    return step(async () => {
      try {
        return await work();
      } catch (cause) {
        throw withoutCredentials(cause);
      }
    }, hanging);
  }

  function withoutCredentials(cause: unknown): KubeError {
    const problem = cause instanceof Error ? cause.message.trim() : String(cause);
    const remedy =
      cause instanceof KubeConfigError
        ? "it is read again with the next attempt"
        : "check the files, the exec plugin or the identity provider that the kubeconfig names";
    return new KubeError({
      operation,
      status: undefined,
      reason: "",
      problem: `there are no credentials for ${server} (${problem})`,
      remedy,
      cause,
    });
  }

  function attempt({ server, headers, dispatcher }: Authentication): Promise<Dispatcher.ResponseData> {
    const { method, path, body, contentType = "application/json" } = request;
    return step(() =>
      send(`${server}${path}${queryOf(request)}`, {
        method,
        dispatcher,
        signal: deadline.signal,
        headers: {
          accept: "application/json",
          "user-agent": userAgent,
          ...headers,
          ...(body !== undefined && { "content-type": contentType }),
        },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    );
  }

  /** Tokens and certificates rotate: after a 401, what is there now may be newer than what was read. */
  async function authenticated(): Promise<Dispatcher.ResponseData> {
    const used = await credentials(() => session.authenticate());
    const first = await attempt(used);
    if (first.statusCode !== 401) return first;
    const renewed = await credentials(() => session.renew(used));
    if (renewed === undefined) return first;
    await step(() => first.body.dump());
    return attempt(renewed);
  }

  return {
    step,
    async answer() {
      const answer = await authenticated();
      const { statusCode, headers, body } = answer;
      if (statusCode >= 200 && statusCode < 300) return answer;
      const text = await step(() => body.text());
      const retryAfter = [headers["retry-after"]].flat()[0];
      throw refusal(request, { status: statusCode, text, retryAfter }, clock.now());
    },
  };
}

function queryOf({ query = {} }: KubeRequest): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, value);
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}
