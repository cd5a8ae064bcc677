package tidy

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// flow lists the packages of the project that the code of a folder may import.
// Tests may import any package of the project. A folder that is missing here
// fails, and so does an entry that no code uses (stale_test.go).
var flow = map[string][]string{
	"sim":                 {}, // time and order know nothing about networks
	"sim/topology":        {}, // values only: what a scenario says and the world builds
	"sim/fault":           {"sim/topology"},
	"sim/noise":           {"sim/topology"}, // values, their problems, and draws
	"sim/event":           {"sim", "sim/event/jsonform"},
	"sim/event/jsonform":  {},
	"sim/oracle":          {"sim/event", "sim/fault"},                             // values: nothing measures by looking inside a machine
	"netfab":              {"sim", "sim/noise", "node/wire", "node/wire/balance"}, // moves frames regardless of their sender; headers are bytes in, values out
	"netfab/netns":        {},                                                     // frames are bytes for the kernel too
	"node/wire":           {},                                                     // bytes in, values out
	"node/wire/facts":     {"node/wire"},                                          // tables of messages of real routers
	"node/wire/capture":   {},                                                     // frames are bytes with an instant
	"node/web":            {"sim"},                                                // HTTP on any net.Conn; it knows neither stack nor events
	"node/certificate":    {"sim", "node/web"},                                    // TLS on any connection of package web
	"node/ftp":            {"sim", "node/web"},                                    // FTP likewise, with web's pattern of bytes
	"node/ldap":           {"sim", "node/web"},                                    // LDAP likewise
	"node/host":           {"sim", "sim/event", "netfab", "node/wire"},
	"node/host/hosttest":  {"sim", "sim/event", "netfab", "node/host", "node/wire"},             // see testsOnly
	"node/wire/balance":   {"node/wire"},                                                        // messages of a self-balancing group
	"node/wire/ipvs":      {"node/wire"},                                                        // sync messages of IPVS
	"node/planted":        {},                                                                   // names of bugs
	"node/standby":        {"node/planted", "node/wire"},                                        // a pure machine
	"node/selfbalance":    {"node/planted", "node/wire", "node/wire/balance", "node/wire/ipvs"}, // pure tables, schedulers and a machine
	"node/lbgroup":        {"node/planted"},                                                     // a pure machine
	"node/standby/member": {"sim", "sim/event", "node/wire", "node/host", "node/standby", "node/track"},
	"node/gateway":        {"sim", "sim/event", "sim/topology", "node/b2b", "node/b2b/party", "node/cell", "node/certificate", "node/check", "node/forward", "node/ftp", "node/host", "node/lbgroup", "node/name", "node/web"},
	"node/track":          {},               // a pure machine
	"node/b2b":            {"node/planted"}, // a pure machine, and its texts
	"node/b2b/party":      {"sim", "sim/event", "sim/topology", "node/b2b", "node/host", "node/web"},
	"node/partner":        {"sim", "sim/topology", "node/b2b", "node/b2b/party", "node/host", "node/session", "node/web"},
	"node/track/tracker":  {"sim", "sim/event", "node/host", "node/track"},
	"node/balancer":       {"sim", "sim/event", "sim/topology", "node/check", "node/forward", "node/health", "node/host", "node/lbgroup", "node/web"},
	"node/forward":        {"node/host", "node/web"}, // one server at a time, and no policy
	"node/upstream":       {"node/planted"},          // a pure machine
	"node/location":       {},                        // a pure table
	"node/proxy":          {"sim", "sim/event", "sim/topology", "node/certificate", "node/forward", "node/host", "node/location", "node/upstream", "node/web"},
	"node/apim":           {}, // a pure machine
	"node/developer":      {"sim", "sim/event", "sim/topology", "node/certificate", "node/host", "node/web"},
	"node/filesync":       {"sim", "sim/event", "sim/topology", "node/host", "node/session"},
	"node/apim/instance":  {"sim", "sim/event", "sim/topology", "node/apim", "node/certificate", "node/datasource", "node/filesync", "node/host", "node/web"},
	"node/cluster":        {"node/planted"}, // a pure machine
	"node/cluster/member": {"sim", "sim/event", "sim/topology", "node/cluster", "node/host", "node/session"},
	"node/client":         {"sim", "sim/event", "sim/topology", "node/certificate", "node/ftp", "node/host", "node/name", "node/web"},
	"node/backend":        {"sim", "sim/event", "sim/topology", "node/certificate", "node/host", "node/ldap", "node/web"},
	"node/probe":          {"sim", "sim/event", "sim/topology", "node/check", "node/health", "node/host", "node/name"},
	"node/name":           {"sim/event", "sim/topology", "node/host"}, // no matter what the address is for
	"node/session":        {"sim", "sim/event", "node/host"},          // messages on connections, whatever they mean
	"node/broker/queue":   {"node/planted"},                           // a pure machine
	"node/broker":         {"sim", "sim/event", "sim/topology", "node/broker/queue", "node/host", "node/session"},
	"node/jms":            {"sim", "sim/event", "sim/topology", "node/broker/queue", "node/host", "node/session"}, // the client side; what messages mean is the caller's
	"node/publisher":      {"sim", "sim/topology", "node/broker/queue", "node/host", "node/jms"},
	"node/consumer":       {"sim", "sim/event", "sim/topology", "node/broker/queue", "node/host", "node/jms"}, // no matter who says that the machine is active
	"node/throttle":       {"sim", "sim/event", "sim/topology", "node/broker/queue", "node/host", "node/jms", "node/session", "node/web"},
	"node/cell":           {"sim", "sim/topology", "node/host", "node/session", "node/web"}, // server and watcher; what a document means is the group's
	"node/resolver":       {"sim", "sim/event", "sim/topology", "node/host"},
	"node/health":         {},                                                                         // a pure value
	"node/check":          {"sim/topology", "node/certificate", "node/host", "node/ldap", "node/web"}, // it answers its caller and logs nothing
	"sim/sighting":        {"sim/event", "node/wire"},                                                 // frames in, events out; it knows no world
	"node/wire/layer": { // only code that decodes captures pays for its initialization
		"node/wire", "node/wire/balance", "node/wire/ipvs",
	},
	"node/selfbalance/distributor": { // the machine's shell on an interface
		"sim", "sim/event", "netfab", "node/wire", "node/wire/balance", "node/wire/ipvs", "node/host", "node/selfbalance",
	},
	"sim/world": { // the one place that combines everything
		"sim", "sim/event", "sim/fault", "sim/noise", "sim/topology", "sim/oracle", "sim/sighting", "netfab",
		"node/account", "node/database", "node/database/engine", "node/teller",
		"node/broker", "node/publisher", "node/consumer", "node/throttle",
		"node/wire", "node/b2b", "node/b2b/party", "node/cell", "node/certificate", "node/host", "node/standby", "node/standby/member", "node/gateway", "node/client", "node/backend", "node/balancer", "node/probe", "node/resolver", "node/proxy", "node/partner",
		"node/cluster/member", "node/filesync",
		"node/selfbalance", "node/selfbalance/distributor", "node/check", "node/track", "node/track/tracker",
		"node/apim/instance", "node/developer",
	},
	"sim/testbed/child": {}, // this program as a child, whatever it does
	"sim/testbed/wall": {
		"sim", "netfab", "netfab/netns",
	},
	"sim/testbed/attachment": { // for any node, whatever runs in it
		"sim", "sim/event", "sim/oracle", "sim/topology", "sim/testbed/wall", "netfab", "netfab/netns", "node/wire",
	},
	"sim/testbed/process": {
		"sim", "sim/event", "sim/fault", "sim/topology", "sim/world",
		"sim/testbed/attachment", "sim/testbed/child", "sim/testbed/wall", "netfab", "netfab/netns",
	},
	"sim/testbed/realhost": {
		"sim", "sim/event", "sim/fault", "sim/topology", "sim/world",
		"sim/testbed/attachment", "sim/testbed/child", "netfab/netns",
	},
	"sim/testbed": {
		"sim/event", "sim/fault", "sim/oracle", "sim/topology", "sim/world", "netfab/netns",
		"sim/testbed/attachment", "sim/testbed/child", "sim/testbed/process", "sim/testbed/realhost", "sim/testbed/wall",
	},
	"reports":               {"sim/event", "sim/event/jsonform", "sim/oracle", "reports/pcapng"}, // reports are folds over events
	"reports/lane":          {"sim/event", "sim/fault", "sim/oracle", "reports"},
	"reports/text":          {"sim/event", "sim/oracle", "reports", "reports/lane"},
	"reports/perfetto":      {"sim/event", "sim/oracle", "reports", "reports/lane"},
	"reports/sequence":      {"sim/event", "sim/oracle", "node/wire", "node/wire/balance", "node/wire/ipvs"}, // frames in, arrows out
	"reports/picture":       {"sim/event", "sim/oracle", "reports", "reports/lane", "reports/sequence", "reports/text"},
	"reports/page":          {"sim/oracle", "reports", "reports/lane", "reports/picture", "reports/text"},
	"reports/server":        {"sim/event", "sim/event/jsonform", "sim/oracle", "reports", "reports/page", "reports/picture", "reports/text"}, // reads what runs left
	"reports/page/browser":  {},                                                                                                              // tests in a module of their own
	"reports/pcapng":        {},                                                                                                              // frames are bytes with an instant
	"reports/github":        {"reports"},                                                                                                     // commands and tables of results
	"scenarios/form":        {"sim/topology"},                                                                                                // rules of fields and problems; it knows no scenario
	"scenarios/expect":      {"scenarios/form", "sim/event", "sim/fault", "sim/oracle", "sim/topology"},                                      // measures and events, never the scenario
	"scenarios":             {"scenarios/expect", "scenarios/figure", "scenarios/form", "sim", "sim/event", "sim/fault", "sim/noise", "sim/oracle", "sim/topology", "sim/world", "netfab"},
	"scenarios/disturbance": {"scenarios/form", "sim/noise", "sim/topology"},                         // the library of noise models, and files
	"scenarios/parity":      {"reports", "scenarios", "sim/event", "sim/oracle", "sim/topology"},     // figures of runs; it plays none
	"scenarios/figure":      {"scenarios/form", "scenarios/statistic", "sim/oracle", "sim/topology"}, // words for measures; it knows no scenario
	"scenarios/statistic":   {},                                                                      // numbers, whatever they mean
	"scenarios/incidents":   {"scenarios", "sim/topology"},                                           // the library
	"scenarios/trial": { // plays; it knows neither flags nor output
		"sim/event", "sim/fault", "sim/testbed", "sim/testbed/realhost", "sim/topology", "sim/world", "netfab", "netfab/netns",
		"sim/noise", "scenarios", "scenarios/disturbance", "scenarios/figure", "scenarios/incidents", "scenarios/parity", "reports", "reports/page", "reports/pcapng", "reports/perfetto", "reports/picture", "reports/sequence", "reports/text",
	},
	"scenarios/hunt":      {"scenarios", "scenarios/form", "sim", "sim/event", "sim/fault", "sim/oracle", "sim/topology", "sim/world"},            // schedules as values; it knows neither flags nor output
	"scenarios/job":       {"reports", "scenarios/figure", "scenarios/trial"},                                                                     // what became of trials; not what anybody makes of it
	"scenarios/reference": {"scenarios", "scenarios/expect", "scenarios/form", "sim/fault", "sim/topology"},                                       // what a file may hold; it plays nothing
	"scenarios/sweep":     {"reports", "scenarios", "scenarios/figure", "scenarios/form", "scenarios/statistic", "scenarios/trial", "sim/oracle"}, // many trials and what they tell; others play them
	"scenarios/kit": {
		"sim/event", "sim/fault", "sim/oracle", "sim/topology", "sim/world",
		"scenarios", "scenarios/expect", "scenarios/form", "scenarios/parity", "reports", "reports/text", "reports/pcapng", "netfab", "node/wire",
	},
	"scenarios/spec":  {},
	"cmd/cablepull":   {"netfab/netns", "sim/event", "sim/oracle", "sim/testbed", "sim/topology", "scenarios", "scenarios/disturbance", "scenarios/figure", "scenarios/hunt", "scenarios/incidents", "scenarios/job", "scenarios/reference", "scenarios/sweep", "scenarios/trial", "reports", "reports/github", "reports/page", "reports/server", "reports/text"},
	"cmd/realclient":  {}, // drivers in a module of their own
	"cmd/captable":    {"node/wire/capture", "node/wire/facts"},
	"cmd/release":     {}, // it builds the program, and takes nothing from it but what that prints
	"bench":           {"sim", "sim/event", "sim/oracle", "sim/topology", "sim/world", "netfab", "node/host", "node/selfbalance", "node/web", "scenarios", "scenarios/incidents", "reports", "reports/pcapng"},
	"bench/detection": {"scenarios", "scenarios/statistic", "sim/event", "sim/fault"}, // formulas as distributions
	"bench/tracking":  {"sim"},                                                        // connections are numbers
	"bench/same":      {},                                                             // two binaries and the files that they write
	"bench/compare":   {"bench", "bench/tracking", "bench/wire", "node/selfbalance"},
	"bench/wire":      {"sim/event", "sim/fault", "sim/testbed", "sim/testbed/realhost", "sim/topology", "sim/world", "netfab", "netfab/netns", "node/wire"},
	"tidy":            {},

	"node/database/engine": {"node/planted"}, // a pure machine
	"node/database":        {"sim", "sim/event", "sim/topology", "node/database/engine", "node/host", "node/session"},
	"node/datasource/pool": {"node/planted"}, // a pure machine
	"node/datasource":      {"sim", "sim/event", "sim/topology", "node/database", "node/datasource/pool", "node/host", "node/session"},
	"node/account":         {"sim", "sim/topology", "node/datasource", "node/host", "node/session", "node/web"},
	"node/teller":          {"sim", "sim/event", "sim/topology", "node/account", "node/certificate", "node/host", "node/web"},
}

