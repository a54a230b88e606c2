#!/bin/bash
# fuzz.sh FUZZER SECONDS [TARGET...]: runs each target for the given time. An input that crashes a target is saved in
# Tests/FuzzTests/Corpus, where the tests replay it. Inputs that only reach new code stay in .build/fuzz-corpus. With MERGE=1,
# a smallest set of them that reaches the same code is added to Tests/FuzzTests/Corpus.
set -euo pipefail
fuzzer=$1 seconds=$2
shift 2
corpus=Tests/FuzzTests/Corpus
work=.build/fuzz-corpus
# Swift's backtrace of a crash takes minutes with the amount of memory that the sanitizer maps.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=1
if [ $# -eq 0 ]; then
    set -- certificates clicks conditions dialogs http identity lines mattermost messages reconciliations sessions settings \
        signatures states tls toml triggers
fi
for target in "$@"; do
    export FUZZ_TARGET=$target
    mkdir -p "$corpus/$target" "$work/$target"
    FUZZ_SEEDS=$work/$target "$fuzzer"
    log=$work/$target.log
    echo "$target: $seconds s"
    if ! "$fuzzer" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 -detect_leaks=1 \
        -artifact_prefix="$corpus/$target/" "$work/$target" "$corpus/$target" 2>"$log"; then
        tail -30 "$log"
        echo "$target: failed; the log is $log. Run it again with: FUZZ_TARGET=$target $fuzzer FILE, where FILE is" \
            "$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)" >&2
        exit 1
    fi
    sed -n 's/^stat::number_of_executed_units: */  runs: /p; s/^stat::new_units_added: */  new inputs: /p' "$log"
    if [ "${MERGE:-}" = 1 ]; then
        # Inputs that contain a private key are removed, so that no key is ever committed.
        { grep -l --null "PRIVATE KEY" -r "$work/$target" || true; } | xargs -0 -r rm --
        "$fuzzer" -merge=1 "$corpus/$target" "$work/$target" 2>>"$log"
    fi
done
