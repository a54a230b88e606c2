#!/bin/bash
# tarball.sh BINARY DIR: packs teleport-mattermost-VERSION-linux-ARCHITECTURE.tar.gz in DIR, and prints its path.
set -euo pipefail
binary=$(realpath "$1")
mkdir -p "$2"
directory=$(realpath "$2")
cd "$(dirname "$0")/.."

name=teleport-mattermost
version=$(sed -n 's/.*number = "\(.*\)".*/\1/p' Sources/Daemon/Version.swift)
architecture=$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022

mkdir "$work/$name"
install -s -m 0755 "$binary" "$work/$name/$name"
# The newest version of glibc of which the binary uses a symbol. Packed relocations, which glibc reads from 2.36 on, are marked
# by a version of their own.
glibc=$(objdump -p "$binary" | sed 's/GLIBC_ABI_DT_RELR/GLIBC_2.36/' | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -n 1)
sed "s/@GLIBC@/${glibc#GLIBC_}/" packaging/install >"$work/$name/install"
chmod 0755 "$work/$name/install"
# The files keep their places, so that the links and commands in README.md and docs work.
cp -r --parents {README,CHANGELOG,CONTRIBUTING,SECURITY}.md LICENSE docs/*.md docs/images Benchmarks/README.md config \
    "$work/$name"
cat .build/checkouts/*/NOTICE* >"$work/$name/NOTICE"

# All files get the date of the commit, so that the same sources make the same archive.
date=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
archive=$directory/$name-$version-linux-$architecture.tar.gz
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$date" -c "$name" | gzip -9 -n >"$archive"
echo "$archive"
