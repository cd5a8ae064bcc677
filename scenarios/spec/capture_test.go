package spec_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/node/wire"
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

	It("of every incident, finds nothing malformed, and HSRP as it was meant", func() {
		all := fromAbroad()
		var names, paths []string
		for _, s := range library() {
			names = append(names, s.Name)
			paths = append(paths, all[s.Name].Capture)
		}
		for i, frames := range dissect(paths) {
			By(names[i])
			Expect(frames.malformed).To(BeEmpty(), "malformed frames of %s", names[i])
			Expect(frames.unknown).To(BeEmpty(), "frames of %s that tshark can't name", names[i])
			Expect(frames.hsrp).To(Equal(meant(all[names[i]].Messages)), "HSRP of %s", names[i])
		}
	})
})

// dissection is what tshark says of a capture.
type dissection struct {
	malformed, unknown []string
	hsrp               []string
}

// dissect reads the captures with one tshark: files in a row are one file of
// several sections, and most of tshark's time is its start.
func dissect(paths []string) []dissection {
	GinkgoHelper()
	fields := []string{
		"frame.section_number", "frame.number", "frame.protocols", "_ws.malformed", "ip.src", "hsrp.opcode", "hsrp.state",
		"hsrp.hellotime", "hsrp.holdtime", "hsrp.priority", "hsrp.group", "hsrp.virt_ip",
	}
	args := []string{"-n", "-r", concatenate(paths), "-T", "fields"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var out, problems bytes.Buffer
	cmd := exec.Command("tshark", args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	Expect(cmd.Run()).To(Succeed(), problems.String)
	all := make([]dissection, len(paths))
	for line := range strings.Lines(out.String()) {
		v := strings.Split(strings.TrimRight(line, "\n"), "\t")
		Expect(v).To(HaveLen(len(fields)), line)
		section, err := strconv.Atoi(v[0])
		Expect(err).NotTo(HaveOccurred())
		all[section-1].take(line, v[1:])
	}
	return all
}

// take classes one frame.
func (d *dissection) take(line string, v []string) {
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

// concatenate joins files into one.
func concatenate(paths []string) string {
	GinkgoHelper()
	whole, err := os.Create(filepath.Join(GinkgoT().TempDir(), "library.pcapng"))
	Expect(err).NotTo(HaveOccurred())
	defer whole.Close()
	for _, path := range paths {
		part, err := os.Open(path)
		Expect(err).NotTo(HaveOccurred())
		_, err = io.Copy(whole, part)
		Expect(err).NotTo(HaveOccurred())
		Expect(part.Close()).To(Succeed())
	}
	return whole.Name()
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
