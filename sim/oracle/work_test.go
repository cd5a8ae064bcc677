package oracle

import (
	"context"
	"testing"
	"time"
)

// TestUsage: what the machines say becomes figures; people see it only if a
// machine was busy.
func TestUsage(t *testing.T) {
	for _, c := range []struct {
		name    string
		busy    float64
		nothing bool
	}{{"idle", 0.004, true}, {"busy", 0.3, false}} {
		o := New(paper(100 * time.Second))
		o.Use(Usage{
			Works:  []Work{{"a", "control", 0, 1}, {"a", "service", c.busy, 7}},
			Queues: []Queue{{"mq", "orders", 12}},
		})
		m, _, err := o.Finish(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range m.Figures() {
			got[f.ID+" "+f.Of] = f.Value
		}
		for name, want := range map[string]float64{
			"utilisation a control": 0, "utilisation a service": c.busy, "queue-max a control": 1, "queue-max a service": 7,
			"messages-max mq queue orders": 12,
		} {
			if value, measured := got[name]; !measured || value != want {
				t.Errorf("%s: %s: got %v (measured: %v), want %v", c.name, name, value, measured, want)
			}
		}
		if table := workTable(&m); table.Nothing != c.nothing {
			t.Errorf("%s: nothing for people: got %v, want %v", c.name, table.Nothing, c.nothing)
		}
	}
}
