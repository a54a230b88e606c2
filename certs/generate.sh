#!/bin/sh
# generate.sh DIR: creates certificates for the sandbox and the tests in DIR. It keeps certificates that are still valid, and
# prints nothing unless it fails. CLUSTER and DAYS in the environment change the cluster's name and the certificates' lifetime.
set -eu

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
directory=$1
config=$(cd "$(dirname "$0")" && pwd)/openssl.cnf
cluster=${CLUSTER:-sandbox.example}
days=${DAYS:-825}

mkdir -p "$directory"
cd "$directory"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# run COMMAND...: runs the command, and shows its output only if it fails.
run() {
    "$@" >"$log" 2>&1 || { status=$?; cat "$log" >&2; exit $status; }
}

new_key() {
    (umask 077 && run openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1")
}

# authority NAME SUBJECT: creates NAME.key and a self-signed NAME.crt.
authority() {
    [ -s "$1.key" ] && openssl x509 -in "$1.crt" -noout -checkend 86400 >/dev/null 2>&1 && return
    new_key "$1.key"
    run openssl req -x509 -new -key "$1.key" -subj "$2" -days "$days" -config "$config" -extensions authority -out "$1.crt"
}

# leaf NAME SUBJECT AUTHORITY SECTION: creates NAME.key and a NAME.crt that AUTHORITY signed.
leaf() {
    [ -s "$1.key" ] && openssl verify -CAfile "$3.crt" "$1.crt" >/dev/null 2>&1 && return
    new_key "$1.key"
    run openssl req -new -key "$1.key" -subj "$2" -config "$config" -out "$1.csr"
    run openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 15)" \
        -days "$days" -extfile "$config" -extensions "$4" -out "$1.crt"
    rm -f "$1.csr"
}

# Teleport's host CA names the cluster in O and CN, and `tctl auth sign --format=tls` writes auth.{crt,key,cas}.
authority teleport-ca "/O=$cluster/CN=$cluster"
leaf teleport-server "/O=Auth/CN=teleport.$cluster" teleport-ca teleport_server
leaf auth "/O=access-plugin/CN=access-plugin-mattermost" teleport-ca client
cp teleport-ca.crt auth.cas
# The identity file has the same contents in one file, as `tctl auth sign --format=file` writes it. Only SSH needs its second
# and fourth part.
(umask 077 && {
    cat auth.key
    echo "ssh-rsa-cert-v01@openssh.com AAAA"
    cat auth.crt
    echo "@cert-authority *.$cluster ssh-rsa AAAA type=host"
    cat teleport-ca.crt
} >identity)

# These are the certificates of the plugin's own HTTPS listener, which Mattermost calls.
authority callback-ca "/CN=teleport-mattermost callback CA"
leaf server "/CN=localhost" callback-ca listener
