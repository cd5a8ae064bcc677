package netns

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// niceOf lists the nice values of all threads of this process, each once.
func niceOf(t *testing.T) []int {
	t.Helper()
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Fatal(err)
	}
	var values []int
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		got, err := unix.Getpriority(unix.PRIO_PROCESS, id)
		if err != nil {
			continue // it has ended
		}
		if nice := 20 - got; !slices.Contains(values, nice) {
			values = append(values, nice)
		}
	}
	return values
}

// TestPrefer: all threads get priority, and restore undoes it.
func TestPrefer(t *testing.T) {
	before := niceOf(t)
	if len(before) != 1 {
		t.Skipf("the threads of this process are of %v: nobody can say what they were before", before)
	}
	restore := Prefer()
	if got := niceOf(t); !slices.Equal(got, []int{preferredNice}) {
		restore()
		t.Skipf("this process may not come first (CAP_SYS_NICE is missing): got %v", got)
	}
	restore()
	if got := niceOf(t); !slices.Equal(got, before) {
		t.Errorf("after restore: got %v, want %v", got, before)
	}
}

func TestGroupPrefer(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		g.Prefer()
		for _, folder := range g.Folders() {
			for name, want := range map[string]string{"cpu.weight": "2000", "cpu.shares": "20480"} { // order: each for itself
				if _, err := os.Stat(filepath.Join(folder, name)); err != nil {
					continue
				}
				if got := readWords(filepath.Join(folder, name)); !slices.Equal(got, []string{want}) {
					t.Errorf("%s: got %v, want %s", name, got, want)
				}
			}
		}
	})
}
