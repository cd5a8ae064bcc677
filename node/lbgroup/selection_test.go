package lbgroup

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// weighted returns a group of members a, b, c … with these weights.
func weighted(tb testing.TB, a Algorithm, weights ...int) *Group {
	c := configured(a)
	c.Members = nil
	for i, weight := range weights {
		c.Members = append(c.Members, Member{Server: string(rune('a' + i)), Weight: weight})
	}
	return made(tb, c)
}

// connect begins a transaction that is connected at once.
func connect(g *Group, r Request) (Transaction, string) {
	tx := g.Begin(r)
	server := tx.Next(0).Server
	tx.Connected()
	return tx, server
}

// choices returns the names of the members of n connections in a row.
func choices(g *Group, n int) string {
	var b strings.Builder
	for range n {
		_, server := connect(g, Request{})
		b.WriteString(server)
	}
	return b.String()
}

// TestAlgorithms: what each algorithm chooses, and what it does about members
// that are not up. All connections stay open.
func TestAlgorithms(t *testing.T) {
	tests := []struct {
		algorithm Algorithm
		weights   []int
		down      string // one of softdown or down each
		want      string
	}{
		{RoundRobin, []int{1, 1, 1}, "", "abcabca"},
		{RoundRobin, []int{9, 1, 1}, "", "abcabca"}, // whatever the weights
		{RoundRobin, []int{1, 1, 1, 1}, "bc", "adadad"},
		{FirstAlive, []int{1, 9, 9}, "", "aaaa"},
		{FirstAlive, []int{1, 1, 1}, "a", "bbbb"},
		{FirstAlive, []int{1, 1, 1}, "ab", "cccc"},
		// nginx's own example of smooth weighted round-robin.
		{WeightedRoundRobin, []int{5, 1, 1}, "", "aabacaa" + "aabacaa"},
		{WeightedRoundRobin, []int{5, 1, 1}, "a", "bcbc"},
		{WeightedRoundRobin, []int{1, 1}, "", "abab"},
		{LeastConnections, []int{1, 1, 1}, "", "abcabc"},
		{LeastConnections, []int{9, 1, 1}, "b", "acac"},
		// Connections per weight before each choice: 0 0, 1/3 0, 1/3 1, 2/3 1, 1 1.
		{WeightedLeastConnections, []int{3, 1}, "", "abaaa"},
		{WeightedLeastConnections, []int{3, 1, 1}, "a", "bcbc"},
	}
	for _, tt := range tests {
		g := weighted(t, tt.algorithm, tt.weights...)
		for i, server := range strings.Split(tt.down, "") {
			if i == 0 {
				g.Checked(0, server, false, "")
				continue
			}
			tx := g.Begin(Request{Affine: server})
			tx.Next(0)
			tx.Failed(0, "")
		}
		if got := choices(g, len(tt.want)); got != tt.want {
			t.Errorf("%v of weights %v without %q: got %s, want %s", tt.algorithm, tt.weights, tt.down, got, tt.want)
		}
	}
}

// TestLeastConnectionsAfterRelease: the member whose connections end gets the
// next ones.
func TestLeastConnectionsAfterRelease(t *testing.T) {
	for _, a := range []Algorithm{LeastConnections, WeightedLeastConnections} {
		g := weighted(t, a, 2, 2, 2)
		live := make([]Transaction, 6)
		for i := range live {
			live[i], _ = connect(g, Request{}) // a b c a b c
		}
		live[2].Released()
		live[5].Released()
		if got := choices(g, 3); got != "cca" {
			t.Errorf("%v: got %s, want cca", a, got)
		}
	}
}

// TestWeightedRoundRobinBeginsAnew: a member of small weight does not get the
// turns that it has saved up while one of a large weight was up. Of weights
// 65000, 1 and 1 the small ones have both earned 32000 after 32000 choices. If
// that stayed, one of them could be far ahead of the other.
func TestWeightedRoundRobinBeginsAnew(t *testing.T) {
	g := weighted(t, WeightedRoundRobin, 65000, 1, 1)
	got := choices(g, 33000)
	if small := strings.Count(got, "b") + strings.Count(got, "c"); small != 1 {
		t.Fatalf("b and c were chosen %d times, want once in half a cycle", small)
	}
	g.Checked(0, "a", false, "")
	if got := choices(g, 6); got != "bcbcbc" {
		t.Errorf("after the failure: got %s, want bcbcbc", got)
	}
}

// TestSharesFollowWeights: in a cycle of weighted round-robin each member that
// is up is chosen exactly as often as its weight says.
func TestSharesFollowWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 8).Draw(t, "weights")
		c := configured(WeightedRoundRobin)
		c.Members = nil
		total := 0
		for i, weight := range weights {
			c.Members = append(c.Members, Member{Server: fmt.Sprint(i), Weight: weight})
			total += weight
		}
		g, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		if down := rapid.IntRange(0, len(weights)-1).Draw(t, "down"); len(weights) > 1 {
			g.Checked(0, fmt.Sprint(down), false, "")
			total -= weights[down]
			weights[down] = 0
		}
		for cycle := 1; cycle <= 3; cycle++ {
			for range total {
				connect(g, Request{})
			}
			for i, status := range g.Status() {
				if status.Active != cycle*weights[i] {
					t.Fatalf("weights %v: member %d was chosen %d times in %d cycles", weights, i, status.Active, cycle)
				}
			}
		}
	})
}

