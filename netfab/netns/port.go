package netns

// PortStats counts the frames of a port since it was opened.
type PortStats struct {
	Received      uint64
	ReceivedBytes uint64
	Sent          uint64
	SentBytes     uint64

	// Lost counts frames that arrived while the ring was full: the reader was too
	// slow.
	Lost uint64

	// Refused counts frames that the kernel did not accept: the interface was down,
	// its queue was full, or the frame was longer than its MTU.
	Refused uint64
}
