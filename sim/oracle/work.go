package oracle

// Work is what one class of work did to a machine over the whole run. It is
// read from the machine when the run has ended, so no event tells it, and
// digests do not depend on it. A run in real time has none.
type Work struct {
	Node  string `json:"node"`
	Class string `json:"class"` // control or service
	// Utilisation is the mean share, 0..1, of all processors of the machine that
	// work and hogs of the class had, by the machine's own clock. While the machine
	// has no power or stands still, it is 0. What was under way when the power
	// failed does not count.
	Utilisation float64 `json:"utilisation"`
	// QueueMax is how many jobs of the class there were at once, those that ran
	// included: with n processors, QueueMax-n had to share.
	QueueMax int `json:"queue_max"`
}

// Queue is the most messages that a queue of a broker had at once, those that a
// consumer had not acknowledged included. See Work for who says so.
type Queue struct {
	Node string `json:"node"`
	Name string `json:"name"`
	Max  int    `json:"max"`
}

// Usage is what the machines of a run say about themselves at its end.
type Usage struct {
	Works  []Work  // by node, then class
	Queues []Queue // by node, then name
}

// usage passes on what the machines said.
type usage struct {
	nothing
	Usage
}

func newUsage(*scene) recorder { return &usage{} }

// Use takes what the machines of the run say about themselves. It is called
// before Finish, if at all.
func (o *Oracle) Use(u Usage) {
	for _, r := range o.recorders {
		if to, is := r.(*usage); is {
			to.Usage = u
		}
	}
}

func (u *usage) record(to *Measures) {
	to.Works, to.Queues = append([]Work{}, u.Works...), append([]Queue{}, u.Queues...)
}

var (
	workUtilisation = &Column{"utilisation", "mean use of the processors", "used", Share, Freely}
	workQueue       = &Column{"queue-max", "most jobs at once", "jobs at once", Count, Freely}
	queueMax        = &Column{"messages-max", "most messages at once", "messages at once", Count, Freely}
)

// busyShare is the mean use of a machine that is worth a row for people.
const busyShare = 0.01

// workTable has a row for each class of each machine. People see it if any
// machine was busy.
func workTable(m *Measures) Table {
	t := Table{
		Title: "Machines: mean use of the processors, and the most jobs at once", Names: []string{"node", "class"},
		Columns: []*Column{workUtilisation, workQueue}, Nothing: true,
	}
	for _, w := range m.Works {
		r := Row{Of: w.Node + " " + w.Class, Names: []string{w.Node, w.Class}}
		r.Add(workUtilisation, w.Utilisation)
		r.count(workQueue, w.QueueMax)
		t.Rows = append(t.Rows, r)
		t.Nothing = t.Nothing && w.Utilisation < busyShare
	}
	return t
}

func queueTable(m *Measures) Table {
	t := Table{Title: "Queues of brokers", Names: []string{"node", "queue"}, Columns: []*Column{queueMax}}
	for _, q := range m.Queues {
		r := Row{Of: q.Node + " queue " + q.Name, Names: []string{q.Node, q.Name}}
		r.count(queueMax, q.Max)
		t.Rows = append(t.Rows, r)
	}
	return t
}
