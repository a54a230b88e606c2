#!/bin/bash
# run.sh RELEASE PACKAGE TARBALL: installs, upgrades, removes and purges the Debian package in a Debian 12 without Swift, and
# installs the tarball there. RELEASE is the folder with the sandbox. `make package-test` installs what it needs. It has to run
# as root: the Debian 12 is a chroot with a network and mounts of its own. Its base is kept in .build/package for the next run.
set -euo pipefail
release=$(realpath "$1") package=$(realpath "$2") tarball=$(realpath "$3")
cd "$(dirname "$0")/../.."
base=$PWD/.build/package/base
root=$PWD/.build/package/root

if [ -z "${IN_NAMESPACE:-}" ]; then
    [ "$(id -u)" -eq 0 ] || { echo "$0: run it as root." >&2; exit 1; }
    lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$package"
    # The base has what the package depends on and recommends, and the programs that the test itself needs.
    wanted=$(for field in Depends Recommends; do dpkg-deb --field "$package" $field; done | sed 's/([^)]*)//g' | tr ',\n' '  ')
    wanted="$wanted bash-completion logrotate"
    if [ "$(cat "$base/installed" 2>/dev/null)" != "$wanted" ]; then
        rm -rf "$base"
        mkdir -p "$base"
        debootstrap --variant=minbase bookworm "$base" >"$base.log" || { tail "$base.log" >&2; exit 1; }
        # shellcheck disable=SC2086 # The variable is a list of words.
        DEBIAN_FRONTEND=noninteractive chroot "$base" apt-get install -y -qq --no-install-recommends $wanted \
            >>"$base.log" 2>&1 || { tail "$base.log" >&2; exit 1; }
        echo "$wanted" >"$base/installed"
    fi
    exec env IN_NAMESPACE=1 unshare --net --mount --pid --mount-proc --fork --kill-child "$0" "$release" "$package" "$tarball"
fi

rm -rf "$root"
cp -a "$base" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
ip link set lo up
log=$root/srv/log
mkdir -p "$root/srv/sandbox"

in_root() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" \
        </dev/null
}

as_service() {
    in_root runuser -u teleport-mattermost -- "$@"
}

# wait_for COMMAND...: waits until COMMAND succeeds, for at most 15 s.
wait_for() {
    local tries=150
    until "$@"; do
        [ $((tries -= 1)) -gt 0 ] || { echo "In vain: $*" >&2; return 1; }
        sleep 0.1
    done
}

failures=0
# expect NAME EXPECTED COMMAND...: COMMAND has to print EXPECTED.
expect() {
    local title=$1 expected=$2 actual
    shift 2
    actual=$("$@" 2>&1) || true
    if [ "$actual" = "$expected" ]; then
        echo "ok   $title"
    else
        printf 'FAIL %s\n     expected: %s\n     actual:   %s\n' "$title" "$expected" "$actual"
        failures=$((failures + 1))
    fi
}

# code COMMAND...: prints the exit code of COMMAND, whose output goes to the log.
code() {
    local code=0
    "$@" >>"$log" 2>&1 || code=$?
    echo $code
}

# modes PATH...: prints the mode and the owner of each file in the chroot.
modes() {
    in_root stat -c '%a %U:%G' "$@"
}

# exist PATH...: prints those of the paths that exist in the chroot.
exist() {
    local path
    for path in "$@"; do
        if [ -e "$root$path" ] || [ -L "$root$path" ]; then echo "$path"; fi
    done
}

name=teleport-mattermost
configuration=/etc/$name.toml
state=/var/lib/teleport/plugins/mattermost
logs=/var/log/$name
link=/etc/systemd/system/multi-user.target.wants/$name.service
version=$(sed -n 's/.*number = "\(.*\)".*/\1/p' Sources/Daemon/Version.swift)

# undescribed: prints the keys of the example configuration that the manual page does not have.
undescribed() {
    local key
    sed -n 's/^\(# \)\?\([a-z_.]*\) = .*/\2/p' config/$name.toml | sort -u | while read -r key; do
        zgrep -q '\\fB'"$key"'\(\\fR\| \)' "$root/usr/share/man/man5/$name.toml.5.gz" || echo "$key"
    done
}

echo "== Installation"
cp "$package" "$root/srv/first.deb"
expect "dpkg -i succeeds" 0 code in_root dpkg -i /srv/first.deb
expect "the user has its folder and no shell" "$state:/usr/sbin/nologin" \
    bash -c "grep ^$name: '$root/etc/passwd' | cut -d : -f 6,7"
expect "configuration, state and logs are closed to others" \
    $'640 root:teleport-mattermost\n700 teleport-mattermost:teleport-mattermost\n750 teleport-mattermost:teleport-mattermost' \
    modes "$configuration" "$state" "$logs"
expect "what is in /etc is a conffile" "/etc/logrotate.d/$name $configuration" \
    bash -c "chroot '$root' dpkg-query -W -f '\${Conffiles}' $name | awk '{ print \$1 }' | sort | paste -s -d ' '"
