package layer_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/capture"
	"github.com/cablepull/cablepull/node/wire/layer"
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// balanced is a group of three whose active member is lost at 12 s.
const balanced = `
name: balanced
about: The active member of a self-balanced group is lost.
seed: 1
duration: 20s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100, priority: 110, profile: ios, hello: 1s, hold: 3s, authentication: secret, self-balance: {algorithm: rr}}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100, priority: 100, profile: ios, hello: 1s, hold: 3s, authentication: secret, self-balance: {algorithm: rr}}}}
  c: {gateway: {}, nics: {lan: 192.0.2.13/24}, standby: {lan: {vip: 192.0.2.100, priority: 90, profile: ios, hello: 1s, hold: 3s, authentication: secret, self-balance: {algorithm: rr}}}}
  c1: {nics: {lan: 192.0.2.201/24}, client: {target: "http://192.0.2.100/", rate: 6/s, mode: long-lived, connections: 6, start: 9s, timeout: 15s}}
timeline:
  - 12s: crash a
expect:
  - becomes: {node: b, state: Active, after: crash a, between: 1.9s..3s}
`

// TestRun: gopacket decodes the messages of a self-balancing group in the
// capture of a run: a report of each member every second, and after the
// takeover a request, the connections that live at c, and their
// acknowledgement.
func TestRun(t *testing.T) {
	dir, scenario := filepath.Join(t.TempDir(), "out"), filepath.Join(t.TempDir(), "balanced.yaml")
	if err := os.WriteFile(scenario, []byte(balanced), 0o644); err != nil {
		t.Fatal(err)
	}
	r := trial.InProcess{}.Play(t.Context(), trial.Trial{Source: trial.Source{Word: scenario}, World: trial.Virtual, Dir: dir})
	if r.Status() != trial.Passed {
		t.Fatalf("got status %d: %v", r.Status(), r.Err)
	}
	file, err := os.Open(filepath.Join(dir, reports.CaptureFile))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	frames, err := capture.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	auth, err := wire.ParseAuth("secret")
	if err != nil {
		t.Fatal(err)
	}
	got := map[balance.Kind]map[netip.Addr]int{}
	var last *balance.Report
	for _, f := range frames {
		p := gopacket.NewPacket(f.Data, layers.LayerTypeEthernet, gopacket.Default)
		if bad := p.ErrorLayer(); bad != nil {
			t.Fatalf("at %v: %v", f.At, bad.Error())
		}
		b, is := p.Layer(layer.TypeBalance).(*layer.Balance)
		if !is {
			continue
		}
		if !b.Authentic(auth) || b.Authentic(wire.AuthDataPower) {
			t.Errorf("at %v: the code of a message is not that of the token", f.At)
		}
		if got[b.Kind] == nil {
			got[b.Kind] = map[netip.Addr]int{}
		}
		got[b.Kind][b.Sender]++
		if b.Report != nil && b.Sender == addressOf(12) {
			last = b.Report
		}
		if b.Flows != nil && b.Sender == addressOf(13) && len(b.Flows.Flows) > 0 {
			got[b.Kind][netip.IPv4Unspecified()] += len(b.Flows.Flows)
		}
	}
	// a lives for 12 s, and reports at once when something changes.
	for member, span := range map[netip.Addr]time.Duration{addressOf(11): 12 * time.Second, addressOf(12): 20 * time.Second, addressOf(13): 20 * time.Second} {
		if n := got[balance.KindReport][member]; n < int(span/time.Second)-1 || n > int(span/time.Second)+10 {
			t.Errorf("got %d reports of %v in %v", n, member, span)
		}
	}
	if got[balance.KindRequest][addressOf(12)] == 0 || got[balance.KindAck][addressOf(12)] == 0 {
		t.Errorf("got no request or acknowledgement of the new active: %v", got)
	}
	if n := got[balance.KindFlows][netip.IPv4Unspecified()]; n != 2 {
		t.Errorf("c reports %d connections, want its two of six", n)
	}
	// One of the two that a had came back to b.
	want := netip.MustParseAddrPort("192.0.2.100:80")
	if last == nil || !last.Owner || len(last.Services) != 1 || last.Services[0].Address != want || !last.Services[0].Listening || last.Services[0].Active != 3 {
		t.Errorf("the last report of b: got %+v, want that of the owner, with three connections at %v", last, want)
	}
}

func addressOf(host byte) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, host}) }
