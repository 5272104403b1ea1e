{{- define "lintel.cloudflared.secret" -}}
{{- default (printf "%s-cloudflared" (include "lintel.fullname" .)) .Values.cloudflared.token.existingSecret -}}
{{- end -}}
