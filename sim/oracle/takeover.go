package oracle

import (
	"cmp"
	"strings"
	"time"
)

// Takeover is a change of the member that a virtual IP belongs to. It is a move
// if the new owner is then alone with the address; Group counts these.
// Otherwise both own it, as in a partition: the first takeover says so, and if
// the new owner gives it up, a second one says that the old owner is alone with
// it again. Neither of the two is a move.
type Takeover struct {
	VIP   string        `json:"vip"`
	From  string        `json:"from"`  // empty: none had it before
	To    string        `json:"to"`    //
	At    time.Duration `json:"at"`    // To gained the VIP, or was left alone with it
	Moved bool          `json:"moved"` // To became the only owner, and it was not the one before
	// Shared says that From was still an owner at that instant, and Both for how
	// long after it there was more than one.
	Shared bool          `json:"shared"`
	Both   time.Duration `json:"both"`
	// False says that it is a false failover: the owner was replaced, and no fault
	// of the timetable can have caused that.
	False bool `json:"false"`
	// Causes are the faults that caused it: several if they came at one instant,
	// those that began before those that ended. Empty: no fault can have.
	Causes []Cause `json:"causes"`
	// Possible are other faults that can have caused it as well as the Causes.
	Possible []Cause `json:"possible"`
	Why      string  `json:"why"`      // the causes are the causes; a sentence or two
	Detected bool    `json:"detected"` // it has a cause, and a frame that somebody could hear claimed the VIP for To
	// DetectedAt is the instant of the first such frame since the cause. If To was
	// an owner all along, it is that of the last one that From could hear, or that
	// at which From gave up the VIP.
	DetectedAt time.Duration `json:"detected_at"`
	Detection  time.Duration `json:"detection"` // from the beginning of the first cause to DetectedAt
	Served     bool          `json:"served"`    // both served frames from the VIP, one after the other
	// Gap is the time from the last frame the old member served from the VIP to
	// the first frame the new one served from it: the takeover as the wire saw it.
	// There is none if both served in turns while both owned the VIP.
	Gap time.Duration `json:"gap"`
}

var (
	takeoverAt        = &Column{"takeover-at", "takeover at", "at", Instant, Freely}
	takeoverSince     = &Column{"takeover-after-fault", "takeover after the fault", "", Span, WithTime}
	takeoverDetection = &Column{"takeover-detection", "detection", "detection", Span, WithTime}
	takeoverGap       = &Column{"takeover-gap", "takeover gap", "takeover", Span, WithTime}
	takeoverBoth      = &Column{"takeover-both", "both own it", "", Span, Freely}
)

func takeoverTable(m *Measures) Table {
	t := Table{
		Title: "Takeovers", Names: []string{"vip", "from", "to"}, Notes: []string{"outcome", "cause"},
		Columns: []*Column{takeoverAt, takeoverSince, takeoverDetection, takeoverGap, takeoverBoth},
	}
	for _, o := range m.Takeovers {
		r := Row{
			Of: o.VIP + " " + cmp.Or(o.From, "nobody") + " → " + o.To, Names: []string{o.VIP, o.From, o.To},
			Notes: []Note{{Text: o.outcome()}, {Text: o.Cause()}},
		}
		if len(o.Causes) > 0 {
			since := o.At - o.Causes[0].When()
			r.Of += ", " + o.Cause()
			r.Notes[1].Since = &since
		}
		r.span(takeoverAt, o.At)
		if len(o.Causes) > 0 {
			r.span(takeoverSince, o.At-o.Causes[0].At)
		}
		if o.Detected {
			r.span(takeoverDetection, o.Detection)
		}
		if o.Served {
			r.span(takeoverGap, o.Gap)
		}
		if o.Both > 0 {
			r.span(takeoverBoth, o.Both)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// Cause returns the faults that caused the takeover as one line, empty if there
// are none.
func (t Takeover) Cause() string {
	var all []string
	for _, c := range t.Causes {
		all = append(all, c.String())
	}
	return strings.Join(all, " and ")
}

// outcome says in words what became of the old owner.
func (t Takeover) outcome() string {
	switch {
	case t.From == "":
		return "first"
	case t.False && t.Moved:
		return "moved, a false failover"
	case t.False:
		return t.From + " kept it, a false failover"
	case t.Moved:
		return "moved"
	case t.Shared && t.Both > 0:
		return t.From + " kept it"
	default:
		return t.To + " had kept it"
	}
}
