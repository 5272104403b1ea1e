{{/* The address and port of a `bind` line. `::` takes both families. */}}
{{- define "lintel.gateway.bind" -}}
{{- $address := index . 0 -}}
{{- $port := index . 1 | int64 -}}
{{- if eq $address "::" -}}
[::]:{{ $port }} v4v6
{{- else if contains ":" $address -}}
[{{ $address }}]:{{ $port }}
{{- else -}}
{{ $address }}:{{ $port }}
{{- end -}}
{{- end -}}

{{/* An ACL for the ranges of one family; HAProxy would compare across families (6to4, IPv4-mapped) if it could. */}}
{{- define "lintel.gateway.ranges" -}}
{{- $family := .family -}}
{{- $ranges := list -}}
{{- range .ranges -}}
{{- if eq (contains ":" .) (eq $family "6") -}}{{- $ranges = append $ranges . -}}{{- end -}}
{{- end -}}
{{- if $ranges -}}
var({{ .address }}) -m ip {{ join " " $ranges }}
{{- else -}}
always_false
{{- end -}}
{{- end -}}

{{/*
What is too dangerous to be allowed as part of something larger: this machine, link-local and multicast addresses, the
addresses that clouds serve credentials from, and IPv6 addresses that stand for IPv4 ones (IPv4-compatible, NAT64,
6to4). The same as in embedded-edge/gateway/allowed-targets.ts; the conformance suite holds both to it.
*/}}
{{- define "lintel.gateway.guarded" -}}
{{- list
  "0.0.0.0/8"
  "100.100.100.200/32"
  "127.0.0.0/8"
  "168.63.129.16/32"
  "169.254.0.0/16"
  "192.0.0.192/32"
  "224.0.0.0/3"
  "::/96"
  "64:ff9b::/96"
  "2002::/16"
  "fd00:ec2::/32"
  "fd20:ce::254/128"
  "fe80::/10"
  "ff00::/8"
| toJson -}}
{{- end -}}

{{/* Those of the allowed ranges that lie wholly within a guarded one, and so are meant. */}}
{{- define "lintel.gateway.explicit" -}}
{{- $patterns := list
  `^0\.[0-9.]+/([89]|[12][0-9]|3[0-2])$`
  `^100\.100\.100\.200/32$`
  `^127\.[0-9.]+/([89]|[12][0-9]|3[0-2])$`
  `^168\.63\.129\.16/32$`
  `^169\.254\.[0-9.]+/(1[6-9]|2[0-9]|3[0-2])$`
  `^192\.0\.0\.192/32$`
  `^(22[4-9]|2[34][0-9]|25[0-5])\.[0-9.]+/([3-9]|[12][0-9]|3[0-2])$`
  `^::[0-9a-f:.]*/(9[6-9]|1[01][0-9]|12[0-8])$`
  `^64:ff9b::[0-9a-f:.]*/(9[6-9]|1[01][0-9]|12[0-8])$`
  `^2002:[0-9a-f:.]*/(1[6-9]|[2-9][0-9]|1[01][0-9]|12[0-8])$`
  `^fd00:0?ec2:[0-9a-f:.]*/(3[2-9]|[4-9][0-9]|1[01][0-9]|12[0-8])$`
  `^fd20:0?0?ce::0?254/128$`
  `^fe[89ab][0-9a-f]:[0-9a-f:.]*/([1-9][0-9]|1[01][0-9]|12[0-8])$`
  `^ff[0-9a-f][0-9a-f]:[0-9a-f:.]*/([89]|[1-9][0-9]|1[01][0-9]|12[0-8])$`
-}}
{{- $explicit := list -}}
{{- range $range := .Values.gateway.targets -}}
{{- $lies := false -}}
{{- range $patterns -}}
{{- if regexMatch . (lower $range) -}}{{- $lies = true -}}{{- end -}}
{{- end -}}
{{- if $lies -}}{{- $explicit = append $explicit $range -}}{{- end -}}
{{- end -}}
{{- $explicit | toJson -}}
{{- end -}}

{{- define "lintel.gateway.authoritiesFile" -}}
{{- if .Values.gateway.upstreamAuthorities -}}/etc/lintel/gateway/authorities.pem{{- else -}}@system-ca{{- end -}}
{{- end -}}

{{- define "lintel.gateway.config" -}}
{{- tpl (.Files.Get "files/haproxy.cfg") . -}}
{{- end -}}

{{- define "lintel.gateway.secret" -}}
{{- default (printf "%s-gateway" (include "lintel.fullname" .)) .Values.gateway.secret.existingSecret -}}
{{- end -}}
