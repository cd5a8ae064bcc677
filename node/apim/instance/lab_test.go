package instance

import (
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is box with the instances am1 and am2, and a browser on c1.
type lab struct {
	*hosttest.Lab
	box, browser *host.Host
	program      *Program
	disks        map[string]*Disk
	got          []string // what the browser got
}

func newLab(t testing.TB, change func(*topology.APIM)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), disks: map[string]*Disk{"am1": {}, "am2": {}}}
	l.box, l.browser = l.Add("box", "192.0.2.11/24"), l.Add("c1", "192.0.2.201/24")
	l.start(change)
	return l
}

func (l *lab) start(change func(*topology.APIM)) {
	cfg := topology.APIM{APIMInstance: topology.APIMInstance{StartTime: 1}, Instances: map[string]topology.APIMInstance{
		"am1": {APIs: []string{"orders"}}, "am2": {Offset: 1, APIs: []string{"orders"}, Gateway: "am1"},
	}}
	if change != nil {
		change(&cfg)
	}
	complete := cfg.Complete(topology.Place{Name: "box"}).(*topology.APIM)
	m := Machine{Host: l.box, Own: netip.MustParseAddr("192.0.2.11"), Disk: func(name string) *Disk { return l.disks[name] }}
	var err error
	if l.program, err = New(m, *complete); err != nil {
		l.TB.Fatal(err)
	}
}

// ask makes a request at an instant and notes what comes back.
func (l *lab) ask(at time.Duration, port uint16, method, path, body, fields string) {
	l.Program(l.browser, "browser", func(p *sim.Proc) error {
		p.Sleep(at)
		l.got = append(l.got, path+" "+l.exchange(port, method, path, body, fields))
		return nil
	})
}

func (l *lab) exchange(port uint16, method, path, body, fields string) string {
	to := netip.AddrPortFrom(netip.MustParseAddr("192.0.2.11"), port)
	plain, err := l.browser.Dial(to, second)
	if err != nil {
		return host.Failure(err)
	}
	defer plain.Close()
	plain.SetTimeout(5 * second)
	var conn web.Conn = plain
	if port/100 == 94 || port/10 == 824 {
		secure, err := certificate.NewClient(nil, l.Loop.Stream("browser"), func() time.Time { return host.Instant(l.Loop.Now()) }).Connect(plain)
		if err != nil {
			return err.Error()
		}
		conn = secure
	}
	link := web.NewLink(conn)
	defer link.Release()
	r := web.Request{Method: method, Host: to.String(), Path: path, Fields: fields}
	if body != "" {
		r.Body = &web.Body{Text: body}
	}
	if err := link.Send(&r); err != nil {
		return host.Failure(err)
	}
	head, err := link.Head(&r)
	if err != nil {
		return host.Failure(err)
	}
	text := http.StatusText(head.Status) + " by " + head.Header("X-Cablepull-Node")
	for _, name := range []string{StoreHeader, "Location"} {
		if v := head.Header(name); v != "" {
			text += " " + v
		}
	}
	return text
}

// run runs until an instant and compares what the browser got.
func (l *lab) run(until time.Duration, want ...string) {
	l.TB.Helper()
	l.Run(until)
	for i, line := range want {
		if i >= len(l.got) || l.got[i] != line {
			l.TB.Fatalf("got\n%q\nwant\n%q", l.got, want)
		}
	}
	if len(l.got) > len(want) {
		l.TB.Errorf("got %q as well", l.got[len(want):])
	}
}
