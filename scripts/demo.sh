#!/bin/bash
# demo.sh BINARIES DIR [COMMAND...]: creates certificates in DIR, starts the sandbox and the plugin of BINARIES, prints the
# page's address, and stops both on Ctrl-C or when either of them ends. If a COMMAND is given, the script runs it with the
# page's address as its last argument, and then stops both.
# AUTH_PORT, PAGE_PORT and CALLBACK_PORT in the environment choose other ports than 3025, 8065 and 8081.
set -euo pipefail
binaries=$1 dir=$2
shift 2
root=$(cd "$(dirname "$0")/.." && pwd)
export AUTH_PORT=${AUTH_PORT:-3025} PAGE_PORT=${PAGE_PORT:-8065} CALLBACK_PORT=${CALLBACK_PORT:-8081}

# A port that is taken is reported here, before anything is started, because each of the programs knows only its own.
taken=
for name in AUTH_PORT PAGE_PORT CALLBACK_PORT; do
    port=${!name}
    (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || continue
    echo "Another process listens on the port $port. Choose another one: $name=$((port + 1)) make demo" >&2
    taken=yes
done
[ -z "$taken" ] || exit 1

mkdir -p "$dir"
rm -f "$dir"/teleport-mattermost.toml "$dir"/plugin.log
"$root/certs/generate.sh" "$dir/certs"

pids=()
stop() {
    trap - EXIT INT TERM
    for pid in "${pids[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    wait || true
}
trap stop EXIT
trap 'exit 0' INT TERM

# wait_for SECONDS PID COMMAND...: waits until COMMAND succeeds. Fails if the process PID has ended or the time is over.
wait_for() {
    local tries=$(($1 * 10)) pid=$2
    shift 2
    until "$@"; do
        kill -0 "$pid" 2>/dev/null && [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.1
    done
}

"$binaries/teleport-mattermost-sandbox" --certs "$dir/certs" --auth-port "$AUTH_PORT" --mattermost-port "$PAGE_PORT" \
    --plugin-port "$CALLBACK_PORT" --write-config "$dir/teleport-mattermost.toml" &
pids+=($!)
wait_for 10 "${pids[0]}" test -s "$dir/teleport-mattermost.toml" || { echo "The sandbox did not start." >&2; exit 1; }

"$binaries/teleport-mattermost" start --debug --config "$dir/teleport-mattermost.toml" 2>"$dir/plugin.log" &
pids+=($!)
# The log is shown once the plugin has started, or else its end together with the reason, so that neither is lost in the other.
if ! { wait_for 15 "${pids[1]}" grep -q "health check finished ok" "$dir/plugin.log" &&
    wait_for 15 "${pids[1]}" grep -q "Watcher connected" "$dir/plugin.log"; }; then
    { tail -n 5 "$dir/plugin.log"; echo "The plugin did not start; the whole log is in $dir/plugin.log."; } >&2
    exit 1
fi
tail -n +1 -F --pid="${pids[1]}" "$dir/plugin.log" 2>/dev/null &
pids+=($!)

if [ $# -gt 0 ]; then
    "$@" "http://127.0.0.1:$PAGE_PORT"
    exit
fi
cat <<TEXT

  The demo is running. Open  http://127.0.0.1:$PAGE_PORT
  Ask for a role in the form, then click Approve or Deny as somebody else. Ctrl-C stops it.

TEXT
wait -n "${pids[@]}" || true
