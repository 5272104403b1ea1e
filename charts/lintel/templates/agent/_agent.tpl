{{- define "lintel.agent.serviceAccount" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "lintel.fullname" . }}-agent
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "lintel.agent.leaseName" -}}
{{- default (printf "lintel-agent-%s" .Values.agent.cluster) .Values.agent.leaseName -}}
{{- end -}}

{{- define "lintel.agent.keysSecret" -}}
{{- default (printf "%s-keys" (include "lintel.fullname" .)) .Values.agent.keys.existingSecret -}}
{{- end -}}

{{- define "lintel.agent.tokenSecret" -}}
{{- default (printf "%s-token" (include "lintel.fullname" .)) .Values.agent.token.existingSecret -}}
{{- end -}}

{{- define "lintel.agent.headUrl" -}}
{{- default (printf "https://%s/head" .Values.agent.systemHost) .Values.agent.headUrl -}}
{{- end -}}

{{/*
The rules for what lies in namespaces. A list and a watch of all TLS Secrets, or of one ConfigMap, is one of all: RBAC
knows no field selectors. Reading single objects is for the uid and the status that an Event and a status are written for.
*/}}
{{- define "lintel.agent.namespacedRules" -}}
- apiGroups: [networking.k8s.io]
  resources: [ingresses]
  verbs: [get, list, watch]
- apiGroups: [networking.k8s.io]
  resources: [ingresses/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [services]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [secrets, configmaps]
  verbs: [list, watch]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
{{- if eq .Values.agent.dnsPods "verified" }}
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
{{- end }}
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
