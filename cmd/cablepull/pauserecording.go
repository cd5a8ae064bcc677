package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
)

// nap is how long the thread of a recording sleeps at a time, and the shortest
// lateness that counts as a pause. Being late by some hundredths of that is
// usual on any machine.
const nap = time.Millisecond

// pausesMax is how many pauses a recording keeps. Their model has two durations
// for each, which is well within the bounds of a file.
const pausesMax = 10_000

// recordedPause is one of them. It began when the thread should have gone on.
type recordedPause struct{ at, length time.Duration }

// pauseRecording is what is known of the pauses of a machine.
type pauseRecording struct {
	atLeast time.Duration // the shortest that is kept
	pauses  []recordedPause
	length  time.Duration // of the recording
}

// recordPauses records the pauses of this machine for so long, or until the
// context ends. Watch is called after each nap, with how much is done.
//
// A thread of its own sleeps for 1 ms again and again, as a program does that
// waits for the timer of its next hello. How much later than due it goes on is
// the pause: the hypervisor let another machine run, the system another
// program, or memory had to be fetched from a disk. A machine that sleeps, and
// whose monotonic clock stands still with it, does not notice that.
func recordPauses(ctx context.Context, span time.Duration, watch func(done time.Duration)) pauseRecording {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	r := pauseRecording{atLeast: nap}
	for began := time.Now(); r.length < span && ctx.Err() == nil; {
		due := time.Since(began) + nap
		time.Sleep(nap)
		r.length = time.Since(began)
		r.add(due, r.length-due)
		watch(r.length)
	}
	return r
}

// add keeps a pause if it is long enough. When there are too many, the bound
// doubles: long pauses are what moves an address.
func (r *pauseRecording) add(at, length time.Duration) {
	if length < r.atLeast {
		return
	}
	r.pauses = append(r.pauses, recordedPause{at, length})
	for len(r.pauses) > pausesMax {
		r.atLeast *= 2
		r.pauses = slices.DeleteFunc(r.pauses, func(p recordedPause) bool { return p.length < r.atLeast })
	}
}

// lists are the pauses as a noise model draws them: how long each one lasted,
// and the time before it since the end of the last one. A trace begins again
// when it ends: what was left of the recording after its last pause comes
// before the first one. So both lists together are as long as the recording.
// Instants are rounded to microseconds.
func (r *pauseRecording) lists() (gaps, lengths []time.Duration) {
	end := time.Duration(0)
	for _, p := range r.pauses {
		from, to := p.at.Round(time.Microsecond), (p.at + p.length).Round(time.Microsecond)
		gaps, lengths = append(gaps, from-end), append(lengths, to-from)
		end = to
	}
	if len(gaps) > 0 {
		gaps[0] += r.length.Round(time.Microsecond) - end
	}
	return gaps, lengths
}

// summary says what was recorded, in a sentence.
func (r *pauseRecording) summary() string {
	long := r.length.Round(time.Millisecond)
	_, lengths := r.lists()
	if len(lengths) == 0 {
		return fmt.Sprintf("no pause of %v or more in %v", r.atLeast, long)
	}
	slices.Sort(lengths)
	sum := time.Duration(0)
	for _, length := range lengths {
		sum += length
	}
	count := len(lengths)
	return fmt.Sprintf("%s of %v or more in %v, %.2g%% of the time; the median is %v, the longest %v",
		counted(count, "pause"), r.atLeast, long, 100*sum.Seconds()/r.length.Seconds(), lengths[count/2], lengths[count-1])
}

// model is the text of a noise model that pauses machines as this one paused.
// Source says where and when that was.
func (r *pauseRecording) model(source string) []byte {
	var b strings.Builder
	about := fmt.Sprintf("Pauses of %s: %s. A thread that slept for %v at a time was late by so much.", source, r.summary(), nap)
	fmt.Fprintf(&b, "about: >\n  %s\n", strings.Join(wrap(about, 96), "\n  "))
	gaps, lengths := r.lists()
	if len(gaps) == 0 {
		return []byte(b.String())
	}
	b.WriteString(`pauses:
  # A recording does not tell whether the machine still took frames meanwhile.
  # If yours does not, write what: machine.
  - what: process
    every: {trace: gaps}
    lasts: {trace: lengths}
traces:
`)
	list := func(name string, spans []time.Duration) {
		var words []string
		for _, span := range spans {
			words = append(words, span.String())
		}
		lines := wrap(strings.Join(words, ", "), 94)
		fmt.Fprintf(&b, "  %s: [\n    %s]\n", name, strings.Join(lines, "\n    "))
	}
	list("gaps", gaps)
	list("lengths", lengths)
	return []byte(b.String())
}
