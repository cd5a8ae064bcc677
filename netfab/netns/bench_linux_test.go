package netns

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
)

// The yardstick is the kernel's bridge between cables of the same kind,
// offloads off, in the same run: two kernels communicate through it, and
// through two ports and a copying loop. Rounds alternate, because the machine
// also has other work, and the medians are compared.
//
// Bars (issue 3): through the ports ≥ 1.2 Gbit/s and ≥ 0.4 × the bridge; the
// median ping ≤ 150 µs longer.

// bridge joins the two cables in the kernel.
func (s *segment) bridge(tb testing.TB) {
	tb.Helper()
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "bridge"
	bridge := &netlink.Bridge{LinkAttrs: attrs}
	if err := s.fabric.handle.LinkAdd(bridge); err != nil {
		tb.Skipf("no kernel bridge: %v", err)
	}
	if err := s.fabric.silence(bridge); err != nil {
		tb.Fatal(err)
	}
	for _, c := range s.cables {
		if err := s.fabric.handle.LinkSetMaster(c.near, bridge); err != nil {
			tb.Fatal(err)
		}
	}
	if err := s.fabric.handle.LinkSetUp(bridge); err != nil {
		tb.Fatal(err)
	}
}

// compare measures both in turn and reports the medians.
func compare(b *testing.B, unit string, measure func(*segment) float64) (ports, bridge float64) {
	b.Helper()
	joined, bridged := newSegment(b, false), newSegment(b, false)
	pair := joined.join(b)
	bridged.bridge(b)
	var byPorts, byBridge []float64
	for b.Loop() {
		byPorts = append(byPorts, measure(joined))
		byBridge = append(byBridge, measure(bridged))
	}
	slices.Sort(byPorts)
	slices.Sort(byBridge)
	ports, bridge = byPorts[len(byPorts)/2], byBridge[len(byBridge)/2]
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ports, unit+"-ports")
	b.ReportMetric(bridge, unit+"-bridge")
	b.ReportMetric(float64(pair[0].Stats().Lost+pair[1].Stats().Lost), "lost")
	return ports, bridge
}

func BenchmarkThroughput(b *testing.B) {
	if _, err := exec.LookPath("iperf3"); err != nil {
		b.Skip("iperf3 is not installed")
	}
	ports, bridge := compare(b, "Mbit/s", func(s *segment) float64 { return throughput(b, s) })
	b.ReportMetric(ports/bridge, "ratio")
}

// throughput is the throughput of one TCP connection of iperf3 over two
// seconds, in Mbit/s.
func throughput(b *testing.B, s *segment) float64 {
	b.Helper()
	server := exec.Command("iperf3", "-s", "-1")
	if err := s.nodes[1].Do(server.Start); err != nil {
		b.Fatal(err)
	}
	defer server.Wait()
	defer server.Process.Kill()
	var report struct {
		Error string
		End   struct {
			Received struct {
				Rate float64 `json:"bits_per_second"`
			} `json:"sum_received"`
		}
	}
	err := eventually(func() error { // refused until the server listens
		out, err := output(s.nodes[0], "iperf3", "-c", "192.0.2.2", "-t", "2", "-J")
		if err == nil {
			err = json.Unmarshal([]byte(out), &report)
		}
		if err == nil && report.End.Received.Rate == 0 {
			err = fmt.Errorf("iperf3: %s", report.Error)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return report.End.Received.Rate / 1e6
}

func BenchmarkLatency(b *testing.B) {
	if _, err := exec.LookPath("ping"); err != nil {
		b.Skip("ping is not installed")
	}
	ports, bridge := compare(b, "µs", func(s *segment) float64 { return latency(b, s) })
	b.ReportMetric(ports-bridge, "µs-added")
}

var pingTime = regexp.MustCompile(`time=([0-9.]+) ms`)

// latency is the median of 200 pings, in µs.
func latency(b *testing.B, s *segment) float64 {
	b.Helper()
	out, err := output(s.nodes[0], "ping", "-c", "200", "-i", "0.003", "192.0.2.2")
	if err != nil {
		b.Fatal(err)
	}
	var times []float64
	for _, m := range pingTime.FindAllStringSubmatch(out, -1) {
		ms, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			b.Fatal(err)
		}
		times = append(times, 1000*ms)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// BenchmarkTenNodes creates and removes what ten nodes on one switch need. It
// is part of the time to the first hello, for which the bar is 1.5 s.
func BenchmarkTenNodes(b *testing.B) {
	var making time.Duration
	for b.Loop() {
		since := time.Now()
		fabric := newNamespace(b)
		var undo []func() error
		for i := range 10 {
			node := newNamespace(b)
			cable, err := Connect(fabric, node, CableSpec{Name: "eth0", MAC: mac(i)})
			if err != nil {
				b.Fatal(err)
			}
			port, err := Open(fabric, cable.Interface())
			if err != nil {
				b.Fatal(err)
			}
			group, err := NewGroup("a")
			if err != nil {
				b.Fatal(err)
			}
			undo = append(undo, port.Close, cable.Close, group.Delete, node.Close)
		}
		making += time.Since(since)
		for _, f := range append(undo, fabric.Close) {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(making.Milliseconds())/float64(b.N), "ms-made")
}
