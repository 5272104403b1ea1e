/** What any origin gateway must do (contract/gateway.ts), over real sockets. */
import { describe } from "vitest";
import { describeFaults } from "./protocol/faults.ts";
import { describeForwarding } from "./protocol/forwarding.ts";
import { describeFraming } from "./protocol/framing.ts";
import { describeKeptConnections } from "./protocol/kept-connections.ts";
import { describeNames } from "./protocol/names.ts";
import type { StartGateway } from "./protocol/scope.ts";
import { describeTargets } from "./protocol/targets.ts";
import { describeTimeouts } from "./protocol/timeouts.ts";
import { describeTls } from "./protocol/tls.ts";
import { describeWebSockets } from "./protocol/websockets.ts";

export function describeGateway(name: string, start: StartGateway): void {
  describe(name, () => {
    describeForwarding(start);
    describeWebSockets(start);
    describeKeptConnections(start);
    describeFaults(start);
    describeTargets(start);
    describeFraming(start);
    describeNames(start);
    describeTls(start);
    describeTimeouts(start);
  });
}
