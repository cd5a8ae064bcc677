package picture

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

const ms = time.Millisecond

// sample is a run under construction: so many members, of which the first is
// active and crashes, and so many clients that ask once a second.
type sample struct {
	*Record
	result reports.Result
}

func newSample(total time.Duration, members, clients, faults int, name string) *sample {
	s := &sample{Record: NewRecord(oracle.Facts{Duration: total}), result: reports.Result{Simulated: total}}
	for i := range members {
		node := fmt.Sprintf("%s%d", name, i)
		s.at(0, node, event.StandbyChanged{Interface: "lan", Group: 7, To: event.StateListen})
		if i == 0 {
			s.at(total/10, node, event.StandbyChanged{Interface: "lan", Group: 7, From: event.StateListen, To: event.StateActive, Owner: true})
			s.at(total/10, node, event.VIPGained{Interface: "lan", VIP: vip})
		}
	}
	for i := range faults {
		s.at(total/2+time.Duration(i)*total/100, "", event.FaultApplied{Fault: fmt.Sprintf("crash %s%d", name, i)})
	}
	for i := range clients {
		node := fmt.Sprintf("client-%s-%d", name, i)
		for at := total / 5; at < total; at += total / 20 {
			s.at(at, node, event.RequestSent{Request: 1, Conn: 1, Attempt: 1})
			if at > total/2 && at < total*3/5 {
				s.at(at+5*ms, node, event.RequestFailed{Request: 1, Failure: "timeout", After: 5 * ms})
			} else {
				s.at(at+2*ms, node, event.RequestAnswered{Request: 1, By: name, Status: 200, Latency: 2 * ms})
			}
		}
		if faults > 0 {
			s.result.Measures.Outages = append(s.result.Measures.Outages, oracle.Outage{
				Client: node, From: total / 2, To: total * 3 / 5, Duration: total / 10, Detection: total / 20, Retry: total / 20,
			})
		}
	}
	s.use(total, members, clients, name)
	return s
}

// use lets members and clients use what they have, the members more and more.
func (s *sample) use(total time.Duration, members, clients int, name string) {
	const samples = 50
	for i := range samples {
		at := total/10 + time.Duration(i)*total/samples
		for m := range members {
			s.Sample(at, fmt.Sprintf("%s%d", name, m), Usage{
				Control: float64(i%2) / 4, Service: float64((i+m)%samples) / samples, Memory: int64(i*m) << 16, Limit: int64(m%3) << 24,
			})
		}
		for c := range clients {
			s.Sample(at, fmt.Sprintf("client-%s-%d", name, c), Usage{})
		}
	}
}

func (s *sample) at(at time.Duration, node string, body event.Body) {
	e := event.Event{At: at, Node: node, What: body}
	s.Observe(e)
	s.result.Events = append(s.result.Events, e)
}

// TestGolden: a small run, as bytes.
func TestGolden(t *testing.T) {
	s := newSample(60*time.Second, 2, 1, 1, "m")
	golden(t, "overview.svg", []byte(overview(s.Record, newScene(&s.result))[0].Drawing))
}

var texts = regexp.MustCompile(`<text class="[^"]*" x="([^"]*)" y="([^"]*)" text-anchor="([a-z]*)">([^<]*)</text>`)

// TestLabels: whatever a run looks like, no text touches another one or leaves
// its picture, and every lane has its name.
func TestLabels(t *testing.T) {
	long := "a-very-long-name-of-a-machine-in-the-second-data-centre-"
	for _, total := range []time.Duration{time.Second, 90 * time.Second, 24 * time.Hour} {
		for _, size := range [][3]int{{0, 0, 0}, {0, 1, 0}, {1, 0, 1}, {12, 40, 12}, {2, 3, 40}, {60, 60, 1}} {
			for _, name := range []string{"m", long} {
				s := newSample(total, size[0], size[1], size[2], name)
				for _, f := range Figures(s.Record, &s.result) {
					checkLabels(t, fmt.Sprintf("%v %v %s: %s", total, size, name, f.Name), string(f.Drawing))
					if f.Name == "overview" {
						want := min(size[0], lanesMax) + min(size[1], lanesMax) + min(size[0], 1)
						if got := strings.Count(string(f.Drawing), `class="lane"`); got != want {
							t.Errorf("%v %v %s: got %d names of lanes, want %d", total, size, name, got, want)
						}
					}
				}
			}
		}
	}
}

func checkLabels(t *testing.T, of, drawing string) {
	t.Helper()
	var boxes []box
	for _, m := range texts.FindAllStringSubmatch(drawing, -1) {
		x, _ := strconv.ParseFloat(m[1], 64) // the golden file shows that it is a number
		y, _ := strconv.ParseFloat(m[2], 64)
		b := place(x, y, anchor(m[3]), m[4])
		if b.left < 0 || b.right > pictureWidth {
			t.Errorf("%s: %q leaves the picture", of, m[4])
		}
		for _, other := range boxes {
			if b.overlaps(other) {
				t.Errorf("%s: %q touches another text", of, m[4])
			}
		}
		boxes = append(boxes, b)
	}
}

