package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"time"
)

// decide makes requests in the sandbox, waits for each post, and clicks its button, one after the other. It prints the median
// milliseconds from a request to its post and from a click to its answer, and the plugin's CPU time in milliseconds for a post,
// and for a click with the update of its post.
func decide() {
	var posted, answered []float64
	var posting, clicking int64
	for i := 0; i < *count+10; i++ {
		isWarm := i >= 10
		before := cpu(*pid)
		begun := time.Now()
		request := ask("requests", map[string]any{"user": "carol", "roles": []string{"k8s-admin"}, "reason": "a benchmark"})["id"].(string)
		var post string
		for post == "" {
			time.Sleep(time.Millisecond)
			post, _ = ask("posts/of/"+request, nil)["id"].(string)
		}
		took := time.Since(begun)
		quiet()
		between := cpu(*pid)
		begun = time.Now()
		ask("posts/"+post+"/actions/approve", map[string]any{"as": "alice"})
		reply := time.Since(begun)
		quiet()
		if isWarm {
			posted = append(posted, took.Seconds()*1000)
			answered = append(answered, reply.Seconds()*1000)
			posting += between - before
			clicking += cpu(*pid) - between
		}
	}
	each := func(total int64) float64 { return float64(total) / 1e6 / float64(*count) }
	fmt.Printf("%.2f %.2f %.2f %.2f\n", median(posted), median(answered), each(posting), each(clicking))
}

// quiet waits until the plugin has used no CPU time for 50 ms.
func quiet() {
	for last := int64(-1); last != cpu(*pid); time.Sleep(50 * time.Millisecond) {
		last = cpu(*pid)
	}
}

func ask(path string, body map[string]any) map[string]any {
	var reply *http.Response
	var err error
	if body == nil {
		reply, err = http.Get(*page + "/sandbox/" + path)
	} else {
		text, _ := json.Marshal(body)
		reply, err = http.Post(*page+"/sandbox/"+path, "application/json", bytes.NewReader(text))
	}
	check(err)
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	check(err)
	answer := map[string]any{}
	json.Unmarshal(text, &answer)
	return answer
}

func median(values []float64) float64 {
	sort.Float64s(values)
	return values[len(values)/2]
}
