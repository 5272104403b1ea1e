# The agent: one file on a slim Node. `npm run build:agent` makes the file, and the tests run that very one:
#
#   npm run build:agent
#   docker build --tag lintel/agent:0.1.0 .
FROM docker.io/library/node:24.21.0-slim

LABEL org.opencontainers.image.title="lintel-agent" \
      org.opencontainers.image.description="Publishes a Kubernetes cluster's Ingresses, certificates and endpoints to Lintel's edge" \
      org.opencontainers.image.version="0.1.0"

ENV NODE_ENV=production

COPY --chmod=0444 dist/agent/lintel.mjs /opt/lintel/lintel.mjs

# Nobody in particular; a number, so that Kubernetes can tell it from root.
USER 65532:65532
WORKDIR /tmp

ENTRYPOINT ["node", "/opt/lintel/lintel.mjs"]