// TestManyRequests: from some number on requests are binned, which the text
// says; every failure is still there, and the series and counts are of all.
func TestManyRequests(t *testing.T) {
	s := newSample(time.Hour, 0, 0, 0, "m")
	for i := range 2 * dotsMax {
		at := time.Duration(i) * 80 * ms
		s.Observe(event.Event{At: at + 3*ms, Node: "c", What: event.RequestAnswered{Status: 200, Latency: 3 * ms}})
	}
	for i := range 7 {
		s.Observe(event.Event{At: time.Duration(i+1) * 7 * time.Minute, Node: "c", What: event.RequestFailed{Failure: "reset", After: time.Second}})
	}
	f := requestDots(s.Record, newScene(&s.result))[0]
	if got := strings.Count(string(f.Drawing), "1 × reset"); got != 7 {
		t.Errorf("got %d failures, want 7", got)
	}
	if !strings.Contains(f.About, "binned") || len(f.Drawing) > 100_000 {
		t.Errorf("got %d bytes, and the text %q, want fewer, and that they are binned", len(f.Drawing), f.About)
	}
	want := [][]string{{"answered", "40000", "99.98 %"}, {"reset", "7", "0.02 %"}}
	if fmt.Sprint(f.Table.Rows) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", f.Table.Rows, want)
	}
}

// TestQuantiles: bins are exact to one per cent.
func TestQuantiles(t *testing.T) {
	l := &latencies{bins: map[int]int{}}
	for i := 1; i <= 1000; i++ {
		l.bins[binOf(time.Duration(i)*ms)]++
		l.count++
	}
	for _, share := range shares {
		want := share * float64(time.Second)
		if got := float64(l.quantile(share)); got < 0.99*want || got > 1.01*want {
			t.Errorf("%v: got %v, want %v", share, time.Duration(got), time.Duration(want))
		}
	}
}

// TestShorten: both ends of a long name stay.
func TestShorten(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float64
		want  string
	}{{"short", 100, "short"}, {"abcdefghij", 7 * letterWidth, "abc…hij"}, {"abcdefghij", 2 * letterWidth, ""}} {
		if got := shorten(c.text, c.width); got != c.want {
			t.Errorf("%s: got %s, want %s", c.text, got, c.want)
		}
	}
}

// TestAnswersEndAtFailures: a client that nobody answers has no line of
// answers, and a failure interrupts it.
func TestAnswersEndAtFailures(t *testing.T) {
	step := func(seconds int, s lane.State) lane.Step {
		return lane.Step{At: time.Duration(seconds) * time.Second, State: s}
	}
	span := func(from, to int) lane.Span {
		return lane.Span{From: time.Duration(from) * time.Second, To: time.Duration(to) * time.Second, State: lane.Answered}
	}
	for _, c := range []struct {
		steps []lane.Step
		want  []lane.Span
	}{
		{nil, nil},
		{[]lane.Step{step(1, lane.Failing), step(2, lane.Failing)}, nil},
		{[]lane.Step{step(1, lane.Answered)}, []lane.Span{span(1, 1)}},
		{
			[]lane.Step{step(1, lane.Failing), step(2, lane.Answered), step(5, lane.Answered), step(6, lane.Failing), step(7, lane.Answered), step(9, lane.Answered)},
			[]lane.Span{span(2, 5), span(7, 9)},
		},
	} {
		if diff := cmp.Diff(c.want, answers(c.steps)); diff != "" {
			t.Errorf("%v: -want +got:\n%s", c.steps, diff)
		}
	}
}

// TestShadesDoNotAddUp: several faults at once are as dark as one, and each
// still has its edge.
func TestShadesDoNotAddUp(t *testing.T) {
	second := func(n int) time.Duration { return time.Duration(n) * time.Second }
	c := &canvas{width: 100}
	c.shade(scale{0, second(100), 0, 100}, []lane.Fault{
		{At: second(10), Until: second(50)}, {At: second(10), Until: second(30)}, {At: second(40), Until: second(60)}, {At: second(70), Until: second(70)},
	}, 0, 10)
	var got []string
	for _, m := range regexp.MustCompile(`class="fault" x="([0-9.]+)" y="0" width="([0-9.]+)"`).FindAllStringSubmatch(c.out.String(), -1) {
		got = append(got, m[1]+"+"+m[2])
	}
	if diff := cmp.Diff([]string{"10+40", "50+10"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if edges := strings.Count(c.out.String(), "fault-edge"); edges != 4 {
		t.Errorf("got %d edges, want 4", edges)
	}
}
