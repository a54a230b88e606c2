#!/bin/sh
# Measures the release binary and a Go net/http server alternately, in three rounds, and prints the medians. See README.md.
# Usage: Benchmarks/run.sh [DIRECTORY-WITH-RELEASE-BINARIES]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
bin=${1:-$root/.build/release}
requests=${BENCH_REQUESTS:-30000}
handshakes=${BENCH_HANDSHAKES:-2000}
idle=${BENCH_IDLE:-1000}
decisions=${BENCH_DECISIONS:-50}
rounds=${BENCH_ROUNDS:-3}
pending=${BENCH_PENDING:-1000}
many=${BENCH_MANY:-10000}
cluster=sandbox.example

for program in teleport-mattermost teleport-mattermost-sandbox bare-calls; do
    [ -x "$bin/$program" ] || { echo "$bin/$program is missing: run 'swift build -c release' first" >&2; exit 1; }
done
command -v go >/dev/null || { echo "go is missing: apt-get install golang-go" >&2; exit 1; }
ulimit -n 8192 2>/dev/null || ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d)
running=
stop() {
    for pid in $running; do kill "$pid" 2>/dev/null || true; done
    for pid in $running; do wait "$pid" 2>/dev/null || true; done
    running=
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

for program in reference load; do
    (cd "$here/$program" && GOFLAGS=-mod=mod GOPROXY=off go build -o "$work/$program" .)
done
load=$work/load

# The plugin needs the sandbox's auth service and Mattermost, because it keeps its watch open during the measurement.
"$root/certs/generate.sh" "$work/certs" >"$work/certs.log" 2>&1
port=18443
# Starts the servers, with nothing in them, and writes the plugin's configuration. Sets $sandbox and $page.
start_sandbox() {
    rm -f "$work/ports.json" "$work/plugin.toml"
    "$bin/teleport-mattermost-sandbox" --certs "$work/certs" --auth-port 0 --mattermost-port 0 --plugin-port $port \
        --ports-file "$work/ports.json" --write-config "$work/plugin.toml" >"$work/sandbox.log" 2>&1 &
    sandbox=$!
    running=$sandbox
    tries=0
    until [ -s "$work/ports.json" ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "the sandbox did not start:" >&2; cat "$work/sandbox.log" >&2; exit 1; }
        sleep 0.1
    done
    # The load comes from many sources, as through a proxy: see load/source.go.
    sed -i 's/^\[http\]$/&\ntrusted_proxies = ["127.0.0.1"]/' "$work/plugin.toml"
    page=$(sed 's/.*"url":"\([^"]*\)".*/\1/' "$work/ports.json")
}
start_sandbox
sed -n 's/^secret = "\(.*\)"$/\1/p' "$work/plugin.toml" >"$work/secret"
"$load" -kind click -secret "$work/secret" -cluster $cluster >"$work/good.json"
"$load" -kind click -secret "$work/secret" -cluster $cluster -bad >"$work/bad.json"

# Starts a server and waits until it accepts connections. Sets $server, and appends the milliseconds that this took.
start() {
    began=$(date +%s%N)
    case $1 in
    ours) "$bin/teleport-mattermost" start -c "$work/plugin.toml" >"$work/ours.log" 2>&1 & ;;
    go) "$work/reference" -listen 127.0.0.1:$port -cert "$work/certs/server.crt" -key "$work/certs/server.key" \
        -secret "$work/secret" >"$work/go.log" 2>&1 & ;;
    esac
    server=$!
    running="$sandbox $server"
    listening=$("$load" -kind ready -address 127.0.0.1:$port) || { cat "$work/$1.log" >&2; exit 1; }
    echo "$listening $began" | awk '{ printf "%.1f\n", ($1 - $2) / 1e6 }' >>"$work/$1.start"
}

# Appends the resident memory, the anonymous memory and the CPU time of an idle minute, once the plugin's watch is open. The
# reference server has nothing to wait for.
idle_figures() {
    if [ "$1" = ours ]; then
        ready=$("$load" -kind watching -address 127.0.0.1:$port) || { cat "$work/ours.log" >&2; exit 1; }
        echo "$ready $began" | awk '{ printf "%.1f\n", ($1 - $2) / 1e6 }' >>"$work/ours.ready"
    fi
    # Two seconds after the start there is a second sweep.
    sleep 5
    awk '/^RssAnon/ { printf "%.1f\n", $2 / 1024 }' "/proc/$server/status" >>"$work/$1.anonymous"
    awk '/^VmRSS/ { printf "%.1f\n", $2 / 1024 }' "/proc/$server/status" >>"$work/$1.resident"
    measure quiet quiet
}

