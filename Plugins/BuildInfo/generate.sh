#!/bin/sh
# generate.sh PACKAGE OUTPUT: writes OUTPUT/BuildInfo.swift, and only when it changes, so that nothing is rebuilt in vain.
set -eu
package=$1 output=$2
ref=$(git -C "$package" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
# The compiler on PATH, or the one beside the program that runs this build.
compiler=$(command -v swiftc || echo "$(dirname "$(readlink "/proc/$PPID/exe")")/swiftc")
swift=$("$compiler" --version 2>&1 | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
mkdir -p "$output"
cat >"$output/BuildInfo.swift.new" <<SWIFT
enum BuildInfo {
    static let gitRef = "$ref"
    static let swiftVersion = "${swift:-unknown}"
}
SWIFT
if cmp -s "$output/BuildInfo.swift.new" "$output/BuildInfo.swift"; then
    rm "$output/BuildInfo.swift.new"
else
    mv "$output/BuildInfo.swift.new" "$output/BuildInfo.swift"
fi
