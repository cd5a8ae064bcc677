package gateway

import (
	"fmt"
	"slices"
	"testing"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// members lists who served each session, without repetitions: "1: s1 s2".
func (l *groupLab) sessions() (all []string) {
	by := map[int][]string{}
	for _, s := range event.Of[event.SessionServed](l.Log.Events()) {
		if last := by[s.Session]; len(last) == 0 || last[len(last)-1] != s.By {
			by[s.Session] = append(by[s.Session], s.By)
		}
	}
	for session := 1; session <= len(by); session++ {
		all = append(all, fmt.Sprint(session, by[session]))
	}
	return all
}

// TestAffinity: four sessions, which take turns, and three members. The second
// requests come from 5 s on. With affinity each session stays on the member of
// its first request; without, the turns of sessions and members differ.
func TestAffinity(t *testing.T) {
	stays := []string{"1 [s1]", "2 [s2]", "3 [s3]", "4 [s1]"}
	for _, c := range []struct {
		name     string
		affinity *topology.SessionAffinity
		want     []string
	}{
		{"active", &topology.SessionAffinity{Mode: "active", Domain: topology.NoDomain}, stays},
		{"when a member begins a session", &topology.SessionAffinity{Domain: topology.NoDomain}, stays},
		{"of another cookie", &topology.SessionAffinity{Domain: topology.NoDomain, Monitored: []string{"OTHER"}}, []string{"1 [s1 s2]", "2 [s2 s3]", "3 [s3 s1]", "4 [s1 s2]"}},
		{"passive", &topology.SessionAffinity{Mode: "passive"}, stays},
		// Clients refuse a cookie for a domain that is not theirs.
		{"with the product's domain", &topology.SessionAffinity{Mode: "active"}, []string{"1 [s1 s2]", "2 [s2 s3]", "3 [s3 s1]", "4 [s1 s2]"}},
		{"over https only", &topology.SessionAffinity{Mode: "active", Domain: topology.NoDomain, Secure: true}, []string{"1 [s1 s2]", "2 [s2 s3]", "3 [s3 s1]", "4 [s1 s2]"}},
		{"none", nil, []string{"1 [s1 s2]", "2 [s2 s3]", "3 [s3 s1]", "4 [s1 s2]"}},
	} {
		l := newGroupLab(t, topology.LBGroup{Affinity: c.affinity})
		l.ask(topology.Client{Sessions: 4, Stop: 8500 * millisecond})
		l.Run(20 * second)
		if got := l.sessions(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// TestAffinityMoves: a session whose member is softdown moves, and stays where
// it has moved when the member is up again.
func TestAffinityMoves(t *testing.T) {
	for _, mode := range []string{"active", "activeConditional"} {
		l := newGroupLab(t, topology.LBGroup{
			Damp: 5 * second, Affinity: &topology.SessionAffinity{Mode: mode, Domain: topology.NoDomain},
		})
		l.At(1500*millisecond, func() { l.stop(0) })
		l.At(4500*millisecond, func() {
			if err := l.backends[0].StartService(topology.BackendService); err != nil {
				t.Error(err)
			}
		})
		l.ask(topology.Client{Sessions: 1, Stop: 20500 * millisecond})
		l.Run(30 * second)
		// 1 s: s1. 2 s: its connection fails, and nothing is tried again. 3 s: s2 or
		// s3, and from 7 s on s1 would be up.
		if got, want := l.sessions(), []string{"1 [s1 s2]"}; !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", mode, got, want)
		}
		l.wantOutcomes(map[string]int{"200 by a": 19, "status-500": 1})
	}
}
