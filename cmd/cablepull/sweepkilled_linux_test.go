package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// TestSweepGivesTheSameBytes: on one worker and on sixteen, in shards and
// whole, and however often the command and its workers are killed and started
// again.
func TestSweepGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	path, dir, kills := sweptFile(t), t.TempDir(), kills(t)
	seeds := fmt.Sprintf("1..%d", 20+20*kills)
	args := func(more ...string) []string {
		return append([]string{"sweep", path, "--vary", holdKnob + "=6s,10s", "--seeds", seeds, "--quiet"}, more...)
	}
	file := func(name string) string { return filepath.Join(dir, name) }
	bytesOf := func(name string) string {
		text, err := os.ReadFile(file(name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	began := time.Now()
	if out, err := command(args("--jobs", "1", "--csv", file("one.csv"))...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	longest := time.Since(began) / time.Duration(4*(kills+1)) // two workers take half of the time
	want := bytesOf("one.csv")

	_, status, commands, workers := killing(t, 8, kills, longest, args("--jobs", "2", "--out", file("killed"), "--csv", file("killed.csv"))...)
	t.Logf("killed the command %d times and workers %d times", commands, workers)
	if got := bytesOf("killed.csv"); status != exitPassed || commands+workers < kills || got != want {
		t.Errorf("killed %d and %d times: status %d, and the same bytes: %v", commands, workers, status, got == want)
	}
	merge := []string{"merge", "--quiet", "--csv", file("shards.csv")}
	for number := 3; number >= 1; number-- {
		folder := file("shard-" + strconv.Itoa(number))
		merge = append(merge, folder)
		if out, err := command(args("--jobs", "16", "--shard", fmt.Sprintf("%d/3", number), "--out", folder)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if out, err := command(merge...).CombinedOutput(); err != nil || bytesOf("shards.csv") != want {
		t.Errorf("in shards, on sixteen workers: %v, and the same bytes: %v\n%s", err, err == nil && bytesOf("shards.csv") == want, out)
	}
}
