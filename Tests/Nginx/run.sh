#!/bin/bash
# run.sh RELEASE: runs the plugin and the sandbox from RELEASE behind Debian's nginx with the files of config/nginx, and checks
# what arrives. `make nginx-test` installs what it needs. It has to run as root: it gets a network and mounts of its own, so
# that it can use the files as they are, with their ports and paths, and so that nothing of it stays when it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
release=$(realpath "$1")
build=$PWD/.build/nginx

if [ -z "${IN_NAMESPACE:-}" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "$0: run it as root." >&2; exit 1; }
    exec env IN_NAMESPACE=1 unshare --net --mount --pid --mount-proc --fork --kill-child "$0" "$release"
fi

rm -rf "$build"
mkdir -p "$build"/{etc,log,run}
certs/generate.sh "$build/certs"
# Clients reach nginx at 192.0.2.7, which makes this their own address too. nginx reaches the plugin from 127.0.0.1.
ip link set lo up
ip address add 192.0.2.7/32 dev lo
echo '192.0.2.7 access.example.com' | cat /etc/hosts - >"$build/hosts"
mount --bind "$build/hosts" /etc/hosts
cp -a /etc/nginx/. "$build/etc"
rm -f "$build"/etc/sites-enabled/* "$build"/etc/conf.d/*
# nginx shows this certificate, or the plugin does where TLS is passed through.
certificate=$build/etc/tls/access.example.com
mkdir "$build/etc/tls"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=access.example.com \
    -keyout "$certificate.key" 2>/dev/null |
    openssl x509 -req -days 1 -CA "$build/certs/callback-ca.crt" -CAkey "$build/certs/callback-ca.key" -set_serial 1 \
        -extfile <(echo "subjectAltName=DNS:access.example.com") -out "$certificate.crt" 2>/dev/null
mount --bind "$build/etc" /etc/nginx
mount --bind "$build/log" /var/log/nginx
mount --bind "$build/run" /run

# wait_for COMMAND...: waits until COMMAND succeeds, for at most 15 s.
wait_for() {
    local tries=150
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || { echo "In vain: $*" >&2; return 1; }
        sleep 0.1
    done
}

failures=0
# expect NAME EXPECTED ACTUAL
expect() {
    if [ "$2" = "$3" ]; then
        echo "ok   $1"
    else
        echo "FAIL $1: expected '$2', got '$3'"
        failures=$((failures + 1))
    fi
}

pids=()
# start NAME ADDRESS PROXIES [OPTION...]: starts nginx and the plugin with this public_addr and these trusted_proxies.
start() {
    local name=$1 address=$2 proxies=$3
    shift 3
    log=$build/$name.log
    sed -e "s,^public_addr = .*,public_addr = \"$address\"," -e "/^public_addr/a trusted_proxies = [$proxies]" \
        -e "s,^https_key_file = .*,https_key_file = \"$certificate.key\"," \
        -e "s,^https_cert_file = .*,https_cert_file = \"$certificate.crt\"," \
        "$build/sandbox.toml" >"$build/$name.toml"
    chmod 0600 "$build/$name.toml"
    "$release/teleport-mattermost" start --debug --config "$build/$name.toml" "$@" 2>"$log" &
    pids=($!)
    nginx -t -q
    nginx -g 'daemon off;' &
    pids+=($!)
    wait_for grep -q "Watcher connected" "$log"
    wait_for test -s "$build/run/nginx.pid"
}

stop() {
    kill "${pids[@]}"
    wait "${pids[@]}" || true
    rm -f "$build"/etc/sites-enabled/* "$build"/etc/modules-enabled/90-*
}

# request ADDRESS [OPTION...]: prints the status that a client gets who claims to be at 203.0.113.9.
request() {
    curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' --cacert "$build/certs/callback-ca.crt" \
        -H 'X-Forwarded-For: 203.0.113.9' "$@"
}

# sandbox PATH [JSON]: calls the sandbox, and prints the id in its answer.
sandbox() {
    curl --silent --max-time 10 -H 'Content-Type: application/json' ${2:+--data "$2"} "http://127.0.0.1:8065/sandbox/$1" |
        sed -n 's/.*"id":"\([^"]*\)".*/\1/p'
}

# has_post REQUEST: finds the post of a request, and puts its id into the variable post.
has_post() {
    post=$(sandbox "posts/of/$1")
    [ -n "$post" ]
}

# sources PATTERN: prints the addresses that the plugin's log names in lines with PATTERN.
sources() {
    wait_for grep -q "$1" "$log"
    sed -n "/$1/s/.* remote:\([^ ]*\).*/\1/p" "$log" | sort -u | paste -s -d ' '
}

# check NAME ADDRESS SOURCE: sends a probe, a forged click and a real click through nginx. The plugin's log has to name SOURCE.
check() {
    expect "$1: GET /healthz" 200 "$(request "$2/healthz")"
    expect "$1: a forged click is refused" 403 \
        "$(request "$2/mattermost_action" -H 'Content-Type: application/json' --data "$click")"
    expect "$1: the address of the forged click in the log" "$3" "$(sources "Refused a request to the action route")"
    local id
    id=$(sandbox requests '{"user":"carol","roles":["dba"],"reason":"nginx"}')
    wait_for has_post "$id"
    sandbox "posts/$post/actions/approve" '{"as":"alice"}'
    expect "$1: the address of the real click in the log" "$3" "$(sources "approved")"
}

# This is a click without a valid signature.
click='{"user_id":"xc4bexnho78i3fe6d45jxozfbw","user_name":"alice","channel_id":"dpygwdyjubydfne5nshbuea4ga","channel_name":"c",
"team_id":"fi1rjwgkwtn6jpnnsgbgubh8po","team_domain":"t","post_id":"wbh6ytrjrbg6id39bsbiji8cpa","trigger_id":"dA==","type":"",
"data_source":"","context":{"action":"approve","req_id":"305dc2e2-6700-485c-a62a-74712b40900e","signature":"c2ln"}}'

"$release/teleport-mattermost-sandbox" --certs "$build/certs" --write-config "$build/sandbox.toml" >"$build/sandbox.log" &
wait_for test -s "$build/sandbox.toml"

cp config/nginx/site.conf "$build/etc/sites-enabled/"
start kept https://access.example.com/teleport-mattermost '"127.0.0.1"' --insecure-no-tls
check "prefix kept" https://access.example.com/teleport-mattermost 192.0.2.7
expect "prefix kept: other paths are not the plugin's" 404 "$(request https://access.example.com/healthz)"
stop

sed 's,proxy_pass http://127.0.0.1:8081;,proxy_pass http://127.0.0.1:8081/;,' config/nginx/site.conf \
    >"$build/etc/sites-enabled/site.conf"
start stripped https://access.example.com/teleport-mattermost '"127.0.0.1"' --insecure-no-tls
check "prefix stripped" https://access.example.com/teleport-mattermost 192.0.2.7
stop

cp config/nginx/stream.conf "$build/etc/modules-enabled/90-teleport-mattermost.conf"
start stream https://access.example.com:8443 ''
check "TLS passed through" https://access.example.com:8443 127.0.0.1
stop

[ "$failures" -eq 0 ]
