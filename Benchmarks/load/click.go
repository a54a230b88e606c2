package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// printClick writes a click as Mattermost would send it. Its context is signed with the secret, but for another channel than the
// one that it comes from. The listener notices this only after the signature has matched, and before it asks Teleport or
// Mattermost.
func printClick() {
	secret, err := os.ReadFile(*secretFile)
	check(err)
	key := []byte(strings.TrimSpace(string(secret)))
	channel, signedFor := "dpygwdyjubydfne5nshbuea4ga", "dpygwdyjubydfne5nshbuea4gb"
	issued := time.Now()
	fields := []string{
		"2", hex.EncodeToString(mac(key, []byte("teleport-mattermost key id"))[:4]), *cluster,
		"305dc2e2-6700-485c-a62a-74712b40900e", "approve", signedFor, signedFor,
		strconv.FormatInt(issued.UnixMilli(), 10), strconv.FormatInt(issued.Add(24*time.Hour).UnixMilli(), 10),
	}
	var message []byte
	for _, field := range fields {
		message = binary.BigEndian.AppendUint32(message, uint32(len(field)))
		message = append(message, field...)
	}
	signature := mac(key, message)
	if *bad {
		signature[0] ^= 1
	}
	context := map[string]string{"signature": base64.RawURLEncoding.EncodeToString(signature)}
	for i, name := range []string{"v", "kid", "cluster", "req_id", "action", "channel", "recipient", "iat", "exp"} {
		context[name] = fields[i]
	}
	prefix := fmt.Sprintf("pfqpftm39brjiq9aw846pwu8jc:xc4bexnho78i3fe6d45jxozfbw:%d:", time.Now().UnixMilli())
	body, err := json.Marshal(map[string]any{
		"user_id": "xc4bexnho78i3fe6d45jxozfbw", "user_name": "alice", "channel_id": channel, "channel_name": "channel-name",
		"team_id": "fi1rjwgkwtn6jpnnsgbgubh8po", "team_domain": "team-name", "post_id": "wbh6ytrjrbg6id39bsbiji8cpa",
		"trigger_id": base64.StdEncoding.EncodeToString([]byte(prefix + strings.Repeat("A", 96))),
		"type":       "", "data_source": "", "context": context,
	})
	check(err)
	fmt.Println(string(body))
}

func mac(key, message []byte) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write(message)
	return hash.Sum(nil)
}
