package main

import (
	"fmt"
	"time"
)

// pend makes requests in the sandbox that nobody posts yet.
func pend() {
	for i := 0; i < *count; i++ {
		ask("requests", map[string]any{"user": "carol", "roles": []string{"k8s-admin"}, "reason": "a benchmark"})
	}
}

// printPosted waits until the plugin has nothing to do any more, with all pending requests posted. It prints the milliseconds from
// -since, the CPU time that the process took since its start, in milliseconds for each request, and the most memory that it had,
// in MB.
func printPosted() {
	posted := 0
	for posted < *count {
		time.Sleep(5 * time.Millisecond)
		posted = int(ask("posts/count", nil)["count"].(float64))
	}
	took := float64(time.Now().UnixNano()-*since) / 1e6
	// The second sweep, two seconds after the start, needs the most memory.
	sleepSeconds(3)
	quiet()
	fmt.Printf("%.0f %.2f %.1f\n", took, float64(cpu(*pid))/1e6/float64(*count), peak(*pid))
}
