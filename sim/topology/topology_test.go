package topology

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var compareAddresses = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func addr(text string) netip.Addr { return netip.MustParseAddr(text) }

func nic(text string) map[string]NIC {
	return map[string]NIC{"lan": {Address: netip.MustParsePrefix(text)}}
}

// pair is a standby group of two with a client.
// TestUsersSurviveTransport: a completed client with users, which has no rate,
// reads back as it is, and complete.
func TestUsersSurviveTransport(t *testing.T) {
	want := Client{Target: "http://192.0.2.100/", Users: 20, KeepAlive: &KeepAlive{}}.WithDefaults()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Client
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(want, got.WithDefaults()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func pair() Topology {
	return Topology{
		Segments: map[string]Segment{"lan": {}},
		Nodes: map[string]Node{
			"a":  {NICs: nic("192.0.2.11/24"), Gateway: &Gateway{}, Standby: map[string]Standby{"lan": {VIP: addr("192.0.2.100"), Secondary: []netip.Addr{addr("192.0.2.101")}}}},
			"b":  {NICs: nic("192.0.2.12/24"), Gateway: &Gateway{}, Standby: map[string]Standby{"lan": {}}},
			"c1": {NICs: nic("192.0.2.201/24"), Client: &Client{Target: "http://192.0.2.100/"}},
		},
	}
}

func TestDefaults(t *testing.T) {
	before, got := pair(), pair().WithDefaults()
	a := got.Nodes["a"]
	web := Service{Kind: KindHTTP, Listen: netip.MustParseAddrPort("192.0.2.100:80"), Work: 100 * time.Microsecond, Size: 1000, Backlog: 128, Source: SourceOwn, Bind: "wait"}
	persistent := true
	web.Persistent = &persistent
	web2 := web
	web2.Listen = netip.MustParseAddrPort("192.0.2.101:80")
	priority, jitter := 100, 0.1
	want := Node{
		NICs: map[string]NIC{"lan": {Address: netip.MustParsePrefix("192.0.2.11/24"), Segment: "lan", MAC: "02:00:00:00:00:01"}},
		ARP:  ARPLinux, Unknown: UnknownReset, CPU: CPU{Cores: 2}, Memory: Memory{Connection: 64 << 10, Request: 256 << 10, Policy: "refuse"},
		Nameservers: Nameservers{Timeout: 5 * time.Second, Attempts: 2},
		Gateway:     &Gateway{Services: map[string]Service{"web": web, "web-2": web2}, UserAgent: 300 * time.Second, Nameservers: Nameservers{Timeout: 5 * time.Second, Attempts: 2}, OnVIPLoss: "rst"},
		Standby: map[string]Standby{"lan": {
			Group: 1, VIP: addr("192.0.2.100"), Secondary: []netip.Addr{addr("192.0.2.101")}, Priority: &priority, Hello: 3 * time.Second, Hold: 10 * time.Second,
			Authentication: "0x5841333500000000", Profile: "datapower", Takeover: "arp", Jitter: &jitter,
			Announce: []time.Duration{0, time.Second, 2 * time.Second, 5 * time.Second}, AnnounceForm: "both",
			ResignOn: "coup", VIPMismatch: "accept",
		}},
	}
	if diff := cmp.Diff(want, a, compareAddresses); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(Segment{Latency: 100 * time.Microsecond, Ageing: 300 * time.Second, Snooping: SnoopingOff}, got.Segments["lan"]); diff != "" {
		t.Error(diff)
	}
	client := Client{Target: "http://192.0.2.100/", Resolve: "ttl", Nameservers: want.Nameservers, Rate: 10, Arrival: "const", Connections: 1, Mode: "new", Connect: 5 * time.Second, Timeout: 10 * time.Second}
	if diff := cmp.Diff(&client, got.Nodes["c1"].Client); diff != "" {
		t.Error(diff)
	}
	if b := got.Nodes["b"]; b.Gateway.Services["web"].Listen != web.Listen || b.Standby["lan"].VIP.IsValid() || b.NICs["lan"].MAC != "02:00:00:00:00:02" {
		t.Errorf("a member that learns its VIP: got %+v", b)
	}
	if diff := cmp.Diff(before, pair(), compareAddresses); diff != "" {
		t.Errorf("the original changed: %s", diff)
	}
	if diff := cmp.Diff(got, got.WithDefaults(), compareAddresses); diff != "" {
		t.Errorf("defaults of what is complete changed it: %s", diff)
	}
}

// What was said stays.
func TestDefaultsKeepWhatIsSaid(t *testing.T) {
	zero := 0
	none := 0.0
	s := Standby{Group: 30, Priority: &zero, Jitter: &none, Announce: []time.Duration{}, Hello: time.Second}
	got := s.WithDefaults()
	if got.Group != 30 || *got.Priority != 0 || *got.Jitter != 0 || len(got.Announce) != 0 || got.Hello != time.Second {
		t.Errorf("got %+v", got)
	}
	p := pair()
	a := p.Nodes["a"]
	a.Gateway = &Gateway{Services: map[string]Service{"api": {Size: 5}}}
	p.Nodes["a"] = a
	if services := p.WithDefaults().Nodes["a"].Gateway.Services; len(services) != 1 || services["api"].Size != 5 || services["api"].Listen.String() != "192.0.2.100:80" {
		t.Errorf("got %+v", services)
	}
}

// MAC addresses follow the order of names, whatever the order of maps, and do
// not repeat in a large topology.
func TestMACAddressesAreDifferent(t *testing.T) {
	big := Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{}}
	for i := range 1000 {
		big.Nodes[fmt.Sprintf("h%d", i)] = Node{NICs: nic(fmt.Sprintf("10.0.%d.%d/16", i/200, i%200+1))}
	}
	seen := map[string]bool{}
	done := big.WithDefaults()
	for i, name := range Names(done.Nodes) {
		mac := done.Nodes[name].NICs["lan"].MAC
		if want := fmt.Sprintf("02:00:00:00:%02x:%02x", (i+1)>>8, (i+1)&0xff); mac != want || seen[mac] {
			t.Fatalf("%s: got %s, want %s", name, mac, want)
		}
		seen[mac] = true
	}
	if problems := big.Validate(); len(problems) != 0 {
		t.Errorf("got %v", problems[0])
	}
}

func TestRateText(t *testing.T) {
	for text, want := range map[string]string{"20/s": "20/s", "3/min": "3/min", "1/h": "1/h", "0.5/s": "30/min", "60/min": "1/s", "7200/h": "2/s", "1.5/s": "90/min"} {
		var r, again Rate
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if r.String() != want {
			t.Errorf("%s: got %s, want %s", text, r, want)
		}
		if err := again.UnmarshalText([]byte(r.String())); err != nil || again != r {
			t.Errorf("%s: reads back as %v, %v", text, again, err)
		}
	}
	for _, text := range []string{"", "20", "/s", "0/s", "-1/s", "20/d", "NaN/s", "Inf/s", "2000000000/s", "1/s/s"} {
		var r Rate
		if err := r.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q: got %v, want an error", text, r)
		}
	}
	if got := Rate(20).Interval(); got != 50*time.Millisecond {
		t.Errorf("got %s", got)
	}
}

