package trial

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestTrialTravels: a worker gets all of a trial except the open scenario,
// which it opens by itself. A new field that the JSON form lacks fails here.
func TestTrialTravels(t *testing.T) {
	var sent Trial
	v := reflect.ValueOf(&sent).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		switch field := v.FieldByIndex(f.Index); {
		case f.Anonymous || f.Name == "Scenario" || f.Name == "File" || f.Name == "found" || f.Name == "ready": // Open finds them again
		case field.Kind() == reflect.String:
			field.SetString("some " + f.Name)
		case f.Name == "Text":
			field.SetBytes([]byte("\xff some text"))
		case f.Name == "Set":
			field.Set(reflect.ValueOf([]Setting{{Path: "some.path", Value: "7s"}}))
		case f.Name == "Noise":
			field.Set(reflect.ValueOf([]Noise{{Word: "some.yaml", Text: []byte("about: \xff")}}))
		case field.Kind() == reflect.Uint64:
			field.SetUint(7)
		case field.Kind() == reflect.Int64:
			field.SetInt(7)
		case field.Kind() == reflect.Bool:
			field.SetBool(true)
		default:
			t.Fatalf("%s: a %s: teach this test to fill it", f.Name, field.Kind())
		}
	}
	text, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	var got Trial
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sent, got, cmpopts.IgnoreUnexported(Trial{}, Source{}, Noise{})); diff != "" {
		t.Errorf("(-sent +received):\n%s", diff)
	}
}

// TestNames: what a trial is called, for people and for the file system.
func TestNames(t *testing.T) {
	s := parse(t, "quick", quick)
	s.Name = "almost-quick"
	for _, c := range []struct {
		trial        Trial
		name, folder string
	}{
		{Trial{Source: Source{Word: "x/quick.yaml"}, Seed: 3}, "x/quick.yaml seed 3", "x/quick.yaml-seed-3"},
		{Trial{Source: Source{Word: "x/quick.yaml", Scenario: s}, Seed: 3, World: Netns}, "almost-quick seed 3", "almost-quick-seed-3"},
	} {
		if name, folder := c.trial.Name(), c.trial.Folder(); name != c.name || folder != c.folder {
			t.Errorf("got %q and %q, want %q and %q", name, folder, c.name, c.folder)
		}
	}
}

// TestPlan: each combination of seed and world has its own directory, only as
// deep as is needed to distinguish them.
func TestPlan(t *testing.T) {
	warm := strings.Replace(quick, "expect:", "timeline:\n  - 30s: reboot a warm down 5s\nexpect:", 1)
	possible, impossible := Source{Word: "q", Scenario: parse(t, "quick", quick)}, Source{Word: "w", Scenario: parse(t, "warm", warm)}
	impossible.Scenario.Name = "warm"
	type row struct {
		Word    string
		Seed    uint64
		World   World
		Dir     string
		Skipped bool
	}
	out := filepath.Join("some", "out")
	for _, c := range []struct {
		name string
		plan Plan
		want []row
	}{
		{"nothing", Plan{Worlds: []World{Virtual}}, nil},
		{"one", Plan{Sources: []Source{possible}, Worlds: []World{Virtual}, Out: out},
			[]row{{"q", 1, Virtual, filepath.Join(out, "quick-seed-1"), false}}},
		{"no directory", Plan{Sources: []Source{possible}, Worlds: []World{Virtual}, Seeds: []uint64{5, 6}},
			[]row{{"q", 5, Virtual, "", false}, {"q", 6, Virtual, "", false}}},
		{"seeds", Plan{Sources: []Source{possible}, Worlds: []World{Netns}, Seeds: []uint64{5, 6}, Out: out},
			[]row{{"q", 5, Netns, filepath.Join(out, "quick-seed-5"), false}, {"q", 6, Netns, filepath.Join(out, "quick-seed-6"), false}}},
		{"both worlds", Plan{Sources: []Source{possible}, Worlds: []World{Virtual, Netns}, Out: out},
			[]row{{"q", 1, Virtual, filepath.Join(out, "quick-seed-1", "virtual"), false}, {"q", 1, Netns, filepath.Join(out, "quick-seed-1", "netns"), false}}},
		{"impossible in one of two", Plan{Sources: []Source{possible, impossible}, Worlds: []World{Virtual, Netns}, Out: out},
			[]row{
				{"q", 1, Virtual, filepath.Join(out, "quick-seed-1", "virtual"), false}, {"q", 1, Netns, filepath.Join(out, "quick-seed-1", "netns"), false},
				{"w", 1, Virtual, filepath.Join(out, "warm-seed-1", "virtual"), false}, {"w", 1, Netns, filepath.Join(out, "warm-seed-1", "netns"), true},
			}},
	} {
		trials, err := c.plan.Trials()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		var got []row
		for _, tr := range trials {
			got = append(got, row{tr.Word, tr.Seed, tr.World, tr.Dir, tr.Skip != ""})
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	twice := Plan{Sources: []Source{possible}, Worlds: []World{Virtual}, Seeds: []uint64{2, 2}, Out: out}
	if _, err := twice.Trials(); err == nil || !strings.Contains(err.Error(), "both called quick with seed 2") {
		t.Errorf("one directory for two: got %v, want an error with the name and the seed", err)
	}
	twice.Out = ""
	if all, err := twice.Trials(); err != nil || len(all) != 2 {
		t.Errorf("two without a directory: got %d and %v, want them", len(all), err)
	}
}

// TestSeeds: ranges and lists, and what is neither.
func TestSeeds(t *testing.T) {
	for _, c := range []struct {
		text string
		want []uint64
	}{
		{"4", []uint64{4}}, {"3,7,12", []uint64{3, 7, 12}}, {"1..3,7", []uint64{1, 2, 3, 7}},
		{"18446744073709551615", []uint64{1<<64 - 1}}, // the last one ends the loop
		{"5..1", nil}, {"", nil}, {"1,", nil}, {"a", nil}, {"1..", nil}, {"-1", nil}, {"1..99999999", nil}, {"0..18446744073709551615", nil},
	} {
		got, err := ParseSeeds(c.text)
		if (err == nil) != (c.want != nil) || !cmp.Equal(got, c.want) {
			t.Errorf("%q: got %v, %v, want %v", c.text, got, err, c.want)
		}
	}
}

// TestPermit: only files that run programs need permission, and the error says
// what the user must know to give it.
func TestPermit(t *testing.T) {
	for _, c := range []struct {
		text string
		file bool
		want bool
	}{{quick, true, true}, {real, false, true}, {real, true, false}} {
		s := Source{Word: "x.yaml", Scenario: parse(t, "x", c.text), File: c.file}
		err := s.Permit()
		if (err == nil) != c.want {
			t.Errorf("file %v: got %v, want permission %v", c.file, err, c.want)
		}
		if e, is := err.(*ProgramsError); err != nil && (!is || len(e.Programs) != 2 || !bytes.Contains([]byte(e.Error()), []byte("x.yaml:7: node web would run "))) {
			t.Errorf("got %v, want the place, the node and the program", err)
		}
	}
}