expect "the program runs" "$name v$version" bash -c "chroot '$root' $name version | cut -d ' ' -f 1,2"
expect "the service is enabled" "$link" exist "$link"
expect "the unit starts the packaged program" "ExecStart=/usr/bin/$name start --config=$configuration" \
    grep ExecStart= "$root/usr/lib/systemd/system/$name.service"
expect "the service does not start with an empty token" 1 code as_service /usr/libexec/$name/is-configured
expect "the manual has every setting" "" undescribed
expect "bash completes" "--config" in_root bash -c "
    source /usr/share/bash-completion/bash_completion
    source /usr/share/bash-completion/completions/$name
    COMP_WORDS=($name check --con) COMP_CWORD=2 COMP_LINE='$name check --con' COMP_POINT=\${#COMP_LINE}
    \$(complete -p $name | sed 's/.*-F \([^ ]*\).*/\1/') $name --con check
    echo \"\${COMPREPLY[*]}\""

echo "== Configuration against the sandbox"
certs/generate.sh "$root/srv/sandbox/certs"
cp "$release/$name-sandbox" "$root/srv/sandbox/"
in_root /srv/sandbox/$name-sandbox --certs /srv/sandbox/certs --write-config /srv/sandbox/$name.toml >>"$log" 2>&1 &
wait_for test -s "$root/srv/sandbox/$name.toml"
in_root install -m 0400 -o $name -g $name /srv/sandbox/certs/{auth.key,auth.crt,auth.cas,server.key,server.crt} $state
sed -e "s,/srv/sandbox/certs,$state," -e "s,^output = .*,output = \"$logs/plugin.log\"," "$root/srv/sandbox/$name.toml" \
    >"$root$configuration"
expect "check finds nothing wrong" 0 code as_service $name check --callback-ca /srv/sandbox/certs/callback-ca.crt
expect "the service would start" 0 code as_service /usr/libexec/$name/is-configured
chroot --userspec=$name:$name "$root" /usr/bin/$name start >>"$log" 2>&1 &
plugin=$!
wait_for grep -qs "Reaching Teleport" "$root$logs/plugin.log"
expect "logrotate moves the log" 0 code in_root logrotate --force /etc/logrotate.d/$name
# There is no systemd here that would pass the signal on.
kill -HUP $plugin
wait_for grep -qs "Reopened the log" "$root$logs/plugin.log"
expect "the plugin goes on in a new file" "$logs/plugin.log.1" exist $logs/plugin.log.1
kill $plugin
stopped=0
wait $plugin || stopped=$?
expect "the plugin stops when it is told to" 0 echo $stopped

echo "== Upgrade, to a version with another example configuration"
dpkg-deb --raw-extract "$package" "$root/srv/next"
sed -i 's/^Version: .*/Version: 99.0-1/' "$root/srv/next/DEBIAN/control"
echo '# A new setting.' >>"$root/srv/next$configuration"
dpkg-deb --root-owner-group --build "$root/srv/next" "$root/srv/next.deb" >>"$log"
chmod 0440 "$root$configuration"
before=$(md5sum <"$root$configuration")
expect "dpkg -i succeeds" 0 code in_root dpkg --force-confold -i /srv/next.deb
expect "the new version is installed" 99.0-1 in_root dpkg-query -W -f "\${Version}" $name
expect "the changed configuration stays" "$before" bash -c "md5sum <'$root$configuration'"
expect "and so does its changed mode" "440 root:$name" modes $configuration
expect "the service stays enabled" "$link" exist $link
rm "$root$link"
expect "the package can be installed again" 0 code in_root dpkg --force-confold -i /srv/next.deb
expect "a disabled service stays disabled" "" exist $link

echo "== Removal"
expect "dpkg --remove succeeds" 0 code in_root dpkg --remove $name
expect "the program is gone" "" exist /usr/bin/$name
expect "configuration, credentials and logs stay" "$configuration $state/auth.key $logs/plugin.log" \
    bash -c "cd '$root'; ls $(printf '.%s ' $configuration $state/auth.key $logs/plugin.log) | sed 's/^\.//' | paste -s -d ' '"
expect "the package can be installed once more" 0 code in_root dpkg --force-confold -i /srv/first.deb
expect "with the configuration of before" "$before" bash -c "md5sum <'$root$configuration'"

echo "== Purge, on a machine with another plugin"
mkdir "$root/var/lib/teleport/plugins/other"
expect "dpkg --purge succeeds" 0 code in_root dpkg --purge $name
expect "nothing stays" "" find "$root" -xdev -name "*$name*" -not -path "$root/srv/*"
expect "neither do the credentials" /var/lib/teleport/plugins/other exist $state /var/lib/teleport/plugins/other

echo "== Tarball"
tar -xzf "$tarball" -C "$root/srv"
expect "only root may install" "ERROR: You must be root: sudo ./install" in_root runuser -u nobody -- /srv/$name/install
expect "install succeeds" 0 code in_root /srv/$name/install
expect "the program runs" "$name v$version" bash -c "chroot '$root' /usr/local/bin/$name version | cut -d ' ' -f 1,2"

[ "$failures" -eq 0 ] || { echo "$failures failures; the output of the commands is in $log" >&2; exit 1; }
