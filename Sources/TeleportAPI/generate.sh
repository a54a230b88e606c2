#!/bin/sh
# generate.sh: writes the Swift code for Protos/*.proto into Generated beside this file, and the checksums of both.
# Needs Debian's protobuf-compiler; the plugins are built from the packages that Package.swift names.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
output=$here/Generated
for plugin in protoc-gen-swift protoc-gen-grpc-swift-2; do
    swift build --package-path "$root" --product "$plugin" >&2
done
bin=$(swift build --package-path "$root" --show-bin-path)
rm -f "$output"/*.swift
mkdir -p "$output"
options=Visibility=Package,UseAccessLevelOnImports=true
protoc --proto_path="$here/Protos" --plugin="$bin/protoc-gen-swift" \
    --swift_out="$output" --swift_opt="$options" "$here"/Protos/*.proto
protoc --proto_path="$here/Protos" --plugin="$bin/protoc-gen-grpc-swift-2" \
    --grpc-swift-2_out="$output" --grpc-swift-2_opt="$options" $(grep -l '^service ' "$here"/Protos/*.proto)
# SwiftProtobuf refuses a message in which one text is not valid UTF-8, and Teleport sends what people write as it is. So the
# messages decode their texts by TextField.swift.
sed -i -e 's/decoder\.decodeSingularStringField(/decoder.decodeText(/' \
    -e 's/decoder\.decodeRepeatedStringField(/decoder.decodeTexts(/' \
    -e 's/SwiftProtobuf\.ProtobufString\>/TextField/g' "$output"/*.pb.swift
"$here/checksums.sh" >"$here/Protos/checksums.txt"
