package reports

import (
	"fmt"
	"os"
	"strings"
)

// startField is where /proc/PID/stat has the start of the process, counted from
// the end of its name: the name may contain anything.
const startField = 19

// processStarted returns when a process began, in ticks since the machine did;
// empty if there is no such process.
func processStarted(process int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	if err != nil {
		return ""
	}
	stat := string(text)
	fields := strings.Fields(stat[strings.LastIndex(stat, ")")+1:])
	if len(fields) <= startField || fields[0] == "Z" { // dead, and nobody has asked how it ended
		return ""
	}
	return fields[startField]
}

// processLives says whether a process that began then is still there.
func processLives(process int, started string) bool {
	return started != "" && processStarted(process) == started
}
