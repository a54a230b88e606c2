package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// cpu returns how long all threads of a process have run so far, in nanoseconds, which is the first number of each thread's
// schedstat. A thread that ended in between is not counted, but neither server ends threads under load.
func cpu(pid int) int64 {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	check(err)
	var total int64
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err != nil {
			continue
		}
		var nanoseconds int64
		fmt.Sscan(string(text), &nanoseconds)
		total += nanoseconds
	}
	return total
}

// resident returns the resident memory of a process in kB.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	check(err)
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return pages * int64(os.Getpagesize()) / 1024
}

// printIdle prints the milliseconds of CPU time that a process uses in a minute in which nobody asks anything of it.
func printIdle() {
	const seconds = 30
	before := cpu(*pid)
	sleepSeconds(seconds)
	fmt.Printf("%.1f\n", float64(cpu(*pid)-before)/1e6*60/seconds)
}

// waitUntilListening prints the time at which the address first accepted a connection, in nanoseconds since 1970. It waits for
// at most 20 s.
func waitUntilListening() {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Microsecond) {
		conn, err := net.Dial("tcp", *address)
		if err == nil {
			fmt.Println(time.Now().UnixNano())
			conn.Close()
			return
		}
	}
	fmt.Fprintln(os.Stderr, "nothing listens on", *address)
	os.Exit(1)
}

func sleepSeconds(count int) { time.Sleep(time.Duration(count) * time.Second) }
