#!/bin/bash
# deb.sh BINARY DIR: builds the Debian package teleport-mattermost_VERSION-1_ARCHITECTURE.deb in DIR, and prints its path.
# DEBFULLNAME and DEBEMAIL in the environment name the maintainer, as for Debian's own tools.
set -euo pipefail
binary=$(realpath "$1")
mkdir -p "$2"
directory=$(realpath "$2")
cd "$(dirname "$0")/.."

name=teleport-mattermost
version=$(sed -n 's/.*number = "\(.*\)".*/\1/p' Sources/Daemon/Version.swift)-1
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-teleport-mattermost} <${DEBEMAIL:-teleport-mattermost@packages.invalid}>"
# All files get the date of the commit, so that the same sources make the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022

# put MODE FILE PATH: copies FILE to PATH of the package.
put() {
    install -D -m "$1" "$2" "$root$3"
}

# put_compressed FILE PATH: compresses FILE into PATH of the package, without the name and the time of FILE.
put_compressed() {
    mkdir -p "$(dirname "$root$2")"
    gzip -9 -n <"$1" >"$root$2"
}

put 0755 "$binary" /usr/bin/$name
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root/usr/bin/$name"
put 0640 config/$name.toml /etc/$name.toml
put 0644 packaging/debian/logrotate /etc/logrotate.d/$name

put 0755 packaging/debian/is-configured /usr/libexec/$name/is-configured
put 0644 config/systemd/$name.service /usr/lib/systemd/system/$name.service
sed -i 's,/usr/local/bin/,/usr/bin/,' "$root/usr/lib/systemd/system/$name.service"
put 0644 packaging/debian/unit.conf /usr/lib/systemd/system/$name.service.d/debian.conf

scripts/man-pages.py "$binary" "$work/man"
put_compressed "$work/man/$name.1" /usr/share/man/man1/$name.1.gz
put_compressed "$work/man/$name.toml.5" /usr/share/man/man5/$name.toml.5.gz

for shell in bash zsh fish; do "$binary" --generate-completion-script $shell >"$work/$shell"; done
sed -i '1{/^#!/d}' "$work/bash" # The file is sourced and never run.
put 0644 "$work/bash" /usr/share/bash-completion/completions/$name
put 0644 "$work/zsh" /usr/share/zsh/vendor-completions/_$name
put 0644 "$work/fish" /usr/share/fish/vendor_completions.d/$name.fish

put 0644 packaging/debian/lintian-overrides /usr/share/lintian/overrides/$name

documentation=/usr/share/doc/$name
for page in {README,CONTRIBUTING,SECURITY}.md docs/*.md docs/images/* Benchmarks/README.md; do
    put 0644 "$page" "$documentation/$page"
done
find config/{teleport,nginx,monitoring,kubernetes,helm} config/*.toml -type f | while read -r example; do
    put 0644 "$example" "$documentation/examples/${example#config/}"
done
# With this link, README.md and docs find the examples where they are in the sources.
ln -s examples "$root$documentation/config"
put 0644 packaging/debian/copyright $documentation/copyright
cat .build/checkouts/*/NOTICE* >"$work/notices"
put_compressed "$work/notices" $documentation/NOTICE.gz
put_compressed CHANGELOG.md $documentation/changelog.gz
cat >"$work/changelog" <<CHANGES
$name ($version) stable; urgency=medium

  * Version ${version%-1}; changelog.gz lists the changes.

 -- $maintainer  $(date -u -R -d "@$SOURCE_DATE_EPOCH")
CHANGES
put_compressed "$work/changelog" $documentation/changelog.Debian.gz

# dpkg-shlibdeps finds the packages of the libraries that the binary needs. It wants a source package around it.
mkdir "$work/debian" "$root/DEBIAN"
touch "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O "root/usr/bin/$name" | sed -n 's/^shlibs:Depends=//p')

sed -e "s/@VERSION@/$version/; s/@ARCHITECTURE@/$architecture/; s/@DEPENDS@/$depends/; s/@MAINTAINER@/$maintainer/" \
    -e "s/@SIZE@/$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f1)/" packaging/debian/control >"$root/DEBIAN/control"
(cd "$root" && find etc -type f -printf '/%p\n' | sort >DEBIAN/conffiles)
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
install -m 0755 packaging/debian/{postinst,prerm,postrm} "$root/DEBIAN/"

package=$directory/${name}_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$package" >/dev/null
echo "$package"
