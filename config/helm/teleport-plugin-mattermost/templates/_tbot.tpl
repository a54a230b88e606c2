{{/*
The name of tbot's objects.
*/}}
{{- define "teleport-mattermost.tbot.fullname" -}}
{{- $full := printf "%s-%s" .Release.Name (.Values.tbot.nameOverride | default "tbot") -}}
{{- .Values.tbot.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
The name of the Secret that tbot writes the identity to.
*/}}
{{- define "teleport-mattermost.tbot.outputName" -}}
{{- .Values.tbot.defaultOutput.secretName | default (printf "%s-out" (include "teleport-mattermost.tbot.fullname" .)) -}}
{{- end -}}

{{- define "teleport-mattermost.tbot.serviceAccountName" -}}
{{- .Values.tbot.serviceAccount.name | default (include "teleport-mattermost.tbot.fullname" .) -}}
{{- end -}}

{{/*
The name of the join token. An empty one is the token that crd.create makes.
*/}}
{{- define "teleport-mattermost.tbot.tokenName" -}}
{{- .Values.tbot.token | default (include "teleport-mattermost.tbot.fullname" .) -}}
{{- end -}}

{{- define "teleport-mattermost.tbot.selectorLabels" -}}
app.kubernetes.io/name: {{ .Values.tbot.nameOverride | default "tbot" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: tbot
{{- end -}}

{{/*
The metadata of one of tbot's objects. Takes a dict of root, of the object's name, and of kind: its key in tbot.annotations and
tbot.extraLabels.
*/}}
{{- define "teleport-mattermost.tbot.metadata" -}}
{{- $tbot := .root.Values.tbot -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
{{- with get $tbot.annotations .kind }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
labels:
  {{- include "teleport-mattermost.tbot.selectorLabels" .root | nindent 2 }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  {{- with get $tbot.extraLabels .kind }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/*
tbot's own configuration file.
*/}}
{{- define "teleport-mattermost.tbot.config" -}}
{{- $tbot := .Values.tbot -}}
{{- if $tbot.customConfig -}}
{{- toYaml $tbot.customConfig -}}
{{- else -}}
version: v2
{{- with $tbot.teleportProxyAddress }}
proxy_server: {{ . | quote }}
{{- end }}
{{- with $tbot.teleportAuthAddress }}
auth_server: {{ . | quote }}
{{- end }}
onboarding:
  join_method: {{ $tbot.joinMethod | quote }}
  token: {{ include "teleport-mattermost.tbot.tokenName" . | quote }}
storage:
  {{- if eq $tbot.persistence "disabled" }}
  type: memory
  {{- else }}
  type: kubernetes_secret
  name: {{ include "teleport-mattermost.tbot.fullname" . }}
  {{- end }}
outputs:
  {{- if $tbot.defaultOutput.enabled }}
  - type: identity
    destination:
      type: kubernetes_secret
      name: {{ include "teleport-mattermost.tbot.outputName" . }}
  {{- end }}
  {{- with $tbot.outputs }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with $tbot.services }}
services:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
{{- end -}}

{{/*
Lists what is wrong with tbot's values.
*/}}
{{- define "teleport-mattermost.tbot.problems" -}}
{{- $tbot := .Values.tbot -}}
{{- if not $tbot.clusterName }}
tbot.clusterName is empty. Set it to the name of the Teleport cluster, as tctl status shows it.
{{- end }}
{{- if not $tbot.customConfig }}
{{- if and $tbot.teleportProxyAddress $tbot.teleportAuthAddress }}
tbot.teleportProxyAddress and tbot.teleportAuthAddress are both set. Remove one of them.
{{- else if not (or $tbot.teleportProxyAddress $tbot.teleportAuthAddress) }}
tbot.teleportProxyAddress is empty, and so is tbot.teleportAuthAddress. Set one of them to host:port.
{{- end }}
{{- if not (has $tbot.persistence (list "secret" "disabled")) }}
tbot.persistence is neither secret nor disabled. Set it to one of them.
{{- end }}
{{- end }}
{{- if and (not $tbot.defaultOutput.enabled) (not .Values.teleport.identitySecretName) }}
tbot.defaultOutput.enabled is false, so tbot writes no identity for the plugin. Set it, or name the Secret of another output in teleport.identitySecretName.
{{- end }}
{{- range $name, $value := $tbot }}
{{- if and $value (not (has $name (include "teleport-mattermost.tbot.values" $ | fromJsonArray))) }}
tbot.{{ $name }} is no value of this chart's tbot. Remove it, or install the chart tbot on its own and name its Secret in teleport.identitySecretName.
{{- end }}
{{- end }}
{{- end -}}

{{/*
The names of all values under tbot, as a JSON array.
*/}}
{{- define "teleport-mattermost.tbot.values" -}}
{{- list
  "enabled" "clusterName" "teleportProxyAddress" "teleportAuthAddress" "joinMethod" "token" "nameOverride" "fullnameOverride"
  "defaultOutput" "persistence" "customConfig" "outputs" "services" "image" "teleportVersionOverride" "imagePullPolicy"
  "imagePullSecrets" "debug" "anonymousTelemetry" "serviceAccount" "podSecurityContext" "securityContext" "resources" "affinity"
  "tolerations" "nodeSelector" "annotations" "extraLabels" "extraArgs" "extraEnv" "extraVolumes" "extraVolumeMounts" "global"
  | toJson -}}
{{- end -}}
