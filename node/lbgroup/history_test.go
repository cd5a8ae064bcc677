package lbgroup

import (
	"flag"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// history is a group and its model, to which the same things happen.
type history struct {
	now   time.Duration
	group *Group
	model *model
	txs   []*Transaction
	twins []*search
}

func servers() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"})
}

// membersOf draws a list of members with some of these weights. It is never
// empty, as an empty one would end most histories.
func membersOf(t *rapid.T, weights ...int) []Member {
	var list []Member
	for _, server := range rapid.SliceOfNDistinct(servers(), 1, 6, rapid.ID).Draw(t, "list") {
		list = append(list, Member{
			Server: server, Disabled: rapid.IntRange(0, 4).Draw(t, "disabled") == 0,
			Weight: rapid.SampledFrom(weights).Draw(t, "weight"),
		})
	}
	return list
}

func newHistory(t *rapid.T) *history {
	down := rapid.SampledFrom([]State{Down, SoftDown})
	c := configured(Algorithm(rapid.IntRange(0, len(algorithmWords.names)-1).Draw(t, "algorithm")))
	c.Damp = 10 * time.Second
	c.GiveUpWhenAllMembersDown = rapid.Bool().Draw(t, "give up")
	c.TryEveryServer = rapid.Bool().Draw(t, "try every")
	c.Mode = rapid.SampledFrom([]Mode{Documented, Observed}).Draw(t, "mode")
	c.FailedCheck, c.TryEveryFailed = down.Draw(t, "failed check"), down.Draw(t, "try every failed")
	c.Members = membersOf(t, 1, 1, 2, 3, 5, 10, 65000)
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &history{group: g, model: newModel(c)}
}

// next asks for a member. The model does not know which one Hash chooses, only
// that it is up, was not tried and has not joined since.
func (h *history) next(t *rapid.T, i int) {
	tx, twin := h.txs[i], h.twins[i]
	got := tx.Next(h.now)
	h.model.advance(h.now)
	ups := h.model.those(takesNew)
	first := !twin.begun
	want := twin.next()
	if want == (Choice{Why: ByAlgorithm}) { // Hash
		chosen := h.model.find(got.Server)
		if chosen == nil || !takesNew(chosen) || slices.Contains(twin.tried, chosen) || chosen.number > twin.joined {
			t.Fatalf("hash chose %+v, which is no candidate", got)
		}
		want = twin.took(chosen, ByAlgorithm)
	}
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	if chosen := h.model.find(got.Server); first && len(ups) > 0 && got.Why != ByAffinity && !slices.Contains(ups, chosen) {
		t.Fatalf("chose %+v first, which is not up, but %d members are", got, len(ups))
	}
}

// step lets one thing happen.
func (h *history) step(t *rapid.T) {
	if rapid.Bool().Draw(t, "time goes on") {
		h.now += time.Duration(rapid.IntRange(0, 60).Draw(t, "by")) * 100 * time.Millisecond
	}
	server := servers().Draw(t, "server")
	what := rapid.IntRange(0, 12).Draw(t, "what")
	if what <= 2 || len(h.txs) == 0 {
		affine := ""
		if rapid.IntRange(0, 3).Draw(t, "affine") == 0 {
			affine = server
		}
		tx := h.group.Begin(Request{Hash: uint64(what), Affine: affine})
		h.txs, h.twins = append(h.txs, &tx), append(h.twins, &search{model: h.model, affine: affine})
		h.next(t, len(h.txs)-1)
		return
	}
	i := rapid.IntRange(0, len(h.txs)-1).Draw(t, "transaction")
	switch what {
	case 3, 4, 5:
		h.txs[i].Failed(h.now, "refused")
		h.model.advance(h.now)
		h.twins[i].failed(h.now, "refused")
		h.next(t, i)
	case 6, 7:
		h.txs[i].Connected()
		h.twins[i].connected()
	case 8:
		h.txs[i].Released()
		h.twins[i].released()
	case 9, 10:
		passed := what == 9
		h.group.Checked(h.now, server, passed, "check")
		h.model.advance(h.now)
		h.model.checked(server, passed, "check")
	case 11:
		enabled := rapid.Bool().Draw(t, "enabled")
		h.group.SetAdminState(h.now, server, enabled)
		h.model.advance(h.now)
		h.model.setAdminState(server, enabled)
	case 12:
		list := slices.Clone(h.model.config.Members) // a poll without news
		if rapid.Bool().Draw(t, "news") {
			list = membersOf(t, 0, 0, 1, 1, 2, 3, 5, 10, 65000)
		}
		if err := h.group.SetMembers(h.now, list); err != nil {
			t.Fatal(err)
		}
		h.model.advance(h.now)
		h.model.setMembers(list)
	}
}

// compare compares all that is visible.
func (h *history) compare(t *rapid.T) {
	var want []Status
	for _, b := range h.model.list {
		var state State
		if err := state.UnmarshalText([]byte(b.state)); err != nil {
			t.Fatal(err)
		}
		want = append(want, Status{b.Server, state, b.Weight, b.active})
	}
	got := h.group.Status()
	if !slices.Equal(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
	if slices.ContainsFunc(got, func(s Status) bool { return s.Active < 0 }) {
		t.Fatalf("a negative number of connections: %+v", got)
	}
	if got, want := h.group.NextAt(), h.model.nextAt(); got != want {
		t.Fatalf("Damp ends at %v, want %v", got, want)
	}
	if got := h.group.Changes(); !slices.Equal(got, h.model.changes) {
		t.Fatalf("changes: got %+v, want %+v", got, h.model.changes)
	}
	h.model.changes = nil
}

// checks makes rapid play n cases unless the command line says how many.
func checks(t *testing.T, n int) {
	const name = "rapid.checks"
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	if set {
		return
	}
	was := flag.Lookup(name).Value.String()
	if err := flag.Set(name, strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set(name, was); err != nil {
			t.Fatal(err)
		}
	})
}

// TestHistories compares a group with the model in 10,000 histories: members
// come, go, fail and recover, several transactions search at the same time, and
// connections end in any order. After each step all that is visible is the
// same. At the end Damp brings back every member that has it.
func TestHistories(t *testing.T) {
	checks(t, 10_000)
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory(t)
		h.compare(t)
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			h.step(t)
			h.compare(t)
		}
		h.group.Advance(h.now + h.model.config.Damp)
		if h.group.NextAt() != Never {
			t.Fatalf("Damp ends at %v, later than it can", h.group.NextAt())
		}
		for _, s := range h.group.Status() {
			if s.State == SoftDown && h.model.config.FailedCheck == Down {
				t.Fatalf("%+v after Damp", s)
			}
		}
	})
}
