#!/bin/sh
# screenshot.sh URL [FILE]: the sandbox's page as a picture, FILE or docs/images/demo.png.
# URL is a running sandbox's, with the plugin connected: requests are made there, one is approved, so that the picture shows
# a decided post, an open one and an answer that only the clicker sees. Needs Debian's chromium and curl.
# PAGE_SIZE in the environment changes the picture's size in pixels, AS who looks; DEMO_STATE=keep takes the page as it is.
set -eu

[ $# -ge 1 ] || { echo "usage: $0 URL [FILE]" >&2; exit 2; }
url=${1%/}
root=$(cd "$(dirname "$0")/.." && pwd)
file=${2:-$root/docs/images/demo.png}
command -v chromium >/dev/null || { echo "$0: chromium is missing: apt-get install chromium" >&2; exit 1; }

call() {
    curl --silent --show-error --fail --max-time 10 -H 'Content-Type: application/json' "$@"
}

# new_request USER ROLES REASON: its id.
new_request() {
    call -d "{\"user\":\"$1\",\"roles\":[$2],\"reason\":\"$3\"}" "$url/sandbox/requests" | sed 's/.*"id":"\([^"]*\)".*/\1/'
}

# post_of REQUEST: the id of its post, once the plugin has made it.
post_of() {
    tries=0
    while [ $tries -lt 50 ]; do
        id=$(call "$url/sandbox/posts/of/$1" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
        [ -z "$id" ] || { echo "$id"; return; }
        tries=$((tries + 1))
        sleep 0.2
    done
    echo "$0: no post for request $1 in 10 s: is the plugin running?" >&2
    return 1
}

if [ "${DEMO_STATE:-}" != keep ]; then
    first=$(new_request carol '"k8s-admin"' 'Roll back the 2.14 release')
    post=$(post_of "$first")
    call -d '{"as":"alice"}' "$url/sandbox/posts/$post/actions/approve" >/dev/null
    second=$(new_request dave '"dba","prod-readonly"' 'Incident 4711: orders-db is slow')
    post_of "$second" >/dev/null
fi

profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
mkdir -p "$(dirname "$file")"
# As root, as in a container, chromium has no sandbox of its own.
timeout 60 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --force-prefers-reduced-motion \
    --user-data-dir="$profile" --window-size="${PAGE_SIZE:-1280,800}" --virtual-time-budget=5000 --screenshot="$file" "$url/?as=${AS:-alice}&still" \
    >"$profile/log" 2>&1 || { cat "$profile/log" >&2; exit 1; }
[ -s "$file" ] || { cat "$profile/log" >&2; exit 1; }
echo "$file"
