// Command reference is the server that the plugin's listener is compared with: net/http over TLS with the plugin's routes, the
// same certificate, and the same signature over the same fields.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type context struct {
	Version   string `json:"v"`
	KeyID     string `json:"kid"`
	Action    string `json:"action"`
	RequestID string `json:"req_id"`
	Cluster   string `json:"cluster"`
	Channel   string `json:"channel"`
	Recipient string `json:"recipient"`
	Issued    string `json:"iat"`
	Expires   string `json:"exp"`
	Signature string `json:"signature"`
}

type click struct {
	UserID    string  `json:"user_id"`
	UserName  string  `json:"user_name"`
	ChannelID string  `json:"channel_id"`
	TeamID    string  `json:"team_id"`
	PostID    string  `json:"post_id"`
	TriggerID string  `json:"trigger_id"`
	Context   context `json:"context"`
}

// signed returns the message that the signature covers: each field, preceded by its length in four bytes.
func (c *context) signed() []byte {
	message := make([]byte, 0, 512)
	for _, field := range []string{
		c.Version, c.KeyID, c.Cluster, c.RequestID, c.Action, c.Channel, c.Recipient, c.Issued, c.Expires,
	} {
		message = binary.BigEndian.AppendUint32(message, uint32(len(field)))
		message = append(message, field...)
	}
	return message
}

func (c *context) genuine(secret []byte) bool {
	given, err := base64.RawURLEncoding.DecodeString(c.Signature)
	if err != nil {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write(c.signed())
	return hmac.Equal(given, mac.Sum(nil))
}

func action(secret, answer []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", "POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			w.WriteHeader(http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		var click click
		if err != nil || json.Unmarshal(body, &click) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if !click.Context.genuine(secret) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		expires, err := strconv.ParseInt(click.Context.Expires, 10, 64)
		if err != nil || click.Context.Channel != click.ChannelID || time.Now().UnixMilli() >= expires {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Write(answer)
	}
}

func main() {
	address := flag.String("listen", "127.0.0.1:0", "")
	certificate := flag.String("cert", "", "")
	key := flag.String("key", "", "")
	secretFile := flag.String("secret", "", "file with the secret")
	flag.Parse()
	secret, err := os.ReadFile(*secretFile)
	if err != nil {
		log.Fatal(err)
	}
	answer := []byte(`{"ephemeral_text":"This server decides nothing.","skip_slack_parsing":true}`)
	routes := http.NewServeMux()
	for _, prefix := range []string{"", "/mattermost"} {
		routes.HandleFunc(prefix+"/mattermost_action", action([]byte(strings.TrimSpace(string(secret))), answer))
		for _, path := range []string{"/healthz", "/readyz"} {
			routes.HandleFunc(prefix+path, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				io.WriteString(w, `{"status":"ok"}`)
			})
		}
	}
	server := &http.Server{
		Addr: *address, Handler: routes, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		IdleTimeout: 120 * time.Second, MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS12, SessionTicketsDisabled: true, NextProtos: []string{"http/1.1"},
			CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
		},
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
	}
	log.Fatal(server.ListenAndServeTLS(*certificate, *key))
}
