package spec_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// describeCaptures declares what tshark says of the captures. It knows each
// protocol from other people's hands: what it reads in our captures is what a
// network engineer will see.
func describeCaptures() {
	It("is read by tshark, which finds nothing malformed, HSRP as it was meant, and the faults", func(ctx SpecContext) {
		if _, err := exec.LookPath("tshark"); err != nil {
			Skip("tshark is not installed: no second opinion on captures (apt-get install tshark)")
		}
		all := dissected()
		for i, frames := range dissect(abroad.read(ctx), len(all)) {
			s := all[i]
			By(s.Title())
			Expect(frames.malformed).To(BeEmpty(), "malformed frames of %s", s.Title())
			Expect(frames.unknown).To(BeEmpty(), "frames of %s that tshark can't name", s.Title())
			Expect(frames.hsrp).To(Equal(meant(play(ctx, s).messages)), "HSRP of %s", s.Title())
			Expect(frames.faults).To(Equal(faultsOf(play(ctx, s).Events)), "faults of %s", s.Title())
		}
	})
}

// dissected are the incidents whose captures tshark reads: of one with variants
// the first. The others have frames of the same kinds, and the digest of each
// capture is compared anyway.
func dissected() []*scenarios.Scenario {
	return slices.DeleteFunc(library(), func(s *scenarios.Scenario) bool { return !firstVariant(s) })
}

// dissection is what tshark says of a capture.
type dissection struct {
	malformed, unknown []string
	hsrp               []string
	faults             []string // comments that mark what was applied
}

// marker is what tshark calls the lines that mark faults between the frames.
const marker = "systemd_journal"

// fields are what tshark is asked for, of each frame.
var fields = []string{
	"frame.section_number", "frame.comment", "udp.dstport", "ip.dst", "frame.number", "frame.protocols", "_ws.malformed", "ip.src", "hsrp.opcode", "hsrp.state",
	"hsrp.hellotime", "hsrp.holdtime", "hsrp.priority", "hsrp.group", "hsrp.virt_ip",
	"hsrp.adv.state", "hsrp.adv.activegrp", "hsrp.adv.passivegrp",
}

// sessions are the ports of messages between programs of the bench, which stand
// in for protocols that tshark would look for there: see package session.
var sessions = []string{"873", "3306", "4000", "4081", "5672"}

// readCaptures returns what one tshark says of all captures: files in a row are
// one file of several sections. It belongs to no spec and may run beside them.
func readCaptures(whole string, paths []string) (out []byte, err error) {
	if err := concatenate(whole, paths); err != nil {
		return nil, err
	}
	args := []string{"-n", "-r", whole, "-T", "fields"}
	for _, port := range sessions {
		args = append(args, "-d", "tcp.port=="+port+",data")
	}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var problems bytes.Buffer
	cmd := exec.Command("tshark", args...)
	cmd.Stderr = &problems
	if out, err = cmd.Output(); err != nil {
		return nil, fmt.Errorf("tshark: %w: %s", err, &problems)
	}
	return out, nil
}

// dissect sorts what tshark said by capture.
func dissect(out []byte, captures int) []dissection {
	GinkgoHelper()
	all := make([]dissection, captures)
	for line := range strings.Lines(string(out)) {
		v := strings.Split(strings.TrimRight(line, "\n"), "\t")
		Expect(v).To(HaveLen(len(fields)), line)
		section, err := strconv.Atoi(v[0])
		Expect(err).NotTo(HaveOccurred())
		d := &all[section-1]
		for comment := range strings.SplitSeq(v[1], ",") {
			if fault, is := strings.CutPrefix(comment, "fault: "); is {
				d.faults = append(d.faults, fault)
			}
		}
		d.take(line, v[2], v[3], v[4:])
	}
	return all
}

// ours is the port of the messages of self-balancing members, whose format
// tshark cannot know. Package layer reads them.
var ours = strconv.Itoa(balance.Port)

// hsrpPort is that of HSRP, as which tshark reads only what goes to all
// members. Messages to single peers are ours.
const hsrpPort, allMembers = "1985", "224.0.0.2"

// take classes one frame.
func (d *dissection) take(line, port, to string, v []string) {
	switch protocols := v[1]; {
	case v[2] != "" || strings.Contains(protocols, "malformed"):
		d.malformed = append(d.malformed, line)
	case strings.HasSuffix(protocols, "hsrp"):
		d.hsrp = append(d.hsrp, strings.Join(slices.DeleteFunc(v[3:], func(field string) bool { return field == "" }), " "))
	case port == hsrpPort && to != allMembers:
	case port == ours, strings.Contains(protocols, "ipvs"):
	case strings.Contains(protocols, "arp"), strings.Contains(protocols, "tcp"), strings.HasSuffix(protocols, "dns"),
		strings.Contains(protocols, "icmp"), strings.Contains(protocols, "igmp"), protocols == marker:
	default:
		d.unknown = append(d.unknown, line)
	}
}

// faultsOf lists the faults that were applied.
func faultsOf(events event.Record) []string {
	var all []string
	for _, applied := range event.From[event.FaultApplied](events) {
		all = append(all, applied.Fault)
	}
	return all
}

// meant prints messages to all members the way dissect prints them.
func meant(messages []kit.Heard) []string {
	var all []string
	for _, h := range messages {
		m, a := h.Message, h.Advertise
		if h.Unicast {
			continue
		}
		if m.Opcode == wire.OpAdvertise {
			all = append(all, fmt.Sprintf("%v %d %d %d %d", h.From, m.Opcode, a.State, a.ActiveGroups, a.PassiveGroups))
			continue
		}
		seconds := func(d float64) string { return strconv.Itoa(int(d)) }
		all = append(all, fmt.Sprintf("%v %d %d %s %s %d %d %v", h.From, wire.Opcode(m.Opcode), m.State,
			seconds(m.Hello.Seconds()), seconds(m.Hold.Seconds()), m.Priority, m.Group, m.VirtualIP))
	}
	return all
}
