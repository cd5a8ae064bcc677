//go:build linux

package wire

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Throughput is the throughput of one TCP connection of iperf3, in bits per
// second.
func Throughput(way Way, span time.Duration) (float64, error) {
	out, err := way(
		[]string{"iperf3", "-c", Sink.Addr().String(), "-t", fmt.Sprint(span.Seconds()), "-J"},
		[]string{"iperf3", "-s"},
	)
	if err != nil {
		return 0, err
	}
	var report struct {
		Error string
		End   struct {
			Received struct {
				Rate float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		return 0, fmt.Errorf("wire: iperf3: %w: %s", err, out)
	}
	if report.End.Received.Rate == 0 {
		return 0, fmt.Errorf("wire: iperf3: %s", report.Error)
	}
	return report.End.Received.Rate, nil
}

var pingTime = regexp.MustCompile(`time=([0-9.]+) ms`)

// Latency is the median round trip of the given number of pings, 3 ms apart.
func Latency(way Way, pings int) (time.Duration, error) {
	out, err := way(
		[]string{"ping", "-c", fmt.Sprint(pings), "-i", "0.003", Sink.Addr().String()},
		[]string{"sleep", "60"},
	)
	if err != nil {
		return 0, err
	}
	var times []time.Duration
	for _, m := range pingTime.FindAllStringSubmatch(out, -1) {
		ms, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, fmt.Errorf("wire: ping: %w", err)
		}
		times = append(times, time.Duration(ms*float64(time.Millisecond)))
	}
	if len(times) < pings*9/10 {
		return 0, fmt.Errorf("wire: ping: got %d answers, want %d: %s", len(times), pings, out)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
