package facts

import (
	"bufio"
	"embed"
	"fmt"
	"io"
	"strings"
)

// The tables of the project.
const (
	// Failover is three Cisco routers in one group. The active stops sending, its
	// standby takes over, the third becomes standby.
	Failover = "hsrp-failover"
	// Campus is five groups of a campus network: six takeovers, six preempted
	// returns, and a standby that restarts twice.
	Campus = "hsrp-campus"
	// OneSideMD5 is two routers from their start. One changes to MD5
	// authentication: both are active until the other one follows, and resigns.
	OneSideMD5 = "hsrp-one-side-md5"
)

//go:embed tables/*.tsv
var tables embed.FS

// Text returns the text of a table of the project.
func Text(name string) (string, error) {
	text, err := tables.ReadFile("tables/" + name + ".tsv")
	if err != nil {
		return "", fmt.Errorf("facts: table %q: %w", name, err)
	}
	return string(text), nil
}

// Load returns the facts of a table of the project.
func Load(name string) ([]Fact, error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	_, all, err := Read(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return all, nil
}

// Read reads a table: comment lines starting with "# ", the names of the
// columns, and a line for each fact, in order of instants. Its error wraps
// ErrTable and names the line.
func Read(r io.Reader) (about []string, all []Fact, err error) {
	lines := bufio.NewScanner(r)
	begun := false
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case !begun && isComment:
			about = append(about, strings.TrimPrefix(comment, " "))
		case !begun:
			if line != strings.Join(columnNames(), "\t") {
				return nil, nil, fmt.Errorf("facts: line %d: %w: columns: got %q, want %q", n, ErrTable, line, columnNames())
			}
			begun = true
		default:
			f, err := parse(strings.Split(line, "\t"))
			if err != nil {
				return nil, nil, fmt.Errorf("facts: line %d: %w", n, err)
			}
			if len(all) > 0 && f.At < all[len(all)-1].At {
				return nil, nil, fmt.Errorf("facts: line %d: %w: at: got %s, want %s or later", n, ErrTable, f.At, all[len(all)-1].At)
			}
			all = append(all, f)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("facts: %w", err)
	}
	if !begun {
		return nil, nil, fmt.Errorf("facts: %w: got no columns, want %q", ErrTable, columnNames())
	}
	return about, all, nil
}

// Write writes a table that Read reads. about says where the facts come from.
func Write(w io.Writer, about []string, all []Fact) error {
	b := bufio.NewWriter(w)
	for _, line := range about {
		fmt.Fprintln(b, strings.TrimSpace("# "+line))
	}
	fmt.Fprintln(b, strings.Join(columnNames(), "\t"))
	for _, f := range all {
		fmt.Fprintln(b, strings.Join(f.cells(), "\t"))
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	return nil
}
