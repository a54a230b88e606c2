package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// cpu returns how long all threads of a process have run so far, those that have ended included, in nanoseconds. It reads the
// process's own clock, whose number Linux makes of the process id (clock_getcpuclockid(3)).
func cpu(pid int) int64 {
	const scheduled = 2
	clock := int32(^pid<<3 | scheduled)
	var time syscall.Timespec
	_, _, code := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&time)), 0)
	if code != 0 {
		check(code)
	}
	return time.Nano()
}

// resident returns the resident memory of a process in kB.
func resident(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	check(err)
	var size, pages int64
	fmt.Sscan(string(text), &size, &pages)
	return pages * int64(os.Getpagesize()) / 1024
}

// peak returns the most memory that was resident so far, in MB.
func peak(pid int) float64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	check(err)
	for _, line := range strings.Split(string(text), "\n") {
		var size float64
		if n, _ := fmt.Sscanf(line, "VmHWM: %f kB", &size); n == 1 {
			return size / 1024
		}
	}
	return 0
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
