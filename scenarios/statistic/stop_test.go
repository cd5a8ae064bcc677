package statistic_test

import (
	"testing"

	"github.com/cablepull/cablepull/scenarios/statistic"
)

func TestStopLooksAfterBlocks(t *testing.T) {
	s := statistic.Stop{Block: 50, Most: 120, Absolute: 1}
	var looks []int
	for n, more := s.Next(0); more; n, more = s.Next(n) {
		looks = append(looks, n)
	}
	if len(looks) != 3 || looks[0] != 50 || looks[1] != 100 || looks[2] != 120 {
		t.Errorf("looks after %v runs", looks)
	}
	narrow := statistic.Interval{Value: 10, Low: 9.5, High: 10.5, HasLow: true, HasHigh: true}
	for n, want := range map[int]bool{0: false, 49: false, 50: true, 51: false, 120: true, 119: false} {
		if reached, _ := s.Reached(n, 0, narrow); reached != want {
			t.Errorf("after %d runs: %v", n, reached)
		}
	}
	if _, more := (statistic.Stop{}).Next(1000); !more {
		t.Error("without a limit, there is a last run")
	}
}

// TestStopByWidth: half the width takes four times the runs.
func TestStopByWidth(t *testing.T) {
	wide := statistic.Interval{Value: 10, Low: 9, High: 10.5, HasLow: true, HasHigh: true}
	for _, row := range []struct {
		stop    statistic.Stop
		i       statistic.Interval
		reached bool
		more    int
	}{
		{statistic.Stop{Block: 50, Relative: 0.1}, wide, true, 0},
		{statistic.Stop{Block: 50, Relative: 0.05}, wide, false, 300},
		{statistic.Stop{Block: 50, Absolute: 0.5}, wide, false, 300},
		{statistic.Stop{Block: 50, Absolute: 0.5, Relative: 0.1}, wide, true, 0},
		{statistic.Stop{Block: 50, Absolute: 0.5}, statistic.Interval{Value: 10, Low: 9.9, HasLow: true, Needs: 268}, false, 300},
		{statistic.Stop{Block: 50, Absolute: 0.5}, statistic.Interval{Value: 10, Low: 9.9, HasLow: true}, false, 0},
		{statistic.Stop{Block: 50, Relative: 0.05}, statistic.Interval{HasLow: true, HasHigh: true, High: 0.1}, false, 0},
		{statistic.Stop{Block: 50}, wide, false, 0},
	} {
		reached, more := row.stop.Reached(100, 0, row.i)
		if reached != row.reached || more != row.more {
			t.Errorf("%+v: %v, %d more; want %v, %d", row.stop, reached, more, row.reached, row.more)
		}
	}
}

func TestStopByHits(t *testing.T) {
	s := statistic.Stop{Block: 50, Hits: 10}
	for _, row := range []struct {
		hits    int
		reached bool
		more    int
	}{{10, true, 0}, {11, true, 0}, {5, false, 100}, {9, false, 50}, {0, false, 0}} {
		if reached, more := s.Reached(100, row.hits, statistic.Interval{}); reached != row.reached || more != row.more {
			t.Errorf("%d hits: %v, %d more", row.hits, reached, more)
		}
	}
}
