package instance

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// TestPorts: all four of each instance, and nothing in the log but the start.
func TestPorts(t *testing.T) {
	l := newLab(t, nil)
	for _, port := range []uint16{9443, 9763, 8280, 8243, 9444, 9764, 8281, 8244, 9445} {
		path := "/store"
		if port/1000 == 8 {
			path = "/orders"
		}
		l.ask(second, port, "GET", path, "", "")
	}
	l.Run(5 * second)
	slices.Sort(l.got)
	want := []string{
		"/orders Unauthorized by am1 h2-am1", "/orders Unauthorized by am1 h2-am1", "/orders Unauthorized by am2 h2-am2", "/orders Unauthorized by am2 h2-am2",
		"/store OK by am1 h2-am1", "/store OK by am1 h2-am1", "/store OK by am2 h2-am2", "/store OK by am2 h2-am2", "/store refused",
	}
	if !slices.Equal(l.got, want) {
		t.Errorf("got %q, want %q", l.got, want)
	}
	if got := hosttest.Count[event.APIMChanged](l.Lab, ""); got != 0 {
		t.Errorf("got %d changes, want none", got)
	}
}

// TestRegistry: entries are in the database of the instance that wrote them,
// and survive its machine's crash.
func TestRegistry(t *testing.T) {
	l := newLab(t, nil)
	l.ask(1*second, 9763, "PUT", "/registry/k", "one", "")
	l.ask(2*second, 9763, "GET", "/registry/k", "", "")
	l.ask(3*second, 9764, "GET", "/registry/k", "", "")
	l.At(4*second, func() { l.box.Crash(false) })
	l.At(5*second, func() { l.box.PowerOn() })
	l.At(6*second, func() { l.start(nil) })
	l.ask(7*second, 9763, "GET", "/registry/k", "", "")
	l.run(8*second,
		"/registry/k OK by am1 h2-am1", "/registry/k OK by am1 h2-am1", "/registry/k Not Found by am2 h2-am2", "/registry/k OK by am1 h2-am1")
}

