{{/*
Lists what is wrong with the values, a line each with its mend, and nothing if all is well. values.schema.json says which values
there are and their forms; this says which are missing and which contradict each other.
*/}}
{{- define "teleport-mattermost.problems" -}}
{{- $buttons := include "teleport-mattermost.hasButtons" . -}}
{{- if not (include "teleport-mattermost.teleportAddress" .) }}
teleport.address is empty. Set it to host:port of Teleport's proxy or auth service.
{{- end }}
{{- if not (include "teleport-mattermost.identitySecretName" .) }}
teleport.identitySecretName is empty. Set it to the Secret with the identity file, or set tbot.enabled.
{{- end }}
{{- if not (include "teleport-mattermost.identitySecretPath" .) }}
teleport.identitySecretPath is empty. Set it to the identity file's key in the Secret, such as identity.
{{- end }}
{{- if not .Values.mattermost.url }}
mattermost.url is empty. Set it to the address of Mattermost, such as https://mattermost.example.com.
{{- end }}
{{- if not (or .Values.mattermost.token .Values.mattermost.tokenFromSecret) }}
mattermost.token and mattermost.tokenFromSecret are empty. Set one of them.
{{- end }}
{{- if has "" .Values.mattermost.recipients }}
mattermost.recipients has an empty entry. Fill it in or remove it.
{{- end }}
{{- if $buttons }}
{{- if not .Values.http.public_addr }}
http.public_addr is empty. Set it to the URL where Mattermost reaches the plugin, or leave secret.fromSecret empty for posts without buttons.
{{- end }}
{{- if not .Values.secret.fromSecret }}
secret.fromSecret is empty. Set it to the Secret with the text that signs buttons, or leave http.public_addr empty for posts without buttons.
{{- end }}
{{- if not (or .Values.certificate.secretName .Values.certificate.insecureNoTLS) }}
certificate.secretName is empty. Set it to a TLS Secret, as cert-manager makes it, or set certificate.insecureNoTLS behind an Ingress that ends TLS.
{{- end }}
{{- else if .Values.ingress.enabled }}
ingress.enabled is set, and posts without buttons need no Ingress. Set http.public_addr and secret.fromSecret, or remove it.
{{- end }}
{{- if and .Values.certificate.secretName .Values.certificate.insecureNoTLS }}
certificate.secretName and certificate.insecureNoTLS are both set. Remove one of them.
{{- end }}
{{- if contains "@" .Values.http.public_addr }}
http.public_addr has a user or password, which a ConfigMap would show. Remove it.
{{- end }}
{{- if not (regexMatch ":[0-9]+$" .Values.http.listen_addr) }}
http.listen_addr has no port. Set it to :8081 or the like.
{{- end }}
{{- if not (regexMatch "^off$|:[0-9]+$" .Values.diagnostics.listen_addr) }}
diagnostics.listen_addr has no port. Set it to :8082 or the like, or to off.
{{- else if and .Values.serviceMonitor.enabled (eq .Values.diagnostics.listen_addr "off") }}
serviceMonitor.enabled is set and diagnostics.listen_addr is off. Set the latter to :8082 or the like.
{{- end }}
{{- range include "teleport-mattermost.logFolders" . | fromJsonArray }}
{{- if not (regexMatch "^/(var|tmp|data|srv|opt)(/|$)" .) }}
The files of log.output and audit.output get a volume at their folder, which would hide {{ . }}. Name files under /var/log, or stdout and stderr.
{{- end }}
{{- end }}
{{- if .Values.crd.create }}
{{- if not .Values.tbot.enabled }}
crd.create is set without tbot.enabled. Set both or neither.
{{- else }}
{{- $method := get .Values.crd.tokenSpecOverride "join_method" }}
{{- if and $method (ne $method .Values.tbot.joinMethod) }}
crd.tokenSpecOverride.join_method is not tbot.joinMethod. Set both to the same.
{{- else if and (not $method) (ne .Values.tbot.joinMethod "kubernetes") }}
crd.tokenSpecOverride has no join_method. Describe how tbot joins; only the method kubernetes has a default.
{{- end }}
{{- end }}
{{- end }}
{{- if .Values.tbot.enabled }}
{{- include "teleport-mattermost.tbot.problems" . }}
{{- end }}
{{- end -}}
