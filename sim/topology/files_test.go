package topology

import (
	"net/netip"
	"strings"
	"testing"
)

// TestFilesProblems: what is refused, and where.
func TestFilesProblems(t *testing.T) {
	for _, row := range []struct {
		files Files
		want  string
	}{
		{Files{Artifacts: []string{"pizza-api"}, To: "b", Delete: true}, ""},
		{Files{From: "192.0.2.12"}, ""},
		{Files{Shared: "b"}, ""},
		{Files{Artifacts: []string{"Pizza"}}, `nodes.a.files.artifacts.0: got "Pizza", want lower-case letters, digits, dots, dashes and slashes`},
		{Files{Artifacts: []string{"x", "x"}}, "nodes.a.files.artifacts.1: x is in the list twice"},
		{Files{To: "b", From: "b"}, "nodes.a.files.from: got to as well, want one direction"},
		{Files{To: "bb"}, `nodes.a.files.to: got "bb", want a node or the address of one: a, b or c (did you mean "b"?)`},
		{Files{To: "a"}, "nodes.a.files.to: got the node itself, want another one"},
		{Files{To: "c"}, "nodes.a.files.to: node c has no files of its own"},
		{Files{Shared: "c"}, "nodes.a.files.shared: node c has no files of its own"},
		{Files{Shared: "b", Artifacts: []string{"x"}}, "nodes.a.files.shared: got files of its own as well, want only those of the server"},
		{Files{Delete: true, Folders: map[string]FilesFolder{"x": {Artifacts: []string{"api"}, To: "y"}, "y": {}}}, ""},
		{Files{Delete: true, Folders: map[string]FilesFolder{"x": {}}}, "nodes.a.files.delete: got on, want to or from: nothing is copied"},
		{Files{Folders: map[string]FilesFolder{"x": {To: "x"}}}, "nodes.a.files.folders.x.to: got the folder itself, want another one"},
		{Files{Folders: map[string]FilesFolder{"x": {To: "z"}, "y": {}}}, `nodes.a.files.folders.x.to: got "z", want another folder: x or y`},
		{Files{Folders: map[string]FilesFolder{"x": {Artifacts: []string{"A"}}}}, `nodes.a.files.folders.x.artifacts.0: got "A", want lower-case letters, digits, dots, dashes and slashes`},
		{Files{To: "b", Folders: map[string]FilesFolder{"x": {}}}, "nodes.a.files.folders: got files beside them, want all files in folders, and copies between these only"},
		{Files{Delete: true}, "nodes.a.files.delete: got on, want to or from: nothing is copied"},
	} {
		nic := func(a string) map[string]NIC { return map[string]NIC{"lan": {Address: netip.MustParsePrefix(a)}} }
		all := Topology{Segments: map[string]Segment{"lan": {}}, Nodes: map[string]Node{
			"a": {NICs: nic("192.0.2.11/24"), Files: &row.files},
			"b": {NICs: nic("192.0.2.12/24"), Files: &Files{}},
			"c": {NICs: nic("192.0.2.13/24"), Files: &Files{Shared: "b"}},
		}}
		var got []string
		for _, p := range all.Validate() {
			got = append(got, p.String())
		}
		if strings.Join(got, "\n") != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}
