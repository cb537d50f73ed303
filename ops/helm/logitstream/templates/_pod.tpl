{{/* The image of a component. Takes root and service. */}}
{{- define "logitstream.image" -}}
{{- $image := .service.image | default dict -}}
{{ $image.repository | default .root.Values.image.repository }}:{{ $image.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{/*
A component's pod. Takes root, component, service (the component's values), own (settings that the chart decides), args, ports ([{name, port}]),
serves (whether it answers /livez and /readyz), restart (the restart policy) and claim (name and path of a volume claim of its own).
*/}}
{{- define "logitstream.pod" -}}
{{- $values := .root.Values -}}
{{- $image := .service.image | default dict -}}
metadata:
  labels:
    {{- include "logitstream.labels" . | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # Settings are read once, at the start: other ones are other pods.
    checksum/settings: {{ include "logitstream.properties" . | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- with $values.serviceAccountName }}
  serviceAccountName: {{ . }}
  {{- end }}
  automountServiceAccountToken: false
  # Kubernetes would add variables such as LOGITSTREAM_PRODUCER_PORT for services, which are no settings and would be refused.
  enableServiceLinks: false
  restartPolicy: {{ .restart | default "Always" }}
  # Services drain for 60 s (a last checkpoint may have to be uploaded), then tell their last news.
  terminationGracePeriodSeconds: 75
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- range $field := list "nodeSelector" "tolerations" "affinity" "runtimeClassName" "priorityClassName" }}
  {{- with get $.service $field }}
  {{ $field }}: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "logitstream.image" . | quote }}
      imagePullPolicy: {{ $image.pullPolicy | default $values.image.pullPolicy }}
      args: {{- toYaml (concat .args (list "--config" "/etc/logitstream/settings/logitstream.properties")) | nindent 8 }}
      {{- with .service.environment }}
      env:
        {{- range $name, $value := . }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
        {{- end }}
      {{- end }}
      {{- if .serves }}
      ports:
        - {name: health, containerPort: 9100}
        {{- range .ports }}
        - {name: {{ .name }}, containerPort: {{ .port }}}
        {{- end }}
      startupProbe:
        httpGet: {path: /livez, port: health}
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /livez, port: health}
        periodSeconds: 10
        timeoutSeconds: 5
      readinessProbe:
        httpGet: {path: /readyz, port: health}
        periodSeconds: 5
        timeoutSeconds: 5
      {{- end }}
      resources: {{- toYaml (.service.resources | default dict) | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: settings, mountPath: /etc/logitstream/settings, readOnly: true}
        - {name: secrets, mountPath: /etc/logitstream/secrets, readOnly: true}
        - {name: libraries, mountPath: /var/cache/logitstream}
        - {name: scratch, mountPath: /tmp}
        {{- with .claim }}
        - {name: {{ .name }}, mountPath: {{ .path }}}
        {{- end }}
        {{- range concat $values.mounts $values.models }}
        - {name: {{ .name }}, mountPath: {{ .mountPath }}, readOnly: true}
        {{- end }}
  volumes:
    - name: settings
      configMap: {name: {{ include "logitstream.name" . }}}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          {{- /* A service's own go before those of all: Kubernetes refuses two of one path. */}}
          {{- $secrets := dict -}}
          {{- range list $values.secrets .service.secrets -}}
          {{- range $name, $place := . -}}
          {{- $_ := set $secrets $name $place -}}
          {{- end -}}
          {{- end -}}
          {{- range $name, $place := $secrets }}
          - secret:
              name: {{ $place.secret }}
              items: [{key: {{ $place.key | quote }}, path: {{ $name | quote }}}]
          {{- end }}
    # libtorch is unpacked here at the start.
    - name: libraries
      emptyDir: {sizeLimit: 2Gi}
    - name: scratch
      emptyDir: {sizeLimit: 1Gi}
    {{- range $values.mounts }}
    - name: {{ .name }}
      {{- if .secret }}
      secret: {secretName: {{ .secret }}, defaultMode: 0440}
      {{- else }}
      configMap: {name: {{ .configMap }}}
      {{- end }}
    {{- end }}
    {{- range $values.models }}
    - name: {{ .name }}
      persistentVolumeClaim: {claimName: {{ .claim }}, readOnly: true}
    {{- end }}
{{- end }}

{{/* What the chart decides about every service's health and metrics: the probes rest on it. */}}
{{- define "logitstream.health" -}}
health.host: 0.0.0.0
health.port: "9100"
{{- end }}
