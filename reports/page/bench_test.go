package page

import (
	"bytes"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// BenchmarkPage writes the page of cable-pull: at most 150 ms and 1 MB.
func BenchmarkPage(b *testing.B) {
	rec, r := played(b, "cable-pull")
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := Write(&out, rec, r, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes/page")
}

// BenchmarkPageMillion takes in a million requests and writes their page: at
// most 5 s and 5 MB.
func BenchmarkPageMillion(b *testing.B) {
	const requests, apart = 1_000_000, time.Millisecond
	var out bytes.Buffer
	for b.Loop() {
		facts := oracle.Facts{Duration: requests * apart}
		rec, highlights := picture.NewRecord(facts), reports.NewHighlights(facts)
		for i := range requests {
			took := time.Millisecond + time.Duration(i*7919%100_000)*time.Microsecond
			e := event.Event{At: time.Duration(i) * apart, Node: "c1", What: event.RequestAnswered{Request: uint64(i), Status: 200, Latency: took}}
			if i%100 == 0 {
				e.What = event.RequestFailed{Request: uint64(i), Failure: "timeout", After: took}
			}
			rec.Observe(e)
			highlights.Observe(e)
		}
		r := &reports.Result{Simulated: facts.Duration, Events: highlights.Events()}
		out.Reset()
		if err := Write(&out, rec, r, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes/page")
}
