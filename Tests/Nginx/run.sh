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
# In this network 192.0.2.7 is the client's address, and 127.0.0.1 is nginx's.
ip link set lo up
ip address add 192.0.2.7/32 dev lo
cp -a /etc/nginx/. "$build/etc"
rm -f "$build"/etc/sites-enabled/* "$build"/etc/conf.d/*
# nginx shows this certificate, or the plugin does where TLS is passed through.
certificate=$build/etc/tls/access.example.com
mkdir "$build/etc/tls"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 1 -subj /CN=access.example.com \
    -addext subjectAltName=DNS:access.example.com -keyout "$certificate.key" -out "$certificate.crt" 2>/dev/null
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

# request ADDRESS [OPTION...]: prints the status that the client at 192.0.2.7 gets, who claims to be 203.0.113.9.
request() {
    curl --silent --max-time 10 --output /dev/null --write-out '%{http_code}' --interface 192.0.2.7 \
        --cacert "$certificate.crt" --connect-to "access.example.com::127.0.0.1:" \
        -H 'X-Forwarded-For: 203.0.113.9' "$@"
}

# check NAME ADDRESS SOURCE: a probe and a forged click through nginx, which the plugin's log ascribes to SOURCE.
check() {
    expect "$1: GET /healthz" 200 "$(request "$2/healthz")"
    expect "$1: a forged click is refused" 403 \
        "$(request "$2/mattermost_action" -H 'Content-Type: application/json' --data "$click")"
    wait_for grep -q 'remote:' "$log"
    expect "$1: the address in the log" "$3" "$(sed -n 's/.* remote:\([^ ]*\).*/\1/p' "$log" | sort -u | tr '\n' ' ' | sed 's/ $//')"
}

# This is a click whose signature is wrong.
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

sed 's,proxy_pass http://127.0.0.1:8081;,proxy_pass http://127.0.0.1:8081/;,' config/nginx/site.conf >"$build/etc/sites-enabled/site.conf"
start stripped https://access.example.com/teleport-mattermost '"127.0.0.1"' --insecure-no-tls
check "prefix stripped" https://access.example.com/teleport-mattermost 192.0.2.7
stop

cp config/nginx/stream.conf "$build/etc/modules-enabled/90-teleport-mattermost.conf"
start stream https://access.example.com:8443 ''
check "TLS passed through" https://access.example.com:8443 127.0.0.1
stop

[ "$failures" -eq 0 ]
