// Package attachment is how a node of a testbed, whatever runs in it, is
// attached to the coordinator: a network namespace and a control group of its
// own, cables to the fabric with an uplink at the end of each, the journal that
// takes what happens to it, and the noise of the machine.
//
// It does not know what runs in a node. Start reading at attachment.go.
package attachment
