// Command load sends requests to one listener and prints what they cost its process: CPU time and resident memory from
// /proc, never wall time.
package main

import (
	"bufio"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

var (
	address    = flag.String("address", "", "host:port")
	pid        = flag.Int("pid", 0, "the server's process")
	kind       = flag.String("kind", "", "get, post, connect, idle, quiet, ready, watching, click, decide, pend or posted")
	bodyFile   = flag.String("body", "", "for post")
	status     = flag.Int("status", 200, "that every reply must have")
	count      = flag.Int("count", 20000, "operations, or connections to hold")
	secretFile = flag.String("secret", "", "for click: file with the secret")
	cluster    = flag.String("cluster", "", "for click")
	bad        = flag.Bool("bad", false, "for click: with a signature that does not match")
	page       = flag.String("page", "", "for decide, pend and posted: the address of the sandbox's page")
	since      = flag.Int64("since", 0, "for posted: nanoseconds since 1970")
	workers    = flag.Int("workers", 16, "connections at once")
)

func dial() (*tls.Conn, error) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	// The certificate need not be verified: it was made for this run, the connection uses loopback, and only the cost on the
	// server's side is measured.
	return tls.DialWithDialer(dialer, "tcp", *address, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
}

// client is one connection, with a prepared request that is sent repeatedly, each time in the name of another source.
type client struct {
	conn    *tls.Conn
	reader  *bufio.Reader
	request []byte
	source  []byte
}

func (c *client) once() error {
	c.conn.SetDeadline(time.Now().Add(10 * time.Second))
	copy(c.source, nextSource())
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	reply, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if _, err := io.Copy(io.Discard, reply.Body); err != nil {
		return err
	}
	if reply.StatusCode != *status {
		return fmt.Errorf("%s instead of %d", reply.Status, *status)
	}
	return nil
}

func open(request []byte) (*client, error) {
	conn, err := dial()
	if err != nil {
		return nil, err
	}
	return &client{conn, bufio.NewReader(conn), request, sourceIn(request)}, nil
}

func request() []byte {
	if *kind != "post" {
		return []byte("GET /healthz HTTP/1.1\r\nHost: " + *address + "\r\nUser-Agent: load\r\n" + sourceHeader + "\r\n")
	}
	body, err := os.ReadFile(*bodyFile)
	check(err)
	body = []byte(strings.TrimSpace(string(body)))
	return append([]byte(fmt.Sprintf("POST /mattermost_action HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mattermost-Bot/1.1\r\n"+
		"Content-Length: %d\r\nAccept: application/json\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n%s\r\n",
		*address, len(body), sourceHeader)), body...)
}

// share gives each worker its part of the operations.
func share(work func(operations int) error) {
	var group sync.WaitGroup
	for worker := 0; worker < *workers; worker++ {
		group.Add(1)
		go func() {
			defer group.Done()
			check(work(*count / *workers))
		}()
	}
	group.Wait()
}

func keepAlive(clients chan *client) func(int) error {
	return func(operations int) error {
		c := <-clients
		for ; operations > 0; operations-- {
			if err := c.once(); err != nil {
				return err
			}
		}
		return c.conn.Close()
	}
}

func connectEach(operations int) error {
	for ; operations > 0; operations-- {
		c, err := open(request())
		if err != nil {
			return err
		}
		if err := c.once(); err != nil {
			return err
		}
		c.conn.Close()
	}
	return nil
}

// measure prints the microseconds of CPU time that one operation cost the server.
func measure(work func()) {
	before := cpu(*pid)
	work()
	done := *count / *workers * *workers
	fmt.Printf("%.2f\n", float64(cpu(*pid)-before)/1000/float64(done))
}

func hold() {
	// Requests before the measurement make sure that memory for code that runs for the first time is not counted as a
	// connection's memory.
	for i := 0; i < 50; i++ {
		c, err := open(request())
		check(err)
		check(c.once())
		c.conn.Close()
	}
	before := resident(*pid)
	var held []*client
	for i := 0; i < *count; i++ {
		c, err := open(request())
		check(err)
		check(c.once())
		held = append(held, c)
	}
	fmt.Printf("%.2f\n", float64(resident(*pid)-before)/float64(len(held)))
	for _, c := range held {
		c.conn.Close()
	}
}

// waitUntilReady waits until the plugin reports that it watches Teleport and reaches Mattermost, and prints that time in
// nanoseconds since 1970.
func waitUntilReady() {
	ask := []byte("GET /readyz HTTP/1.1\r\nHost: " + *address + "\r\nConnection: close\r\n" + sourceHeader + "\r\n")
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		c, err := open(ask)
		if err == nil {
			err = c.once()
			c.conn.Close()
		}
		if err == nil {
			fmt.Println(time.Now().UnixNano())
			return
		}
		if time.Now().After(end) {
			log.Fatal("not ready: ", err)
		}
	}
}

func main() {
	flag.Parse()
	switch *kind {
	case "get", "post":
		clients := make(chan *client, *workers)
		for i := 0; i < *workers; i++ {
			c, err := open(request())
			check(err)
			for warm := 0; warm < 50; warm++ {
				check(c.once())
			}
			clients <- c
		}
		measure(func() { share(keepAlive(clients)) })
	case "connect":
		measure(func() { share(connectEach) })
	case "idle":
		hold()
	case "click":
		printClick()
	case "ready":
		waitUntilListening()
	case "watching":
		waitUntilReady()
	case "quiet":
		printIdle()
	case "decide":
		decide()
	case "pend":
		pend()
	case "posted":
		printPosted()
	default:
		log.Fatal("unknown -kind")
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
