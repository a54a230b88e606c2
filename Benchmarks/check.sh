#!/bin/bash
# check.sh HOT-PATHS [--write]: counts the instructions of the hot paths under callgrind and compares them with
# instructions.txt. It fails if a path takes 5 % more. With --write it writes the file anew.
set -euo pipefail
# Valgrind gives up on the debug information that Swift writes.
program=$(mktemp)
trap 'rm -f "$program"' EXIT
strip --strip-debug -o "$program" "$1"
counts=$(dirname "$0")/instructions.txt
few=200 many=1200

# The processor of the machine must not choose the code that is counted, and neither must chance.
export OPENSSL_ia32cap=0 GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-AVX512F,-ERMS,-FSRM SWIFT_DETERMINISTIC_HASHING=1

# instructions PATH COUNT: prints the instructions of a whole run.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
        awk '/Collected/ { print $NF; found = 1 } END { exit !found }'
}

failed=
result=
for path in parse-and-verify-a-click render-a-reply plan-a-new-request plan-a-posted-request render-a-card; do
    each=$((($(instructions $path $many) - $(instructions $path $few)) / (many - few)))
    before=$(awk -v path=$path '$1 == path { print $2 }' "$counts" 2>/dev/null || true)
    if [ -n "$before" ] && [ $((each * 100)) -gt $((before * 105)) ]; then failed="$failed $path"; fi
    awk -v path=$path -v each=$each -v before="${before:-0}" 'BEGIN {
        printf "%-28s %8d instructions%s\n", path, each, before ? sprintf(", %+.1f %% of %d", (each / before - 1) * 100, before) : "" }'
    result="$result$path $each"$'\n'
done
if [ "${2:-}" = --write ]; then
    printf '%s' "$result" >"$counts"
elif [ -n "$failed" ]; then
    echo "More than 5 % more than in $counts:$failed. If that has a good reason, run 'make bench-check WRITE=1' and commit the file." >&2
    exit 1
fi
