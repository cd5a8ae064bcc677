// Package host is a machine: a gVisor stack on network interfaces, sockets for
// programs in blocking style, processors and memory. It can be switched on,
// crash, freeze and thaw. It is the only package that knows gVisor.
//
// A Host has two scopes on the loop: the kernel's, in which the stack's timers
// run, and the programs', in which everything else does. So a machine whose
// process is frozen still answers ping; a frozen machine answers nothing.
//
// gVisor queues TCP segments for a goroutine. After every call that may have
// given it a segment, settle processes the queue on the loop's goroutine
// (processor.go), or waits until the stack's has: so only one goroutine is ever
// active, and a run is a pure function of scenario and seed (spec/simulation.md
// §4). The digest of a run is taken before stacks are
// destroyed, because that happens in map order.
//
// Start reading at host.go, then stack.go, nic.go, stage.go, which lists the
// stages of a frame, vip.go, conn.go and udp.go; router.go and firewall.go for
// machines between segments.
package host