// testsOnly are packages that only tests may import.
var testsOnly = []string{"node/host/hosttest"}

// checkFlow reports imports against the one-way flow.
func checkFlow(p *pkg, report reporter) {
	allowed, listed := flow[p.dir]
	if !listed {
		report(p.files[0].ast.Package, "folder %s is not in the table of imports: add what it may import", p.dir)
		return
	}
	for _, f := range p.files {
		for _, spec := range f.ast.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			inside, own := strings.CutPrefix(name, modulePath+"/")
			if err != nil || !own || f.test {
				continue
			}
			if slices.Contains(testsOnly, inside) {
				report(spec.Pos(), "%s imports %s, which is for tests only", p.dir, inside)
				continue
			}
			if slices.Contains(allowed, inside) {
				continue
			}
			report(spec.Pos(), "%s imports %s; it may import %s of the project", p.dir, inside, list(allowed))
		}
	}
}

// library is a dependency and the folders whose code may import it.
type library struct {
	path    string // of the module, or of a part of it
	folders []string
	tests   bool // the tests of any folder may also import it
	why     string
}

// libraries are all the dependencies of the project.
var libraries = []library{
	{"gvisor.dev/gvisor", []string{"node/host"}, false, "one package knows the stack, so that it can be replaced and settled in one place"},
	{"github.com/google/gopacket", []string{"node/wire/layer", "node/wire/capture"}, true, "layers and pcapng; everything else moves frames without decoding them"},
	{"github.com/cespare/xxhash/v2", []string{"sim"}, false, "the digest is computed in one place"},
	{"github.com/onsi/ginkgo/v2", []string{"scenarios/kit", "scenarios/spec"}, false, "Ginkgo is for scenarios; elsewhere plain testing"},
	{"github.com/onsi/gomega", []string{"scenarios/kit", "scenarios/spec"}, false, "matchers are about scenarios; elsewhere plain comparison and go-cmp"},
	{"github.com/goccy/go-yaml", []string{"scenarios/form"}, true, "only the scenario format is YAML"},
	{"github.com/invopop/jsonschema", []string{"scenarios"}, false, "only the scenario format has a schema"},
	{"github.com/spf13/cobra", []string{"cmd"}, false, "only the command has a command line"},
	{"github.com/google/go-containerregistry", []string{"cmd/release"}, false, "images of containers; the program knows nothing of them"},
	{"github.com/spf13/pflag", []string{"cmd"}, false, "only the command has flags"},
	{"github.com/vbauerster/mpb/v8", []string{"cmd"}, false, "a progress bar belongs to a terminal"},
	{"golang.org/x/term", []string{"cmd", "reports/text"}, false, "code that draws for people checks for a terminal"},
	{"github.com/vishvananda/netlink", []string{"netfab/netns"}, false, "one package knows the kernel's interfaces"},
	{"github.com/vishvananda/netns", []string{"netfab/netns"}, false, "one package knows which thread is in which namespace"},
	{"github.com/safchain/ethtool", []string{"netfab/netns"}, false, "one package knows the kernel's interfaces"},
	{"github.com/containerd/cgroups/v3", []string{"netfab/netns"}, false, "one package knows the kernel's control groups"},
	{"golang.org/x/sys", []string{"netfab/netns", "reports", "scenarios/trial"}, false, "system calls are made only where they are explained"},
	{"github.com/valyala/fasthttp", []string{"node/web"}, false, "only its parsers of heads: they allocate nothing; its servers and clients start goroutines"},
	{"github.com/antchfx/xmlquery", nil, true, "what a test holds our documents against; in the program its character sets are 0.8 MB"},
	{"github.com/antchfx/xpath", []string{"node/check", "sim/topology"}, false, "expressions of checks, which a scenario's problems name"},
	{"github.com/go-asn1-ber/asn1-ber", []string{"node/ldap"}, false, "elements of LDAP; a library for all of LDAP starts goroutines"},
	{"golang.org/x/net", []string{"node/name", "node/resolver"}, false, "only its DNS messages"},
	{"golang.org/x/text", []string{"node/check"}, false, "character sets of one byte for each character; the others are large"},
	{"maragu.dev/gomponents", []string{"reports/page", "reports/server"}, false, "pages as functions: a library of templates calls methods by name, and keeps every method of the program"},
	{"google.golang.org/protobuf", []string{"reports/perfetto"}, false, "only its wire format, without generated code: a trace has a dozen fields"},
	{"gonum.org/v1/gonum", []string{"scenarios/statistic"}, false, "distributions; what it makes of numbers is in one place, and half of it is too large for the program"},
	{"github.com/chromedp/chromedp", []string{"reports/page/browser"}, false, "drives a real browser, in tests of a module of its own"},
	{"github.com/chromedp/cdproto", []string{"reports/page/browser"}, false, "what chromedp says to the browser"},
	{"github.com/anishathalye/porcupine", []string{"sim/oracle"}, false, "it checks histories when a run is over; it starts goroutines, which no world has"},
	{"github.com/jackc/pgx/v5", []string{"cmd/realclient"}, false, "real drivers start goroutines: they meet real servers, in a module of its own"},
	{"github.com/go-sql-driver/mysql", []string{"cmd/realclient"}, false, "a real driver"},
	{"github.com/rabbitmq/amqp091-go", []string{"cmd/realclient"}, false, "a real driver"},
	{"github.com/eclipse/paho.mqtt.golang", []string{"cmd/realclient"}, false, "a real driver"},
	{"github.com/google/go-cmp", nil, true, "for tests"},
	{"github.com/cockroachdb/datadriven", nil, true, "golden scripts, for tests"},
	{"pgregory.net/rapid", nil, true, "property tests"},
}

// checkLibraries reports imports of libraries in folders that may not import
// them.
func checkLibraries(p *pkg, report reporter) {
	for _, f := range p.files {
		for _, spec := range f.ast.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			first, _, _ := strings.Cut(name, "/")
			if err != nil || !strings.Contains(first, ".") || under(name, modulePath) {
				continue // the standard library and the project itself
			}
			i := slices.IndexFunc(libraries, func(l library) bool { return under(name, l.path) })
			if i < 0 {
				report(spec.Pos(), "%s is not among the libraries of the project", name)
				continue
			}
			l := libraries[i]
			if !under(p.dir, l.folders...) && !(f.test && l.tests) {
				report(spec.Pos(), "%s belongs to %s: %s", path.Base(l.path), homes(l), l.why)
			}
		}
	}
}

// homes lists where a library may be imported.
func homes(l library) string {
	if len(l.folders) == 0 {
		return "tests"
	}
	return list(l.folders)
}

// list prints folders for a message.
func list(folders []string) string {
	if len(folders) == 0 {
		return "nothing"
	}
	return strings.Join(folders, ", ")
}