// TestConnectionsFollowWeights: with weighted-least-connections no member has
// more connections for its weight than another one would have with one more.
func TestConnectionsFollowWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.IntRange(1, WeightMax), 1, 8).Draw(t, "weights")
		c := configured(WeightedLeastConnections)
		c.Members = nil
		for i, weight := range weights {
			c.Members = append(c.Members, Member{Server: fmt.Sprint(i), Weight: weight})
		}
		g, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 200).Draw(t, "connections") {
			connect(g, Request{})
		}
		for _, more := range g.Status() {
			for _, less := range g.Status() {
				// (more-1)/weight <= less/weight: when the last connection of more came.
				if (more.Active-1)*less.Weight > less.Active*more.Weight {
					t.Fatalf("weights %v: got %+v and %+v", weights, more, less)
				}
			}
		}
	})
}

// TestLoadTellsQuotientsApart: the rounded load of weighted-least-connections
// has the order of the exact quotients, also of the largest weights.
func TestLoadTellsQuotientsApart(t *testing.T) {
	weight := rapid.OneOf(rapid.IntRange(1, WeightMax), rapid.IntRange(WeightMax-3, WeightMax))
	rapid.Check(t, func(t *rapid.T) {
		c := configured(WeightedLeastConnections)
		c.Members = []Member{{Server: "a", Weight: weight.Draw(t, "a")}, {Server: "b", Weight: weight.Draw(t, "b")}}
		g, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		a := rapid.Int32Range(0, 1<<31-1).Draw(t, "connections of a")
		near := int64(a) * int64(c.Members[1].Weight) / int64(c.Members[0].Weight)
		b := int32(min(max(near+rapid.Int64Range(-1, 1).Draw(t, "difference"), 0), 1<<31-1))
		g.setActive(0, a)
		g.setActive(1, b)
		want := "a"
		if int64(b)*int64(c.Members[0].Weight) < int64(a)*int64(c.Members[1].Weight) {
			want = "b"
		}
		if tx := g.Begin(Request{}); tx.Next(0).Server != want {
			t.Fatalf("%d/%d and %d/%d: did not choose %s", a, c.Members[0].Weight, b, c.Members[1].Weight, want)
		}
	})
}

// TestHashKeepsClients: a client keeps its member, in whatever order the
// members are listed (F24: two gateways decide independently). When a member
// fails, only its clients move, to several others; when it is back, so are
// they.
func TestHashKeepsClients(t *testing.T) {
	g, other := weighted(t, Hash, 1, 1, 1, 1, 1), weighted(t, Hash, 5, 4, 3, 2, 1)
	list := slices.Clone(other.cfg.Members)
	slices.Reverse(list)
	if err := other.SetMembers(0, list); err != nil {
		t.Fatal(err)
	}
	before := make(map[uint64]string)
	for client := range uint64(1000) {
		_, before[client] = connect(g, Request{Hash: client})
		if _, server := connect(other, Request{Hash: client}); server != before[client] {
			t.Fatalf("client %d: another gateway chose %s, want %s", client, server, before[client])
		}
	}
	g.Checked(0, "b", false, "")
	refuges := map[string]bool{}
	for client := range uint64(1000) {
		_, server := connect(g, Request{Hash: client})
		if before[client] == "b" {
			refuges[server] = true
		} else if server != before[client] {
			t.Errorf("client %d moved from %s to %s, but b failed", client, before[client], server)
		}
	}
	if len(refuges) != 4 || refuges["b"] {
		t.Errorf("the clients of b went to %v, want all four others", refuges)
	}
	g.Checked(0, "b", true, "")
	for client := range uint64(1000) {
		if _, server := connect(g, Request{Hash: client}); server != before[client] {
			t.Errorf("client %d: got %s, want %s again", client, server, before[client])
		}
	}
}

// TestHashIsEven: evenness is not promised, but a hash that is not close to it
// would make incidents of its own. With 1000 clients per member the standard
// deviation is 31.5; no member is off by more than 6 of them.
func TestHashIsEven(t *testing.T) {
	const members, clients = 100, 100_000
	counts := map[string]int{}
	g := crowd(t, Hash, members, false)
	for i := range clients {
		client := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
		_, server := connect(g, Request{Hash: HashClient(client)})
		counts[server]++
	}
	for server, n := range counts {
		if n < 1000-6*32 || n > 1000+6*32 {
			t.Errorf("%s has %d clients, want about 1000", server, n)
		}
	}
	if len(counts) != members {
		t.Errorf("%d members have clients, want %d", len(counts), members)
	}
}

// TestHashes compares them with the published definitions.
func TestHashes(t *testing.T) {
	// The first output of splitmix64 with seed 0.
	if got := mix(0); got != 0xe220a8397b1dcdaf {
		t.Errorf("mix(0): got %#x", got)
	}
	for _, text := range []string{"", "a", "backend-1", "\x00\xff"} {
		want := fnv.New64a()
		want.Write([]byte(text))
		if got := HashHeader(text); got != mix(want.Sum64()) {
			t.Errorf("%q: got %#x, want the mixed FNV-1a %#x", text, got, mix(want.Sum64()))
		}
	}
	v4, mapped, next := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	if HashClient(v4) != HashClient(mapped) {
		t.Error("a client has another hash when its address comes from an IPv6 socket")
	}
	if HashClient(v4) == HashClient(next) {
		t.Error("two clients have the same hash")
	}
}
