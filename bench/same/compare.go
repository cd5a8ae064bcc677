package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// compare compares the runs of the new side with those of the old, which must
// all exist, and prints what differs.
func compare(before, after string, seeds int, r rules, gone []string, out io.Writer) error {
	old, err := runsIn(before, seeds)
	if err != nil {
		return err
	}
	now, err := runsIn(after, seeds)
	if err != nil {
		return err
	}
	different, compared := 0, 0
	for _, name := range old {
		if slices.Contains(gone, incidentOf(name)) {
			continue
		}
		compared++
		problems, err := compareRun(filepath.Join(before, name), filepath.Join(after, name), incidentOf(name), r)
		if err != nil {
			problems = append(problems, err.Error())
		}
		if len(problems) > 0 {
			different++
		}
		for _, p := range problems {
			fmt.Fprintf(out, "%s: %s\n", name, p)
		}
	}
	if compared == 0 {
		return fmt.Errorf("%s: no run to compare", before)
	}
	var added []string
	for _, name := range now {
		if incident := incidentOf(name); !slices.Contains(old, name) && !slices.Contains(added, incident) {
			added = append(added, incident)
		}
	}
	fmt.Fprintf(out, "%d runs compared, %d differ", compared, different)
	if len(added) > 0 {
		fmt.Fprintf(out, "; new incidents: %s", strings.Join(added, ", "))
	}
	fmt.Fprintln(out)
	if different > 0 {
		return fmt.Errorf("%w in %d of %d runs", errDiffers, different, compared)
	}
	return nil
}

// runsIn lists the runs of a folder with these seeds, each in its own folder,
// such as cable-pull-seed-1.
func runsIn(folder string, seeds int) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*", "run.json"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		for seed := 1; seed <= seeds; seed++ {
			if strings.HasSuffix(name, fmt.Sprint("-seed-", seed)) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no runs with seeds 1 to %d in it", folder, seeds)
	}
	slices.Sort(names)
	return names, nil
}

// incidentOf returns the incident of a run: the part of its name before the
// seed.
func incidentOf(name string) string { return name[:strings.LastIndex(name, "-seed-")] }

// compareRun compares two folders of one run and returns the differences.
func compareRun(before, after, incident string, r rules) ([]string, error) {
	if _, err := os.Stat(filepath.Join(after, "run.json")); err != nil {
		return []string{"the new binary has no such run"}, nil
	}
	old, err := readJSON(filepath.Join(before, "run.json"))
	if err != nil {
		return nil, err
	}
	now, err := readJSON(filepath.Join(after, "run.json"))
	if err != nil {
		return nil, err
	}
	var problems []string
	if a, b := framesOf(old), framesOf(now); a != b {
		problems = append(problems, fmt.Sprintf("frames of the digest: %s before, %s after", a, b))
	}
	problems = append(problems, r.value(incident, "", old, now)...)
	events, err := compareEvents(filepath.Join(before, "events.jsonl"), filepath.Join(after, "events.jsonl"))
	return append(problems, events...), err
}

// framesOf returns the frame part of the digest of a run.json.
func framesOf(run any) string {
	object, _ := run.(map[string]any)
	digest, _ := object["digest"].(string)
	frames, _, _ := strings.Cut(digest, "-")
	return frames
}
