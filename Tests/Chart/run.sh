#!/bin/bash
# run.sh: renders the Helm chart for the values in cases/ and refused/, and checks what comes out. `make chart` installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=.build/chart
mkdir -p "$build"

# Debian's Go packages are sources under this path; no module is downloaded.
if [ ! -x "$build/render" ] || [ Tests/Chart/render/main.go -nt "$build/render" ]; then
    GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode GOCACHE="$PWD/$build/go" go build -o "$build/render" Tests/Chart/render/main.go
fi

# The schemas of Kubernetes' own objects.
validator=kubernetes-validate==1.37.0
if [ "$(cat "$build/venv/installed" 2>/dev/null || true)" != "$validator" ]; then
    python3 -m venv --clear "$build/venv"
    "$build/venv/bin/pip" install --quiet --disable-pip-version-check "$validator"
    echo "$validator" >"$build/venv/installed"
fi

exec "$build/venv/bin/python" Tests/Chart/check.py "$build/render" config/helm/teleport-plugin-mattermost "$@"
