package event

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"reflect"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// filled returns one event of each kind with every field set to something else.
func filled() []Event {
	var events []Event
	n := 0
	for _, b := range bodies {
		v := reflect.New(reflect.TypeOf(b)).Elem()
		for i := range v.NumField() {
			n++
			switch f := v.Field(i); f.Kind() {
			case reflect.String:
				f.SetString(fmt.Sprintf("text %d \"µ\"\n", n))
			case reflect.Bool:
				f.SetBool(true)
			case reflect.Float64:
				f.SetFloat(float64(n) / 7)
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(n) * 1_000_003)
			default:
				f.SetUint(uint64(n)) // a kind that is neither panics here
			}
		}
		events = append(events, Event{time.Duration(n) * 1_234_567_891, "dp-a", v.Interface().(Body)})
		events = append(events, Event{0, "", b}) // and one with nothing set
	}
	return events
}

func TestForm(t *testing.T) {
	e := Event{12503 * time.Millisecond, "dp-b", VIPServed{"lan", "192.0.2.100", "dp-a", 1500 * time.Microsecond}}
	want := `{"at":"12.503s","at_ns":12503000000,"node":"dp-b","kind":"vip-served","segment":"lan","vip":"192.0.2.100",` +
		`"previous":"dp-a","previous_at":"1.5ms","previous_at_ns":1500000}`
	if got := string(AppendJSON(nil, e)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestRoundTrip(t *testing.T) {
	want := filled()
	var lines bytes.Buffer
	if err := WriteLines(&lines, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadLines(iotest.HalfReader(&lines))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read back (-want +got):\n%s", diff)
	}
}

// TestEveryBodyIsRegistered looks for methods called Kind in the package's
// source, so that nobody can forget the list in registry.go.
func TestEveryBodyIsRegistered(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Kind" && f.Recv != nil {
				want = append(want, fmt.Sprint(f.Recv.List[0].Type))
			}
		}
	}
	for _, b := range bodies {
		got = append(got, reflect.TypeOf(b).Name())
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
		t.Errorf("bodies in the source against those in registry.go (-want +got):\n%s", diff)
	}
}

func TestKindsAndFields(t *testing.T) {
	kinds := Kinds()
	if len(kinds) != len(bodies) || !slices.IsSorted(kinds) || !slices.Contains(kinds, "standby-changed") {
		t.Errorf("kinds: got %v", kinds)
	}
	if diff := cmp.Diff([]string{"segment", "vip", "previous", "previous_at"}, Fields("vip-served")); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if got := Fields("vip-stolen"); got != nil {
		t.Errorf("fields of an unknown kind: got %v, want nil", got)
	}
	body := RequestFailed{Request: 7, Failure: "timeout", Retried: true, After: 3 * time.Second}
	for name, want := range map[string]string{"request": "7", "failure": "timeout", "retried": "true", "after": "3s"} {
		if got, ok := Field(body, name); !ok || got != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, ok, want)
		}
	}
	if got, ok := Field(body, "after_ns"); ok {
		t.Errorf("after_ns: got %q, want no such field", got)
	}
}

// TestFormsByHand: what is written by hand is what the plan writes.
func TestFormsByHand(t *testing.T) {
	compared := map[string]int{}
	for _, e := range filled() {
		c := codecOf(e.What)
		if c != byKind[e.What.Kind()] {
			t.Errorf("%s: got the codec of %s", e.What.Kind(), c.kind)
		}
		want := c.plan.AppendMembers(nil, reflect.ValueOf(e.What))
		if got := c.appendMembers(nil, e.What); string(got) != string(want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		compared[c.kind]++
	}
	if compared["request-sent"] != 2 || compared["request-answered"] != 2 {
		t.Errorf("got %v, want two of each", compared)
	}
}

type stranger struct{}

func (stranger) Kind() string { return "stranger" }

func TestStrangersPanic(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); !strings.Contains(got, "event.stranger is not in the list") {
			t.Errorf("got %q, want a panic that names the type", got)
		}
	}()
	AppendJSON(nil, Event{What: stranger{}})
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{`nonsense`, "want an object"},
		{`{}`, `kind: got "", want one of answer-ignored`},
		{`{"at":"1s","kind":"vip-stolen"}`, `kind: got "vip-stolen"`},
		{`{"at":"1s","kind":3}`, `member "kind"`},
		{`{"at":"1s","node":null,"kind":"vip-lost"}`, `member "node"`},
		{`{"kind":"vip-lost"}`, `member "at" is missing`},
		{`{"at":"1s","at_ns":1,"kind":"vip-lost"}`, "its twin says 1s"},
		{`{"at":"1s","kind":"vip-lost","mac":"x"}`, `vip-lost: not in the form of the bench's JSON: member "mac": not known`},
	} {
		if _, err := ParseJSON([]byte(c.line)); !errors.Is(err, ErrLine) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an ErrLine with %q", c.line, err, c.want)
		}
	}
}

