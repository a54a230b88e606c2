package main

import (
	"bytes"
	"fmt"
	"sync/atomic"
)

// The plugin limits how many refused requests one source may make. The load therefore comes, as behind a proxy, from as many
// sources as the plugin keeps an account of, 4096. Both servers get the header; only the plugin reads it.
const (
	sources      = 4000
	sourceHeader = "X-Forwarded-For: 192.168.100.100\r\n"
)

var made atomic.Uint32

// nextSource returns the address of the next source, in the same number of bytes as the one of sourceHeader.
func nextSource() string {
	number := made.Add(1) % sources
	return fmt.Sprintf("192.168.%d.%d", 100+number/100, 100+number%100)
}

// sourceIn returns the bytes of the address within a request.
func sourceIn(request []byte) []byte {
	at := bytes.Index(request, []byte("192.168."))
	return request[at : at+len("192.168.100.100")]
}
