{{- define "lintel.networkPolicy.dns" -}}
- ports:
    - {protocol: UDP, port: 53}
    - {protocol: TCP, port: 53}
{{- end -}}

{{/* Whoever may read metrics; an empty list admits nobody: (list . port) */}}
{{- define "lintel.networkPolicy.metrics" -}}
{{- with (index . 0).Values.networkPolicy.metricsClients -}}
- from:
    {{- toYaml . | nindent 4 }}
  ports:
    - {protocol: TCP, port: {{ index $ 1 }}}
{{- end -}}
{{- end -}}
