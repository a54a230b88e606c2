#!/bin/sh
# screenshot.sh URL [FILE]: takes a picture of the sandbox's page, and writes it to FILE or docs/images/demo.png.
# URL is the address of a running sandbox to which the plugin is connected. The script makes two requests there and approves
# one of them, so that the picture shows a decided post, an open one and an answer that only the clicker sees. It needs
# Debian's chromium and curl.
# In the environment, PAGE_SIZE changes the picture's size in pixels, AS selects the user who views the page, and
# DEMO_STATE=keep takes the picture of the page as it is.
set -eu

[ $# -ge 1 ] || { echo "usage: $0 URL [FILE]" >&2; exit 2; }
url=${1%/}
root=$(cd "$(dirname "$0")/.." && pwd)
file=${2:-$root/docs/images/demo.png}
command -v chromium >/dev/null || { echo "$0: chromium is missing: apt-get install chromium" >&2; exit 1; }

call() {
    curl --silent --show-error --fail --max-time 10 -H 'Content-Type: application/json' "$@"
}

# new_request USER ROLES REASON: creates a request and prints its id.
new_request() {
    call -d "{\"user\":\"$1\",\"roles\":[$2],\"reason\":\"$3\"}" "$url/sandbox/requests" | sed 's/.*"id":"\([^"]*\)".*/\1/'
}

# post_of REQUEST: waits until the plugin has made the request's post, and prints the post's id.
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
# Chromium cannot use its own sandbox if it runs as root, for example in a container.
timeout 60 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --force-prefers-reduced-motion \
    --user-data-dir="$profile" --window-size="${PAGE_SIZE:-1280,800}" --virtual-time-budget=5000 --screenshot="$file" "$url/?as=${AS:-alice}&still" \
    >"$profile/log" 2>&1 || { cat "$profile/log" >&2; exit 1; }
[ -s "$file" ] || { cat "$profile/log" >&2; exit 1; }
echo "$file"
