{{/*
Writes a map of values as keys of a TOML table, a line each. Texts, booleans and arrays of texts are written the same in JSON and
in TOML, so toJson quotes them. A value that is empty is left out: the plugin then takes its own default. A false is written.
Maps are skipped, as they need a table of their own.
*/}}
{{- define "teleport-mattermost.tomlKeys" -}}
{{- range $key, $value := . }}
{{- if and (not (kindIs "map" $value)) (or (kindIs "bool" $value) $value) }}
{{ regexMatch "^[A-Za-z0-9_-]+$" $key | ternary $key (toJson $key) }} = {{ toJson $value }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Writes a TOML table with its header, and nothing for a map without values. Takes a dict of name and values.
*/}}
{{- define "teleport-mattermost.tomlTable" -}}
{{- with include "teleport-mattermost.tomlKeys" .values }}

[{{ $.name }}]
{{- . }}
{{- end }}
{{- end -}}

{{/*
The plugin's configuration file.
*/}}
{{- define "teleport-mattermost.toml" -}}
{{- $files := "/var/lib/teleport/plugins/mattermost" -}}
{{- $mattermost := dict "url" .Values.mattermost.url "token" (printf "%s/mattermost_token/%s" $files .Values.mattermost.tokenSecretPath) -}}
{{- if .Values.secret.fromSecret -}}
{{- $_ := set $mattermost "secret" (printf "%s/signing-secret/%s" $files .Values.secret.secretPath) -}}
{{- $previous := list -}}
{{- range .Values.secret.previousPaths -}}
{{- $previous = append $previous (printf "%s/signing-secret/%s" $files .) -}}
{{- end -}}
{{- $_ := set $mattermost "previous_secrets" $previous -}}
{{- end -}}
{{- $http := deepCopy .Values.http -}}
{{- if .Values.certificate.secretName -}}
{{- $_ := set $http "https_key_file" (printf "%s/certificate/tls.key" $files) -}}
{{- $_ := set $http "https_cert_file" (printf "%s/certificate/tls.crt" $files) -}}
{{- end -}}
[teleport]
addr = {{ include "teleport-mattermost.teleportAddress" . | toJson }}
identity = {{ printf "%s/teleport-identity/%s" $files (include "teleport-mattermost.identitySecretPath" .) | toJson }}
refresh_identity = true

[mattermost]
{{- include "teleport-mattermost.tomlKeys" $mattermost }}
recipients = {{ .Values.mattermost.recipients | default list | toJson }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "role_to_recipients" "values" .Values.role_to_recipients) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "approvals" "values" .Values.approvals) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "approvals.roles" "values" .Values.approvals.roles) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "approvals.users" "values" .Values.approvals.users) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "http" "values" $http) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "posting" "values" .Values.posting) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "notify" "values" .Values.notify) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "reminders" "values" (omit .Values.reminders "steps")) }}
{{- range .Values.reminders.steps }}

[[reminders.steps]]
{{- include "teleport-mattermost.tomlKeys" . }}
{{- end }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "access_lists" "values" .Values.access_lists) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "messages" "values" .Values.messages) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "log" "values" .Values.log) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "audit" "values" .Values.audit) }}
{{- include "teleport-mattermost.tomlTable" (dict "name" "diagnostics" "values" .Values.diagnostics) }}
{{- end -}}
