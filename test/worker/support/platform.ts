import type { Target } from "../../../contract/index.ts";
import type { Exchange, FilterPlatform } from "../../../worker/ingress/filters/filter.ts";
import type { TargetRequest } from "../../../worker/ingress/target-fetch.ts";

/** A question that a filter has asked somebody, with the body in text. */
export interface Asked {
  readonly target: Target;
  readonly request: TargetRequest;
  readonly body: string | undefined;
}

/** What filters may use, by hand: time moves when it is told to, and targets answer as the test has it. */
export class FakePlatform implements Pick<
  FilterPlatform,
  "now" | "random" | "delay" | "log" | "waitUntil" | "targets"
> {
  time = 1_000_000;
  /** Throws or rejects where a target cannot be asked. */
  answer: (asked: Asked, exchange: Exchange) => Response | Promise<Response>;
  readonly asked: Asked[] = [];
  readonly background: Promise<unknown>[] = [];
  /** `level message error`. */
  readonly logged: string[] = [];

  constructor(answer: FakePlatform["answer"] = () => new Response()) {
    this.answer = answer;
  }

  readonly now = () => this.time;
  readonly random = () => 0;
  /** Lets others go on first. */
  delay: FilterPlatform["delay"] = () => scheduler.wait(0);
  readonly waitUntil = (work: Promise<unknown>) => void this.background.push(work);
  readonly log: FilterPlatform["log"] = (level, fields, message) => {
    const { error = "" } = fields as { error?: string };
    this.logged.push(`${level} ${message} ${error}`.trim());
  };

  readonly targets: FilterPlatform["targets"] = (target) => async (exchange, request) => {
    const body = request.body ? new TextDecoder().decode(request.body) : undefined;
    const asked = { target, request, body };
    this.asked.push(asked);
    return this.answer(asked, exchange);
  };

  /** Resolves once everything in the background has ended. */
  async settled(): Promise<void> {
    for (let done = 0; done < this.background.length; done++) await this.background[done];
  }
}