measure() {
    name=$1
    kind=$2
    shift 2
    "$load" -address 127.0.0.1:$port -pid "$server" -kind "$kind" "$@" >>"$work/$side.$name"
}

round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    for side in ours go; do
        echo "round $round of $rounds: $side" >&2
        start $side
        idle_figures $side
        measure idle idle -count "$idle"
        measure get get -count "$requests"
        measure good post -count "$requests" -body "$work/good.json" -status 403
        measure bad post -count "$requests" -body "$work/bad.json" -status 403
        measure connect connect -count "$handshakes"
        if [ $side = ours ]; then measure decide decide -page "$page" -count "$decisions"; fi
        kill "$server"
        wait "$server" 2>/dev/null || true
        running=$sandbox
    done
done

# Requests that wait when the plugin starts. The bare calls are those that posting them takes, made as many at once: see BareCalls.
stop
round=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    echo "round $round of $rounds: $pending waiting requests" >&2
    start_sandbox
    "$load" -kind pend -page "$page" -count "$pending"
    "$bin/bare-calls" "$work/plugin.toml" >>"$work/bare.pending"
    stop
    start_sandbox
    "$load" -kind pend -page "$page" -count "$pending"
    start ours
    "$load" -kind posted -page "$page" -count "$pending" -pid "$server" -since "$began" >>"$work/ours.waiting"
    stop
done
echo "$many waiting requests" >&2
start_sandbox
"$load" -kind pend -page "$page" -count "$many"
start ours
"$load" -kind posted -page "$page" -count "$many" -pid "$server" -since "$began" >"$work/ours.waitingmany"
stop
awk '{ print $1 }' "$work/ours.waiting" >"$work/ours.pending"
awk '{ print $2 }' "$work/ours.waiting" >"$work/ours.pendingcpu"
awk '{ print $3 }' "$work/ours.waitingmany" >"$work/ours.peak"
# This row compares with the bare calls and not with Go.
mv "$work/bare.pending" "$work/go.pending"

for program in "$bin/teleport-mattermost" "$work/reference"; do
    strip -o "$work/stripped" "$program"
    stat -c %s "$work/stripped" | awk '{ printf "%.1f\n", $1 / 1e6 }' >>"$work/sizes"
done
sed -n 1p "$work/sizes" >"$work/ours.size"
sed -n 2p "$work/sizes" >"$work/go.size"
for column in 1 2 3 4; do
    awk -v column=$column '{ print $column }' "$work/ours.decide" >"$work/ours.decide$column"
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
# row LABEL FIGURE GOAL: prints the medians of a figure, and their ratio where the reference has it too.
row() {
    ours=$(median "$work/ours.$2")
    go=
    [ ! -s "$work/go.$2" ] || go=$(median "$work/go.$2")
    awk -v label="$1" -v goal="$3" -v ours="$ours" -v go="$go" 'BEGIN {
        figure = go == "" ? "" : sprintf("%.1f", go)
        ratio = go + 0 ? sprintf("%.2f", ours / go) : ""
        printf "| %-46s | %8.1f | %8s | %6s | %-11s |\n", label, ours, figure, ratio, goal
    }'
}
printf '| %-46s | %8s | %8s | %6s | %-11s |\n' "median of $rounds" ours Go ratio goal
echo "| ---------------------------------------------- | -------: | -------: | -----: | ----------- |"
row "GET kept alive, server CPU µs" get "0.75 x Go"
row "POST, good signature, server CPU µs" good "0.55 x Go"
row "POST, bad signature, server CPU µs" bad "0.55 x Go"
row "new TLS connection and GET, server CPU µs" connect "1.0 x Go"
row "an idle TLS connection, kB resident" idle "20 kB"
row "start to listening, ms" start ""
row "start to ready, ms" ready "60 ms"
row "idle, CPU ms a minute" quiet "5 ms"
row "idle, MB resident" resident "16 MB"
row "idle, MB anonymous" anonymous "4 MB"
row "stripped binary, MB" size "20 MB"
row "request to post, ms" decide1 ""
row "click to answer, ms" decide2 ""
row "a request's post, plugin's CPU ms" decide3 ""
row "a click and its update, plugin's CPU ms" decide4 ""
row "$pending waiting requests posted, ms (Go: bare calls)" pending "1.2 x bare"
row "the same, CPU ms each" pendingcpu "1 ms"
row "the most memory with $many waiting, MB" peak "60 MB"
