{{/*
A component's settings as a .properties file. Takes root, service (the component's values) and own (what the chart decides, which goes before
all). Secrets are named by the files that they are mounted as. Maps are laid over one another by hand: Helm's merge passes over empty texts.
*/}}
{{- define "logitstream.properties" -}}
{{- $all := dict -}}
{{- range list .root.Values.settings .service.settings .own -}}
{{- range $name, $value := . -}}
{{- $_ := set $all $name $value -}}
{{- end -}}
{{- end -}}
{{- range list .root.Values.secrets .service.secrets -}}
{{- range $name, $place := . -}}
{{- $_ := set $all (printf "%s-file" $name) (printf "/etc/logitstream/secrets/%s" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $value := $all }}
{{- $escaped := $value | replace "\\" "\\\\" | replace "\n" "\\n" | replace "\r" "\\r" | replace "\t" "\\t" }}
{{ $name }}={{ if hasPrefix " " $escaped }}\{{ end }}{{ $escaped }}
{{- end }}
{{- end }}

{{/* The config map with a component's settings. Takes root, component, service, own and annotations. */}}
{{- define "logitstream.config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "logitstream.name" . }}
  labels: {{- include "logitstream.labels" . | nindent 4 }}
  {{- with .annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
data:
  logitstream.properties: |
    {{- include "logitstream.properties" . | nindent 4 }}
{{- end }}