func TestReadLinesNamesTheLine(t *testing.T) {
	good := string(AppendJSON(nil, Event{time.Second, "a", VIPLost{"lan", "192.0.2.100"}}))
	for _, c := range []struct{ lines, want string }{
		{good + "\n\n" + good + "x\n", "line 3: not an event"},
		{good + "\n" + strings.Repeat("x", LineMax+1), "line 2: not an event: longer than"},
	} {
		events, err := ReadLines(strings.NewReader(c.lines))
		if !errors.Is(err, ErrLine) || !strings.Contains(err.Error(), c.want) || len(events) != 1 {
			t.Errorf("got %d events, %v, want 1 and %q", len(events), err, c.want)
		}
	}
	if _, err := ReadLines(io.MultiReader(strings.NewReader(good), iotest.ErrReader(io.ErrClosedPipe))); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("broken reader: got %v", err)
	}
}

// TestLongestLine: what can be written can be read, and nothing longer is
// written.
func TestLongestLine(t *testing.T) {
	size := len(AppendJSON(nil, Event{What: FaultApplied{}}))
	longest := Event{What: FaultApplied{strings.Repeat("x", LineMax-size)}}
	var lines bytes.Buffer
	if err := WriteLines(&lines, []Event{longest, longest}); err != nil {
		t.Fatal(err)
	}
	if events, err := ReadLines(&lines); err != nil || len(events) != 2 {
		t.Errorf("got %d events, %v, want 2", len(events), err)
	}
	tooLong := Event{What: FaultApplied{strings.Repeat("x", LineMax-size+1)}}
	if err := WriteLines(io.Discard, []Event{tooLong}); err == nil {
		t.Error("a line that nobody can read was written")
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWriteLinesReportsTheWriter(t *testing.T) {
	if err := WriteLines(fullDisk{}, filled()); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("got %v, want the writer's error", err)
	}
	if err := WriteLines(fullDisk{}, nil); err != nil {
		t.Errorf("no events: got %v, want nothing written", err)
	}
}

// TestAppendAllocatesNothing: the digest encodes every event.
func TestAppendAllocatesNothing(t *testing.T) {
	events := filled()
	line := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() {
		for _, e := range events {
			line = AppendJSON(line[:0], e)
		}
	}); n != 0 {
		t.Errorf("got %v allocations for %d events, want 0", n, len(events))
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	for _, e := range []Event{
		{12503 * time.Millisecond, "dp-b", StandbyChanged{"lan", 7, "Standby", "Active", true, "active timer expired", true}},
		{12503 * time.Millisecond, "c1", RequestAnswered{123456, 789, "dp-b", 200, 1234567}},
	} {
		b.Run(e.What.Kind(), func(b *testing.B) {
			b.ReportAllocs()
			line := make([]byte, 0, 4096)
			for b.Loop() {
				line = AppendJSON(line[:0], e)
			}
		})
	}
}

func BenchmarkParseJSON(b *testing.B) {
	line := AppendJSON(nil, Event{12503 * time.Millisecond, "c1", RequestAnswered{123456, 789, "dp-b", 200, 1234567}})
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseJSON(line); err != nil {
			b.Fatal(err)
		}
	}
}

// allocated is how many bytes the process has allocated so far, give or take
// what each processor holds ready.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// bounded is deferred by a fuzz target: events take 4 MiB and a hundred times
// the size of their lines at most.
func bounded(t *testing.T, size int) (check func()) {
	before := allocated()
	return func() {
		if used, most := allocated()-before, uint64(4<<20+100*size); used > most {
			t.Errorf("allocated %d bytes for an input of %d, want at most %d", used, size, most)
		}
	}
}

// FuzzReadLines: whatever is read can be written, and reads back the same.
func FuzzReadLines(f *testing.F) {
	var lines bytes.Buffer
	if err := WriteLines(&lines, filled()); err != nil {
		f.Fatal(err)
	}
	f.Add(lines.Bytes())
	for line := range bytes.Lines(lines.Bytes()) {
		f.Add(line)
	}
	f.Add([]byte(`{"at_ns":-1,"kind":"load-changed","share":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer bounded(t, len(data))()
		events, _ := ReadLines(bytes.NewReader(data))
		var once, again bytes.Buffer
		if err := WriteLines(&once, events); err != nil {
			t.Skip() // escapes may make a line longer than may be read
		}
		back, err := ReadLines(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if err := WriteLines(&again, back); err != nil || !bytes.Equal(once.Bytes(), again.Bytes()) {
			t.Errorf("written twice, read between (%v):\n%s\n%s", err, once.Bytes(), again.Bytes())
		}
	})
}
