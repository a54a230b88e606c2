{{/*
The chart's name, or nameOverride. It is the value of a label, which has at most 63 characters.
*/}}
{{- define "teleport-mattermost.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
The name of the plugin's objects: fullnameOverride, or the release's name with the chart's name unless the former contains it.
*/}}
{{- define "teleport-mattermost.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
The labels by which Service, Deployment and the rest find the plugin's pods. A Deployment's selector cannot be changed, so these
stay as the original's chart has them.
*/}}
{{- define "teleport-mattermost.selectorLabels" -}}
app.kubernetes.io/name: {{ include "teleport-mattermost.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "teleport-mattermost.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "teleport-mattermost.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/*
The address of Teleport. An empty one is taken from tbot, which connects to the same cluster.
*/}}
{{- define "teleport-mattermost.teleportAddress" -}}
{{- coalesce .Values.teleport.address .Values.tbot.teleportProxyAddress .Values.tbot.teleportAuthAddress | default "" -}}
{{- end -}}

{{/*
The name of the Secret with the identity file. An empty one is the Secret that the chart's own tbot writes.
*/}}
{{- define "teleport-mattermost.identitySecretName" -}}
{{- if .Values.teleport.identitySecretName -}}
{{- .Values.teleport.identitySecretName -}}
{{- else if .Values.tbot.enabled -}}
{{- include "teleport-mattermost.tbot.outputName" . -}}
{{- end -}}
{{- end -}}

{{/*
The key of the identity file in that Secret. tbot always calls it "identity".
*/}}
{{- define "teleport-mattermost.identitySecretPath" -}}
{{- ternary "identity" .Values.teleport.identitySecretPath .Values.tbot.enabled -}}
{{- end -}}

{{/*
The name of the Secret with Mattermost's token: an existing one, or the one that the chart makes of mattermost.token.
*/}}
{{- define "teleport-mattermost.tokenSecretName" -}}
{{- .Values.mattermost.tokenFromSecret | default (printf "%s-secret" (include "teleport-mattermost.fullname" .)) -}}
{{- end -}}

{{/*
"true" if posts have buttons, and nothing otherwise. As the plugin itself decides it: by approvals.buttons where it is set, else
by whether one of the two values is there that only buttons need.
*/}}
{{- define "teleport-mattermost.hasButtons" -}}
{{- if kindIs "bool" .Values.approvals.buttons -}}
{{- if .Values.approvals.buttons }}true{{ end -}}
{{- else if or .Values.http.public_addr .Values.secret.fromSecret -}}
true
{{- end -}}
{{- end -}}

{{/*
The number of replicas.
*/}}
{{- define "teleport-mattermost.replicas" -}}
{{- if kindIs "invalid" .Values.replicaCount -}}
{{- ternary 2 1 (eq (include "teleport-mattermost.hasButtons" .) "true") -}}
{{- else -}}
{{- int .Values.replicaCount -}}
{{- end -}}
{{- end -}}

{{/*
The port of http.listen_addr.
*/}}
{{- define "teleport-mattermost.port" -}}
{{- regexFind "[0-9]+$" .Values.http.listen_addr -}}
{{- end -}}

{{/*
The port of diagnostics.listen_addr, and nothing if it is "off".
*/}}
{{- define "teleport-mattermost.diagnosticsPort" -}}
{{- regexFind "[0-9]+$" .Values.diagnostics.listen_addr -}}
{{- end -}}

{{/*
"HTTPS" or "HTTP", as the listener speaks it.
*/}}
{{- define "teleport-mattermost.scheme" -}}
{{- ternary "HTTP" "HTTPS" .Values.certificate.insecureNoTLS -}}
{{- end -}}

{{/*
http.public_addr as a URL. The plugin assumes https:// where it is missing, and so does the chart.
*/}}
{{- define "teleport-mattermost.publicURL" -}}
{{- with .Values.http.public_addr -}}
{{- contains "://" . | ternary . (printf "https://%s" .) -}}
{{- end -}}
{{- end -}}

{{/*
The host of http.public_addr, without its port.
*/}}
{{- define "teleport-mattermost.publicHost" -}}
{{- with include "teleport-mattermost.publicURL" . -}}
{{- get (urlParse .) "hostname" -}}
{{- end -}}
{{- end -}}

{{/*
The folders of log.output and audit.output where these are files, as a JSON array. The root file system is read-only, so each
gets a volume.
*/}}
{{- define "teleport-mattermost.logFolders" -}}
{{- $folders := list -}}
{{- range list .Values.log.output .Values.audit.output -}}
{{- if hasPrefix "/" (default "" .) -}}
{{- $folders = append $folders (dir .) -}}
{{- end -}}
{{- end -}}
{{- $folders | uniq | toJson -}}
{{- end -}}
