package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
)

// TestWeightZero: a report interval of 1 s and the time at ports are allowed;
// while the owner cannot rely on hearing the member, 3 s more.
func TestWeightZero(t *testing.T) {
	zero := func() *log { return started().weighs(40, "b", 0, "quiesce") }
	check(t, "weight-zero", balancedPaper(100*time.Second), []breach{
		{"in time", zero().assigns(41.01, "a", 1, "b"), 0, ""},
		{"late", zero().assigns(41.02, "a", 1, "b"), 41.02, "a assigned a connection of " + local(1) + " to b, whose weight for 192.0.2.100:80 has been 0 since 40s"},
		{"told once", zero().assigns(42, "a", 1, "b").assigns(43, "a", 2, "b"), 42, "to b"},
		{"to another member", zero().assigns(45, "a", 1, "c"), 0, ""},
		{"of another service", zero().at(45, "a", event.BalanceAssigned{Interface: "lan", Service: vip + ":443", Client: local(1), Member: at("b")}), 0, ""},
		{"its weight is back", zero().weighs(41, "b", 30, "cpu").assigns(45, "a", 1, "b"), 0, ""},
		{"said twice", zero().weighs(43, "b", 0, "link down").assigns(43.5, "a", 1, "b"), 43.5, "since 40s"},
		{"the owner itself", started().weighs(40, "a", 0, "cpu at 100 %").assigns(42, "a", 1, "a"), 42, "to a"},
		{"not heard", zero().at(39, "", applied("partition a | b")).assigns(43.9, "a", 1, "b"), 0, ""},
		{"not heard, and not lost", zero().at(39, "", applied("partition a | b")).assigns(44.1, "a", 1, "b"), 44.1, "to b"},
		{"heard again", zero().at(39, "", applied("partition a | b")).at(60, "", healed("partition a | b")).assigns(60.9, "a", 1, "b"), 0, ""},
		{"heard again for long", zero().at(39, "", applied("partition a | b")).at(60, "", healed("partition a | b")).assigns(61.1, "a", 1, "b"), 61.1, "to b"},
		{"by one that was frozen", zero().at(39, "a", event.PowerChanged{State: "frozen"}).at(50, "a", event.PowerChanged{State: "thawed"}).assigns(50.9, "a", 1, "b"), 0, ""},
	})
	check(t, "weight-zero", paper(100*time.Second), []breach{{"nothing is balanced", zero().assigns(50, "a", 1, "b"), 0, ""}})
}

// TestFixedServices: port 21 is not balanced, and neither are the ports of its
// data connections.
func TestFixedServices(t *testing.T) {
	const files = vip + ":21"
	assigns := func(seconds float64, node, to string) *log {
		return started().at(seconds, node, event.BalanceAssigned{Interface: "lan", Service: files, Client: local(1), Member: at(to)})
	}
	opens := func(l *log, seconds float64) *log {
		return l.at(seconds, "c1", event.ConnOpened{Conn: 1, Target: files}, event.ConnEstablished{Conn: 1, Local: local(1)})
	}
	data := func(port string) *log {
		return started().at(40, "c1", event.ConnOpened{Conn: 1, Target: vip + port}, event.ConnEstablished{Conn: 1, Local: local(1)})
	}
	accepted := event.ConnAccepted{Service: "files", Client: local(1)}
	moved := func() *log {
		return opens(started(), 40).at(40.001, "a", event.StandbySent{Interface: "lan", Group: 1, Opcode: "Resign"}).
			gives(40.001, "a", "Speak", standby.CauseYield).takes(40.001, "b", "Standby", standby.CauseResign)
	}
	check(t, "fixed-services", balancedPaper(100*time.Second), []breach{
		{"assigned to another", assigns(40, "a", "b"), 40, "a assigned a connection of " + local(1) + " to 192.0.2.12: 192.0.2.100:21 is not balanced, it is the FTP server handler"},
		{"assigned to itself", assigns(40, "a", "a"), 0, ""},
		{"accepted by the owner", opens(started(), 40).at(40, "a", accepted), 0, ""},
		{"accepted by another", opens(started(), 40).at(41, "b", accepted), 41, "b accepted the connection of " + local(1) + " to 192.0.2.100:21, which is not balanced, without owning 192.0.2.100"},
		{"accepted by who was the owner", moved().at(41, "a", accepted), 0, ""},
		{"accepted by who had long not been", moved().at(42, "c1", event.ConnClosed{Conn: 1, How: "client"}).
			at(43, "c1", event.ConnOpened{Conn: 1, Target: files}, event.ConnEstablished{Conn: 1, Local: local(1)}).at(44, "a", accepted), 44, "a accepted"},
		{"a back end behind it", opens(started(), 40).at(40, "a", accepted).at(41, "web", event.ConnAccepted{Service: "http", Client: at("a") + ":7"}), 0, ""},
		{"the port is used for another service", opens(started(), 40).at(40, "a", accepted).closed(41, 1, "client", 0).opened(42, 2, "b"), 0, ""},
		{"a balanced service", started().opened(40, 1, "b"), 0, ""},
		{"data accepted by the owner", data(":50009").at(40, "a", accepted), 0, ""},
		{"data accepted by another", data(":50009").at(41, "b", accepted), 41, "to 192.0.2.100:50009, which is not balanced"},
		{"a port that is nobody's", data(":50010").at(41, "b", accepted), 0, ""},
	})
}

