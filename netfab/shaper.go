package netfab

import "time"

// queueFull is why a frame is lost at a shaper.
const queueFull = "queue full"

// shaper limits a rate: each frame takes time to be put on the cable, and waits
// for the frames before it. Frames that do not fit into the queue are lost at
// its tail.
type shaper struct {
	rate  int64 // bits per second
	queue int64 // bytes of frames that wait or are being sent
	idle  time.Duration
}

// admit returns how long a frame of size bytes takes, including waiting, or
// false if the queue is full. An idle cable accepts a frame of any size.
func (s *shaper) admit(now time.Duration, size int) (time.Duration, bool) {
	backlog := max(0, s.idle-now)
	if backlog > 0 && backlog+s.time(int64(size)) > s.time(s.queue) {
		return 0, false
	}
	s.idle = now + backlog + s.time(int64(size))
	return s.idle - now, true
}

// time returns how long it takes to send bytes, which are at most QueueMax.
func (s *shaper) time(bytes int64) time.Duration {
	return time.Duration(8 * bytes * int64(time.Second) / s.rate)
}
