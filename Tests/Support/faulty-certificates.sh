#!/bin/sh
# faulty-certificates.sh DIR: beside what certs/generate.sh put there, certificates that must be refused.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
config=$here/../../certs/openssl.cnf
cd "$1"

sign() { # NAME SUBJECT AUTHORITY SECTION DAYS [EXTENSIONS-FILE]
    (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$1.key")
    openssl req -new -key "$1.key" -subj "$2" -config "$config" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "$3.crt" -CAkey "$3.key" -set_serial "0x$(openssl rand -hex 15)" \
        -days "$5" -extfile "${6:-$config}" -extensions "$4" -out "$1.crt" 2>/dev/null
    rm -f "$1.csr"
}

openssl ecparam -name prime256v1 -genkey -noout -out foreign-ca.key
openssl req -x509 -new -key foreign-ca.key -subj "/O=foreign.example/CN=foreign.example" -days 30 \
    -config "$config" -extensions authority -out foreign-ca.crt
sed 's/^subjectAltName = .*/subjectAltName = DNS:elsewhere.example/' "$config" >elsewhere.cnf

sign expired-client "/O=access-plugin/CN=access-plugin-mattermost" teleport-ca client -1
sign foreign-client "/O=access-plugin/CN=access-plugin-mattermost" foreign-ca client 30
sign expired-server "/O=Auth/CN=teleport.sandbox.example" teleport-ca teleport_server -1
sign misnamed-server "/CN=elsewhere.example" teleport-ca teleport_server 30 elsewhere.cnf
openssl pkey -in server.key -aes-128-cbc -passout pass:secret -out encrypted.key
openssl ec -in server.key -aes128 -passout pass:secret -out encrypted-traditional.key 2>/dev/null
openssl genrsa -traditional -out rsa.key 2048 2>/dev/null
