package b2b

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

const second = time.Second

// overdue returns what a store does by an instant, such as "1 transmit 2".
func overdue(s *Store, now time.Duration) (done []string) {
	for {
		t, a, some := s.Overdue(now)
		if !some {
			return done
		}
		done = append(done, fmt.Sprintf("%s %s %d", t.ID, a, t.Attempts))
	}
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestSender: a document is sent again at its interval until a receipt comes or
// the resends are used up, and each is due by itself.
func TestSender(t *testing.T) {
	s := NewStore(Config{Retransmit: 10 * second, Resends: 2})
	for i, id := range []string{"1", "2", "3"} {
		if a, _ := s.Submit(id, time.Duration(i)*second); a != Transmit {
			t.Errorf("%s: got %s, want it sent", id, a)
		}
	}
	if _, known := s.View("4"); known || s.Len() != 3 || s.Waiting() != 3 {
		t.Errorf("%d transactions, %d waiting, want 3 and 3", s.Len(), s.Waiting())
	}
	if at, some := s.NextDue(); !some || at != 10*second {
		t.Errorf("next due: got %v, want 10s", at)
	}
	same(t, "before", overdue(s, 9*second), []string{})
	same(t, "first", overdue(s, 10*second), []string{"1 transmit 2"})
	same(t, "receipt", s.Receipt("2", true), Confirm)
	same(t, "third", overdue(s, 20*second), []string{"3 transmit 2", "1 transmit 3"})
	same(t, "refused", s.Receipt("3", false), GiveUp)
	same(t, "last", overdue(s, 30*second), []string{"1 give up 3"})
	if _, some := s.NextDue(); some || s.Waiting() != 0 {
		t.Error("something is due, want nothing")
	}
	// Receipts afterwards change nothing.
	for id, want := range map[string]State{"1": Failed, "2": Acknowledged, "3": Failed} {
		same(t, "a receipt for "+id, s.Receipt(id, true), Ignore)
		if got, _ := s.View(id); got.State != want || !got.Sent || !got.Receipt {
			t.Errorf("%s: got %+v, want state %s with a receipt", id, got, want)
		}
	}
	same(t, "a receipt for what another has sent", s.Receipt("x", true), Unknown)
	if s.Len() != 3 {
		t.Errorf("%d transactions, want the 3", s.Len())
	}
}

// TestReceiver: a store recognises what it has had, and no other store does.
func TestReceiver(t *testing.T) {
	a, b := NewStore(Config{}), NewStore(Config{})
	same(t, "new", first(a.Arrive("1", 0)), Process)
	same(t, "status before the receipt", a.Status("1"), StatusReceived)
	a.Receipted("1")
	same(t, "status", a.Status("1"), StatusProcessed)
	same(t, "again", first(a.Arrive("1", second)), Repeat)
	same(t, "at another member", first(b.Arrive("1", second)), Process)
	same(t, "status of what is not there", b.Status("2"), NotRecognized)
	same(t, "a receipt for what came", a.Receipt("1", true), Unknown)
	b.Submit("3", 0)
	same(t, "status of what it has sent itself", b.Status("3"), NotRecognized)
	got, known := a.View("1")
	if !known || got.State != Processed || got.Sent || got.Attempts != 2 || got.Since != 0 || !got.Receipt {
		t.Errorf("got %+v", got)
	}
	b.Receipted("9") // unknown: nothing to note
	same(t, "stores", []int{a.Len(), b.Len()}, []int{1, 2})
}

func first(a Action, _ []string) Action { return a }

// TestFull: a full store refuses, or forgets the oldest that is finished. What
// waits for a receipt is never forgotten.
func TestFull(t *testing.T) {
	for _, c := range []struct {
		policy Policy
		want   []string
	}{
		{RefuseNew, []string{"transmit []", "process []", "refuse []", "refuse []"}},
		{ForgetOld, []string{"transmit []", "process []", "process [2]", "transmit [3]"}},
	} {
		s := NewStore(Config{Size: 2, WhenFull: c.policy, Retransmit: second})
		var got []string
		note := func(a Action, forgotten []string) { got = append(got, fmt.Sprintf("%s %v", a, forgotten)) }
		note(s.Submit("1", 0))
		note(s.Arrive("2", 1))
		note(s.Arrive("3", 2))
		note(s.Submit("4", 3))
		same(t, string(c.policy), got, c.want)
		if !s.Full() || s.Len() != 2 {
			t.Errorf("%s: %d transactions, want 2", c.policy, s.Len())
		}
		// What is known is no matter of room.
		if c.policy == RefuseNew {
			same(t, "a duplicate", first(s.Arrive("2", 4)), Repeat)
			continue
		}
		same(t, "both wait", first(s.Arrive("5", 5)), Refuse)
		s.Receipt("1", true)
		same(t, "one is finished", first(s.Arrive("2", 6)), Process)
	}
}

// TestExpire: finished transactions go when their retention is over.
func TestExpire(t *testing.T) {
	s := NewStore(Config{Retention: 10 * second, Retransmit: 100 * second})
	s.Submit("1", 0)
	s.Arrive("2", second)
	s.Arrive("3", 5*second)
	same(t, "too early", s.Expire(10*second), []string{})
	same(t, "the waiting one stays", s.Expire(11*second), []string{"2"})
	s.Receipt("1", true)
	same(t, "the rest", s.Expire(15*second), []string{"1", "3"})
	same(t, "a duplicate afterwards", first(s.Arrive("2", 16*second)), Process)
	s = NewStore(Config{})
	s.Arrive("1", 0)
	same(t, "for ever", s.Expire(1000*time.Hour), []string{})
}

// TestRestart: what waits is due at once, in its order, and no more often than
// the resends allow. Numbers go on.
func TestRestart(t *testing.T) {
	s := NewStore(Config{Retransmit: 10 * second, Resends: 1})
	s.Submit("1", 0)
	s.Submit("2", second)
	n := s.Number()
	s.Restart(5 * second)
	same(t, "after the restart", overdue(s, 5*second), []string{"1 transmit 2", "2 transmit 2"})
	s.Restart(6 * second)
	same(t, "after another", overdue(s, 6*second), []string{"1 give up 2", "2 give up 2"})
	if next := s.Number(); next != n+1 {
		t.Errorf("got number %d after %d", next, n)
	}
}

// TestRandomWalk: whatever happens, in whatever order, a store holds no more
// than its size, its lists agree with it, and each transaction is sent at most
// once more than its resends.
func TestRandomWalk(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 1))
		cfg := Config{
			Retransmit: second, Resends: random.IntN(3), Size: random.IntN(6),
			WhenFull: []Policy{RefuseNew, ForgetOld}[random.IntN(2)], Retention: time.Duration(random.IntN(20)) * second,
		}
		s, now := NewStore(cfg), time.Duration(0)
		for range 500 {
			now += time.Duration(random.IntN(800)) * time.Millisecond
			id := fmt.Sprint(random.IntN(12))
			switch random.IntN(6) {
			case 0:
				if _, known := s.View("s" + id); !known {
					s.Submit("s"+id, now)
				}
			case 1:
				s.Arrive("r"+id, now)
			case 2:
				s.Receipt([]string{"r", "s"}[random.IntN(2)]+id, random.IntN(4) > 0)
			case 3:
				s.Expire(now)
			case 4:
				s.Restart(now)
			default:
				overdue(s, now)
				if at, some := s.NextDue(); some && at <= now {
					t.Fatalf("seed %d: due at %v, and it is %v", seed, at, now)
				}
			}
			s.check(t, now)
		}
	}
}

// check compares the lists of a store with what it holds.
func (s *Store) check(t *testing.T, now time.Duration) {
	t.Helper()
	var old, waiting []*Transaction
	for x := s.age.first; x != nil; x = x.after {
		old = append(old, x)
	}
	for x := s.pending.first; x != nil; x = x.next {
		waiting = append(waiting, x)
	}
	byAge := slices.IsSortedFunc(old, func(a, b *Transaction) int { return int(a.Since - b.Since) })
	byDue := slices.IsSortedFunc(waiting, func(a, b *Transaction) int { return int(a.Due - b.Due) })
	if !byAge || !byDue || len(old) != s.Len() || len(waiting) != s.Waiting() || s.cfg.Size > 0 && s.Len() > s.cfg.Size {
		t.Fatalf("%d transactions, %d by age, %d waiting, %d by due, limit %d", s.Len(), len(old), s.Waiting(), len(waiting), s.cfg.Size)
	}
	for _, x := range old {
		if (x.State == Waiting) != slices.Contains(waiting, x) || x.Sent && x.Attempts > s.cfg.Resends+1 || x.Since > now {
			t.Fatalf("got %+v", x)
		}
	}
}
