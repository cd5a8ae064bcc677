package developer

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/apim/instance"
	"github.com/cablepull/cablepull/node/database"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

const second = time.Second

// lab is the API managers am1 and am2 on one machine, and a developer on dev,
// who knows the address of am1.
type lab struct {
	*hosttest.Lab
	box, dev *host.Host
	program  *instance.Program
}

func newLab(t testing.TB, cfg topology.Developer, change ...func(*topology.APIM)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{})}
	l.box, l.dev = l.Add("box", "192.0.2.11/24"), l.Add("dev", "192.0.2.201/24")
	all := topology.APIM{APIMInstance: topology.APIMInstance{StartTime: 1}, Instances: map[string]topology.APIMInstance{
		"am1": {APIs: []string{"orders"}}, "am2": {Offset: 1, APIs: []string{"orders"}},
	}}
	for _, f := range change {
		f(&all)
		database.New(l.box, topology.Database{}.WithDefaults(), database.NewStore(topology.Database{}.WithDefaults()))
	}
	apim := all.Complete(topology.Place{Name: "box"}).(*topology.APIM)
	disks := map[string]*instance.Disk{"am1": {}, "am2": {}}
	var err error
	l.program, err = instance.New(instance.Machine{
		Host: l.box, Own: netip.MustParseAddr("192.0.2.11"), Disk: func(name string) *instance.Disk { return disks[name] },
	}, *apim)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Portal == "" {
		cfg.Portal, cfg.Traffic = "https://192.0.2.11:9443/", "http://192.0.2.11:8280/"
	}
	if _, err := New(l.dev, *cfg.Complete(topology.Place{}).(*topology.Developer)); err != nil {
		t.Fatal(err)
	}
	return l
}

// did lists what the developer did from one instant to another, such as "2s
// call orders: ok".
func (l *lab) did(from, to time.Duration) (all []string) {
	at, done := hosttest.Bodies[event.PortalAnswered](l.Lab, "dev")
	for i, b := range done {
		if at[i] < from || at[i] > to {
			continue
		}
		line := fmt.Sprintf("%v %s", at[i].Truncate(second), b.Action)
		if b.API != "" {
			line += " " + b.API
		}
		line += ": " + b.Outcome
		if b.Reason != "" {
			line += " " + b.Reason
		}
		if b.Past {
			line += " past"
		}
		all = append(all, line)
	}
	return all
}

func (l *lab) want(from, to time.Duration, want ...string) {
	l.TB.Helper()
	if got := l.did(from, to); !slices.Equal(got, want) {
		l.TB.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// TestDay of a developer: log in, publish, subscribe, call.
func TestDay(t *testing.T) {
	l := newLab(t, topology.Developer{Publish: 3 * second, Call: 2 * second, List: 4 * second, APIs: []string{"orders"}, Stop: 6 * second})
	l.Run(20 * second)
	l.want(0, 20*second,
		"0s open: ok", "0s login: ok", "0s open: ok", "0s login: ok", "0s subscribe orders: ok",
		"2s token: ok", "2s call orders: ok",
		"3s publish api-1: ok", "3s subscribe api-1: ok",
		"4s call api-1: ok", "4s list: ok",
		"6s call orders: ok", "6s publish api-2: ok", "6s subscribe api-2: ok")
}

// TestLosses: what the developer finds after the process has been restarted
// with another key: session and token are gone, once each.
func TestLosses(t *testing.T) {
	l := newLab(t, topology.Developer{Publish: 4 * second, Call: 2 * second, APIs: []string{"orders"}})
	l.At(5*second, func() {
		for _, err := range []error{
			l.program.StopService("am1-apim"), l.program.Set("apim.am1.keystore", "other"),
		} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	l.At(7*second, func() {
		if err := l.program.StartService("am1-apim"); err != nil {
			t.Error(err)
		}
	})
	l.Run(11 * second)
	l.want(5*second, 11*second,
		"6s call orders: failed refused",
		"8s call api-1: token-refused",
		"8s publish api-2: session-lost", "8s login: ok", "8s publish api-2: ok",
		"8s subscribe api-2: session-lost", "8s login: ok", "8s subscribe api-2: ok",
		"10s token: ok", "10s call api-1: ok")
}

// TestRevoke: the user revokes the token and goes on with it. The gateway that
// the store belongs to refuses it at once, another one for as long as it has
// cached it.
func TestRevoke(t *testing.T) {
	for _, c := range []struct {
		traffic string
		want    []string
	}{
		{"http://192.0.2.11:8280/", []string{"9s call orders: ok", "10s revoke: ok", "11s call orders: token-refused", "13s call orders: token-refused"}},
		{"http://192.0.2.11:8281/", []string{"9s call orders: ok", "10s revoke: ok", "11s call orders: revoked", "13s call orders: token-refused"}},
	} {
		l := newLab(t, topology.Developer{
			Portal: "https://192.0.2.11:9443/", Traffic: c.traffic, Start: 3 * second, Call: 2 * second, Revoke: 10 * second, APIs: []string{"orders"},
		}, func(all *topology.APIM) {
			all.StartTime = 2 * second  // the database takes one
			all.TokenCache = 7 * second // from the first call on, at 5 s
			all.DataSource = &topology.DataSource{Address: "localhost"}
		})
		l.Run(14 * second)
		l.want(8*second, 14*second, c.want...)
	}
}

// TestPast: the servlet port redirects to the management port, another origin,
// and the browser stays there until something fails.
func TestPast(t *testing.T) {
	l := newLab(t, topology.Developer{Portal: "http://192.0.2.11:9763/", Traffic: "http://192.0.2.11:8280/", Publish: 2 * second, Call: 100 * second})
	l.At(3*second, func() {
		if err := l.program.Set("apim.am1.publisher", topology.APIMError); err != nil {
			t.Error(err)
		}
	})
	l.Run(7 * second)
	l.want(0, 7*second,
		"0s open: ok past", "0s login: ok past",
		"2s publish api-1: ok past", "2s open: ok", "2s login: ok", "2s subscribe api-1: ok",
		"4s publish api-2: error past", "6s publish api-3: error")
}
