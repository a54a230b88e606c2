#!/bin/sh
# checksums.sh: prints the checksums of the protos and of the code that was generated for them, and the versions of the
# generators. generate.sh writes them to Protos/checksums.txt. `make check-protos` compares them, which takes no time: building
# the generators would take minutes.
set -eu
cd "$(dirname "$0")"
grep -oE 'url: "[^"]*/(grpc-)?swift-protobuf", exact: "[^"]*"' ../../Package.swift
LC_ALL=C sha256sum Protos/*.proto Generated/*.swift