func TestProperties(t *testing.T) {
	whole := pair().WithDefaults()
	want := []string{
		"lan.address", "service.web", "service.web-2", "standby",
		"standby.authentication", "standby.group", "standby.hello", "standby.hold",
		"standby.lan", "standby.lan.authentication", "standby.lan.group", "standby.lan.hello", "standby.lan.hold",
		"standby.lan.preempt", "standby.lan.priority", "standby.lan.resign-on", "standby.lan.vip", "standby.lan.vip-mismatch",
		"standby.preempt", "standby.priority", "standby.resign-on", "standby.vip", "standby.vip-mismatch",
	}
	if got := whole.Nodes["a"].Properties(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	balancing := balanced(SelfBalance{}, SelfBalance{}).WithDefaults()
	more := slices.DeleteFunc(balancing.Nodes["a"].Properties(), func(p string) bool { return slices.Contains(want, p) })
	if !slices.Equal(more, []string{"standby.lan.self-balance.version", "standby.self-balance.version"}) {
		t.Errorf("with self-balancing: got %v more", more)
	}
	if got := whole.Nodes["c1"].Properties(); !slices.Equal(got, []string{"lan.address"}) {
		t.Errorf("got %v", got)
	}
	for _, good := range []string{
		"standby off", "standby.lan on", "standby.lan.priority 0", "standby.preempt on", "standby.hello 3s", "standby.vip 192.0.2.99",
		"lan.address 192.0.2.13/24", "lan.address none", "service.web off", "standby.authentication 0x1122334455667788",
	} {
		property, value := split(good)
		if err := whole.Nodes["a"].CheckSet(property, value); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"standby yes", "standby.lan 1", "standby.priority 256", "standby.group 0", "standby.preempt true", "standby.hello 3", "standby.vip ::1",
		"lan.address 192.0.2.13", "wan.address none", "service.api off", "standby.wan on", "standby.profile ios", "priority 5",
	} {
		property, value := split(bad)
		if err := whole.Nodes["a"].CheckSet(property, value); err == nil {
			t.Errorf("%s: got no error", bad)
		}
	}
}

func split(line string) (property, value string) {
	i := slices.Index([]byte(line), ' ')
	return line[:i], line[i+1:]
}
