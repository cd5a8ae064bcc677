package cell

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/cablepull/cablepull/sim/topology"
)

// Document is what a cell says at one moment:
//
//	{"generation": 3, "clusters": [{"name": "app", "members": [
//		{"name": "s1", "address": "192.0.2.51", "port": 80, "weight": 10}]}]}
type Document struct {
	// Generation tells documents of one boot of the cell apart. It is at least 1.
	Generation int       `json:"generation"`
	Clusters   []Cluster `json:"clusters"`
}

// Cluster is the servers of one cluster, in the order in which groups have
// them.
type Cluster struct {
	Name    string   `json:"name"`
	Members []Member `json:"members"`
}

// Member is a server.
type Member struct {
	Name    string     `json:"name"` // unique in the cluster; also its clone id
	Address netip.Addr `json:"address"`
	Port    int        `json:"port"`
	Weight  int        `json:"weight"` // 0: it takes no new sessions
}

// Limits of a document. Readers look at no more.
const (
	documentMax = 64 << 10 // bytes
	MembersMax  = 256      // of a cluster
	clustersMax = 64
	weightMax   = 65000
)

// Cluster returns the cluster of a name.
func (d Document) Cluster(name string) (Cluster, bool) {
	for _, c := range d.Clusters {
		if c.Name == name {
			return c, true
		}
	}
	return Cluster{}, false
}

// Marshal returns the document as text.
func (d Document) Marshal() []byte {
	text, err := json.Marshal(d)
	if err != nil {
		panic("cell: document: " + err.Error()) // not reached: it has texts and numbers only
	}
	return text
}

// DocumentError says why a text is no document. It repeats none of the text.
type DocumentError struct{ Detail string }

// Error implements error.
func (e *DocumentError) Error() string { return "document: " + e.Detail }

// Parse reads a document. Its error is a *DocumentError. Fields that it does
// not know are skipped.
func Parse(text []byte) (Document, error) {
	if len(text) > documentMax {
		return Document{}, wrong("got more than %d bytes", documentMax)
	}
	var d Document
	if json.Unmarshal(text, &d) != nil {
		return Document{}, wrong("got another format, want JSON")
	}
	if d.Generation < 1 {
		return Document{}, wrong("got generation %d, want 1 or more", d.Generation)
	}
	if len(d.Clusters) > clustersMax {
		return Document{}, wrong("got %d clusters, want at most %d", len(d.Clusters), clustersMax)
	}
	seen := map[string]bool{}
	for i, c := range d.Clusters {
		if topology.CheckName(c.Name) != nil || seen[c.Name] {
			return Document{}, wrong("cluster %d: got a bad name, want one of its own", i+1)
		}
		seen[c.Name] = true
		if err := c.check(); err != nil {
			return Document{}, err
		}
	}
	return d, nil
}

// check says what is wrong with a cluster, as a *DocumentError.
func (c Cluster) check() error {
	if len(c.Members) > MembersMax {
		return wrong("got %d members of %s, want at most %d", len(c.Members), c.Name, MembersMax)
	}
	seen := map[string]bool{}
	for i, m := range c.Members {
		switch {
		case !topology.IsMemberName(m.Name) || seen[m.Name]:
			return wrong("member %d of %s: got a bad name, want one of its own", i+1, c.Name)
		case !m.Address.Is4() || m.Address.IsMulticast() || m.Address.IsUnspecified():
			return wrong("member %d of %s: got a bad address, want that of a host, of IPv4", i+1, c.Name)
		case m.Port < 1 || m.Port > 65535:
			return wrong("member %d of %s: got port %d, want 1 to 65535", i+1, c.Name, m.Port)
		case m.Weight < 0 || m.Weight > weightMax:
			return wrong("member %d of %s: got weight %d, want 0 to %d", i+1, c.Name, m.Weight, weightMax)
		}
		seen[m.Name] = true
	}
	return nil
}

func wrong(format string, args ...any) error {
	return &DocumentError{fmt.Sprintf(format, args...)}
}
