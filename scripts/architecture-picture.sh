#!/bin/bash
# architecture-picture.sh: updates the picture of the targets in docs/architecture.md from the output of
# `swift package describe`.
set -euo pipefail
cd "$(dirname "$0")/.."
document=docs/architecture.md
picture=$(mktemp)
trap 'rm -f "$picture"' EXIT
swift package describe --type json | jq -r '
    .targets[] | select(.type == "library" or .type == "executable")
    | select(.path | startswith("Sources/"))
    | .name as $name | .target_dependencies[]?
    | select(. != "BuildInfo" and (startswith("C") and (. == "COpenSSL" or . == "CCurl" or . == "CMalloc") | not))
    | "  \($name) --> \(.)"' | LC_ALL=C sort >"$picture"
{
    sed '/<!-- picture -->/q' "$document"
    echo '```mermaid'
    echo 'graph TD'
    cat "$picture"
    echo '```'
    sed -n '/<!-- end of picture -->/,$p' "$document"
} >"$document.new"
mv "$document.new" "$document"
