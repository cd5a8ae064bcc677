package spec_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/reports/pcapng"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
)

// tshark knows each protocol from other people's hands: what it reads in our
// captures is what a network engineer will see.
var _ = Describe("tshark reads the capture", func() {
	BeforeEach(func() {
		if _, err := exec.LookPath("tshark"); err != nil {
			Skip("tshark is not installed: no second opinion on captures (apt-get install tshark)")
		}
	})

	for _, s := range library() {
		It("of "+s.Name+" and finds nothing malformed, and HSRP as it was meant", func(ctx SpecContext) {
			path := filepath.Join(GinkgoT().TempDir(), "capture.pcapng")
			file, err := os.Create(path)
			Expect(err).NotTo(HaveOccurred())
			tap := kit.NewTap()
			tap.Writer = pcapng.NewWriter(file, "cablepull", s.Name)
			_, err = s.Run(ctx, scenarios.RunOptions{Seed: s.Seed, Capture: tap})
			Expect(err).NotTo(HaveOccurred())
			Expect(tap.Writer.Close()).To(Succeed())
			Expect(file.Close()).To(Succeed())

			frames := dissect(path)
			Expect(frames.malformed).To(BeEmpty(), "malformed frames")
			Expect(frames.unknown).To(BeEmpty(), "frames that tshark can't name")
			Expect(frames.hsrp).To(Equal(meant(tap.Messages)))
		})
	}
})

// dissection is what tshark says of a capture.
type dissection struct {
	malformed, unknown []string
	hsrp               []string
}

func dissect(path string) (d dissection) {
	GinkgoHelper()
	fields := []string{
		"frame.number", "frame.protocols", "_ws.malformed", "ip.src", "hsrp.opcode", "hsrp.state",
		"hsrp.hellotime", "hsrp.holdtime", "hsrp.priority", "hsrp.group", "hsrp.virt_ip",
	}
	args := []string{"-n", "-r", path, "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command("tshark", args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	Expect(cmd.Run()).To(Succeed(), problems.String)
	for line := range strings.Lines(out.String()) {
		v := strings.Split(strings.TrimRight(line, "\n"), "\t")
		Expect(v).To(HaveLen(len(fields)), line)
		switch protocols := v[1]; {
		case v[2] != "" || strings.Contains(protocols, "malformed"):
			d.malformed = append(d.malformed, line)
		case strings.HasSuffix(protocols, "hsrp"):
			d.hsrp = append(d.hsrp, strings.Join(v[3:], " "))
		case strings.Contains(protocols, "arp"), strings.Contains(protocols, "tcp"),
			strings.Contains(protocols, "icmp"), strings.Contains(protocols, "igmp"), isMark(protocols):
		default:
			d.unknown = append(d.unknown, line)
		}
	}
	return d
}

// isMark reports whether a frame is a marker of a fault, not of a network.
func isMark(protocols string) bool { return !strings.Contains(protocols, "eth:") }

// meant prints messages the way dissect prints them.
func meant(messages []kit.Heard) []string {
	var all []string
	for _, h := range messages {
		m := h.Message
		seconds := func(d float64) string { return strconv.Itoa(int(d)) }
		all = append(all, fmt.Sprintf("%v %d %d %s %s %d %d %v", h.From, wire.Opcode(m.Opcode), m.State,
			seconds(m.Hello.Seconds()), seconds(m.Hold.Seconds()), m.Priority, m.Group, m.VirtualIP))
	}
	return all
}
