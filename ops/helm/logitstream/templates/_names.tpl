{{/* The name of a component's objects. Takes root and component. A StatefulSet adds 11 characters to it in a label of 63 at most. */}}
{{- define "logitstream.name" -}}
{{- $name := printf "%s-%s" .root.Release.Name .component -}}
{{- if gt (len $name) 52 -}}
{{- fail (printf "%s has %d characters, expected at most 52: choose a shorter name for the release or the trainer" $name (len $name)) -}}
{{- end -}}
{{- $name -}}
{{- end }}

{{/* What a component's pods are found by; it never changes. Takes root and component. */}}
{{- define "logitstream.selector" -}}
app.kubernetes.io/name: logitstream
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* The labels of a component's objects. Takes root and component. */}}
{{- define "logitstream.labels" -}}
{{ include "logitstream.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- end }}
