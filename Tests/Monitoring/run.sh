#!/bin/bash
# run.sh DIR: tests the metrics, the alerts and the dashboard with the binaries in DIR, promtool and a Prometheus of its own.
# `make monitoring-test` installs what it needs.
set -euo pipefail
cd "$(dirname "$0")/../.."
binaries=$(realpath "$1")
build=.build/monitoring
rm -rf "$build/run"
mkdir -p "$build/run"

client=prometheus-client==0.26.0
if [ "$(cat "$build/venv/installed" 2>/dev/null || true)" != "$client" ]; then
    python3 -m venv --clear "$build/venv"
    "$build/venv/bin/pip" install --quiet --disable-pip-version-check "$client"
    echo "$client" >"$build/venv/installed"
fi

(cd config/monitoring && promtool check config --syntax-only prometheus.yml && promtool check rules alerts.yaml &&
    promtool test rules alerts_test.yaml)
exec "$build/venv/bin/python" Tests/Monitoring/check.py "$binaries" "$build/run"