// TestDisk: what is redone from the changes of a disk is the same disk.
func TestDisk(t *testing.T) {
	l := newLab(t, nil)
	var changes []DiskChange
	l.disks["am1"].OnChange = func(c DiskChange) { changes = append(changes, c) }
	l.ask(1*second, 9763, "PUT", "/registry/k", "one", "")
	l.ask(1*second, 9443, "PUT", "/services/gateway/api-1", "one", "")
	l.At(2*second, func() { l.box.Crash(false) })
	l.At(3*second, func() {
		l.disks["am1"] = &Disk{}
		for _, c := range changes {
			l.disks["am1"].Redo(c)
		}
		l.box.PowerOn()
	})
	l.At(4*second, func() { l.start(nil) })
	l.ask(5*second, 9763, "GET", "/registry/k", "", "")
	l.ask(6*second, 8280, "GET", "/api-1", "", "")
	l.Run(7 * second)
	if got, want := l.got[2:], []string{"/registry/k OK by am1 h2-am1", "/api-1 Unauthorized by am1 h2-am1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStop: a console that is stopped is not there, a gateway that is stopped
// refuses connections, and so do all ports of a process that is stopped.
func TestStop(t *testing.T) {
	l := newLab(t, nil)
	do := func(f func(string) error, name string) func() {
		return func() {
			if err := f(name); err != nil {
				t.Error(err)
			}
		}
	}
	l.At(1*second, do(l.program.StopService, "am1-store"))
	l.At(1*second, do(l.program.StopService, "am1-traffic"))
	l.ask(2*second, 9763, "GET", "/store", "", "")
	l.ask(3*second, 8280, "GET", "/orders", "", "")
	l.At(4*second, do(l.program.StartService, "am1-store"))
	l.At(4*second, do(l.program.StartService, "am1-traffic"))
	l.ask(5*second, 9763, "GET", "/store", "", "")
	l.ask(6*second, 8280, "GET", "/orders", "", "")
	l.At(7*second, do(l.program.StopService, "am1-apim"))
	l.ask(8*second, 9763, "GET", "/store", "", "")
	l.ask(9*second, 9764, "GET", "/store", "", "")
	l.At(10*second, do(l.program.StartService, "am1-apim"))
	l.ask(11*second, 9763, "GET", "/store", "", "")
	l.run(12*second,
		"/store Not Found by am1", "/orders refused", "/store OK by am1 h2-am1", "/orders Unauthorized by am1 h2-am1",
		"/store refused", "/store OK by am2 h2-am2", "/store OK by am1 h2-am1")
	if err := l.program.StopService("am3"); err == nil {
		t.Error("stop service am3: got no error")
	}
}

// TestModes: one part hangs or fails, the others do not notice. A process that
// ends resets who waits.
func TestModes(t *testing.T) {
	l := newLab(t, nil)
	set := func(property, value string) func() {
		return func() {
			if err := l.program.Set(property, value); err != nil {
				t.Error(err)
			}
		}
	}
	l.At(1*second, set("apim.am1.store", topology.APIMHang))
	l.ask(2*second, 9763, "GET", "/store", "", "")
	l.ask(3*second, 9763, "GET", "/carbon", "", "")
	l.At(4*second, set("apim.am1.store", topology.APIMError))
	l.ask(5*second, 9763, "GET", "/store/", "", "")
	l.At(6*second, set("apim.am1.store", topology.APIMHang))
	l.ask(7*second, 9763, "GET", "/store", "", "")
	l.At(8*second, func() { l.program.Instance("am1").kill() })
	l.run(9*second,
		"/carbon Found by am1 https://192.0.2.11:9443/carbon/site/pages/login", "/store Internal Server Error by am1",
		"/store/ Internal Server Error by am1", "/store reset")
	for _, bad := range []string{"apim.am3.store", "apim.am1.x"} {
		if l.program.Set(bad, topology.APIMHang) == nil {
			t.Errorf("set %s: got no error", bad)
		}
	}
}

// TestDeploy: a publisher deploys to the gateway that it is configured with,
// and fails without it.
func TestDeploy(t *testing.T) {
	l := newLab(t, nil)
	l.ask(1*second, 9764, "POST", "/publisher/login", "user=admin", "")
	// The first session of the first start has a known id.
	const cookie = "Cookie: JSESSIONID=session.wso2carbon.am2.1.1\r\n"
	l.ask(2*second, 9764, "POST", "/publisher/apis/api-1", "", cookie)
	l.At(3*second, func() { l.program.Instance("am1").kill() })
	l.ask(4*second, 9764, "POST", "/publisher/apis/api-2", "", cookie)
	l.At(5*second, func() {
		if err := l.program.Set("apim.am2.gateway", "127.0.0.1:9444"); err != nil {
			t.Error(err)
		}
	})
	l.ask(6*second, 9764, "POST", "/publisher/apis/api-3", "", cookie)
	l.run(7*second,
		"/publisher/login OK by am2 h2-am2", "/publisher/apis/api-1 OK by am2 h2-am2",
		"/publisher/apis/api-2 Internal Server Error by am2 h2-am2", "/publisher/apis/api-3 OK by am2 h2-am2")
	_, changes := hosttest.Bodies[event.APIMChanged](l.Lab, "box")
	var got []string
	for _, c := range changes {
		got = append(got, c.What+" "+c.Key+" "+c.Store)
	}
	want := []string{
		"logged-in admin at publisher h2-am2", "deployed api-1 files-am1", "published api-1 h2-am2",
		"deployed api-3 files-am2", "published api-3 h2-am2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, refused := hosttest.Bodies[event.APIMRefused](l.Lab, "box")
	if len(refused) != 1 || refused[0].Reason != "gateway 127.0.0.1:9443: refused" {
		t.Errorf("got %+v, want one, by the gateway", refused)
	}
}

// TestMountWarned: a mount with an unknown instance id is reported at start.
func TestMountWarned(t *testing.T) {
	l := newLab(t, func(a *topology.APIM) { a.Registry = &topology.APIMRegistry{Config: "gov"} })
	l.run(second)
	_, got := hosttest.Bodies[event.APIMWarned](l.Lab, "box")
	const want = "mount /_system/config: unknown instance gov, want wso2gov: the path stays in the local database"
	if len(got) != 2 || got[0] != (event.APIMWarned{Instance: "am1", Problem: want}) {
		t.Errorf("got %+v, want one for each instance", got)
	}
}