// dies adds the death of a at 40 s and that b takes over at 48 s, recovers in
// 0.2 s, and is where the client's segments arrive.
func (l *log) dies() *log {
	recovery := event.BalanceRecovery{Interface: "lan", Mode: "rebuild", State: "began", Reason: "takeover"}
	ended := recovery
	ended.State = "ended"
	return l.at(40, "a", event.FaultApplied{Fault: crashed}, event.PowerChanged{State: "crashed"}).
		takes(48, "b", "Standby", standby.CauseActiveTimer).
		at(48, "b", recovery).arrives(48.001, "c1", "b", 40).at(48.2, "b", ended)
}

// TestOthersSurvive: a connection that c terminates, and the death of a.
func TestOthersSurvive(t *testing.T) {
	conn := func(server string) *log {
		return started().opened(35, 1, server).asked(36, 1, 1).told(36, 1, 1, server).dies()
	}
	reset := func(l *log) *log { return l.asked(50, 2, 1).closed(51, 1, "reset", 1) }
	timeout := func(l *log, sent, at float64) *log {
		return l.asked(sent, 2, 1).fails(at, "c1", 2, 1, "timeout").closed(at, 1, "client", 1)
	}
	check(t, "others-survive", balancedPaper(time.Hour), []breach{
		{"it lives", conn("c").asked(50, 2, 1).told(50, 2, 1, "c"), 0, ""},
		{"reset", reset(conn("c")), 51, "the connection of " + local(1) + ", which c terminates, was lost (reset): a died at 40s, and nothing else happened"},
		{"reset while nothing was asked", conn("c").closed(51, 1, "reset", 1), 51, "was lost (reset)"},
		{"closed on a request", conn("c").asked(50, 2, 1).fails(51, "c1", 2, 1, "closed").closed(51, 1, "server", 1), 51, "was lost (closed)"},
		{"the client is done with it", conn("c").closed(51, 1, "client", 1), 0, ""},
		{"its member died", reset(conn("a")), 0, ""},
		{"its member lost its carrier", reset(conn("c").at(49, "", applied("pull c.lan")).at(49, "c", event.LinkChanged{Interface: "lan"})), 0, ""},
		{"another one died too", reset(conn("c").at(49, "", applied("pull b.lan")).at(49, "b", event.LinkChanged{Interface: "lan"})), 51, "b died at 49s"},
		{"nobody died", started().opened(35, 1, "c").asked(50, 2, 1).closed(51, 1, "reset", 0), 0, ""},
		{"opened afterwards", (&log{}).settled().dies().opened(49, 1, "c").closed(51, 1, "reset", 0), 0, ""},
		{"something else happened", reset(conn("c").at(49, "", applied("impair lan loss 1%"))), 0, ""},
		{"something else is in force", reset(conn("c").at(30, "", applied("impair lan loss 1%"))), 0, ""},
		{"something else is over", reset(conn("c").at(30, "", applied("impair lan loss 1%")).at(33, "", healed("impair lan loss 1%"))), 51, "lost (reset)"},
		{"the dead one comes back", reset(conn("c").at(49, "", applied("boot a")).at(49, "a", event.PowerChanged{State: "booting"})), 51, "lost (reset)"},
		{"silent for so long that the table forgot it", conn("c").asked(940, 2, 1).closed(941, 1, "reset", 1), 0, ""},
		{"its service gives up", reset(conn("c").at(50, "c", event.ConnTimedOut{Service: "web", Client: local(1), Timeout: "idle"})), 0, ""},
		{"the table was full", reset(conn("c").at(49, "b", event.BalanceTable{Interface: "lan", Entries: 100})), 0, ""},
		{"the client gives up while nobody answers", timeout(conn("c"), 41, 47), 0, ""},
		{"the client gives up soon after", timeout(conn("c"), 41, 60), 0, ""},
		{"it waited for long enough", timeout(conn("c"), 41, 66), 66, "was lost (timeout)"},
		{"asked long afterwards", timeout(conn("c"), 60, 70), 70, "was lost (timeout)"},
		{"it spoke in between", conn("c").asked(500, 2, 1).told(500, 2, 1, "c").asked(940, 3, 1).closed(941, 1, "reset", 1), 941, "lost (reset)"},
		{
			"it waited while the owner recovered",
			timeout(conn("c").at(65, "b", event.BalanceRecovery{Interface: "lan", Mode: "rebuild", State: "began"}), 41, 66), 0, "",
		},
		{"its segments are lost", timeout(conn("c").loses(49, "c1", "b"), 60, 80), 0, ""},
	})
	second := balancedPaper(time.Hour)
	for i := range second.Members {
		second.Members[i].SelfBalance.Recovery = "second-chance"
	}
	check(t, "others-survive", second, []breach{
		{"one change", reset(conn("c")), 51, "lost (reset)"},
		{"two changes", reset(conn("c").at(49, "", applied("pull b.lan")).at(49, "b", event.LinkChanged{Interface: "lan"})), 0, ""},
	})
	second.Members[0].SelfBalance.Recovery = "sync"
	check(t, "others-survive", second, []breach{{"another mode", reset(conn("c")), 0, ""}})
}
