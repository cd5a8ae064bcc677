package fault

import "github.com/cablepull/cablepull/sim/topology"

// Deploy writes a new version of an artifact to the files of a node, as its
// publisher does: `deploy apim-a weather-api`.
type Deploy struct{ Node, Artifact string }

var deployRow = Kind[Deploy]{
	Verb: topology.DeployVerb, Usage: "deploy NODE ARTIFACT",
	About:   "writes a new version of an artifact to the node's files",
	Example: "deploy apim-a weather-api",
	Pattern: aName + aName,
	Parse:   func(l *Line) Deploy { return Deploy{l.Name("node"), l.Name("artifact")} },
	Power:   MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Deploy, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return n.Takes(topology.DeployVerb) })
		f.Artifact = d.Word("api-1", "api-2", "api-3")
		return f, ok
	},
	Targets:     func(f Deploy) Targets { return nodes(f.Node) },
	Needs:       func(f Deploy, n topology.Node) error { return needsFiles(f.Node, n) },
	InRealTime:  anyTime[Deploy],
	Undoable:    never[Deploy],
	Opposite:    noOpposite[Deploy],
	Lifts:       noEarlier[Deploy],
	Replaces:    noEarlier[Deploy],
	LosesFrames: never[Deploy],
	Silences:    silencesNobody[Deploy],
	Stops:       stopsNothing[Deploy],
	Influence:   noInfluence[Deploy],
}.Row()

func needsFiles(name string, n topology.Node) error {
	if !n.Takes(topology.DeployVerb) {
		return lacks("node %s has no files, or has them in folders of its programs", name)
	}
	return nil
}

// Row implements Fault.
func (Deploy) Row() *Row { return deployRow }

// String implements Fault.
func (f Deploy) String() string { return topology.DeployVerb + " " + f.Node + " " + f.Artifact }

// Undeploy deletes an artifact from the files of a node: `undeploy apim-a
// weather-api`.
type Undeploy struct{ Node, Artifact string }

var undeployRow = Kind[Undeploy]{
	Verb: topology.UndeployVerb, Usage: "undeploy NODE ARTIFACT",
	About:   "deletes an artifact from the node's files",
	Example: "undeploy apim-a weather-api",
	Pattern: aName + aName,
	Parse:   func(l *Line) Undeploy { return Undeploy{l.Name("node"), l.Name("artifact")} },
	Power:   MustBeUp, Stack: OwnStack,
	Draw: func(d *Draw) (f Undeploy, ok bool) {
		f.Node, ok = d.Node(func(n topology.Node) bool { return n.Takes(topology.UndeployVerb) })
		f.Artifact = d.Word("api-1", "api-2", "api-3")
		return f, ok
	},
	Targets:     func(f Undeploy) Targets { return nodes(f.Node) },
	Needs:       func(f Undeploy, n topology.Node) error { return needsFiles(f.Node, n) },
	InRealTime:  anyTime[Undeploy],
	Undoable:    never[Undeploy],
	Opposite:    noOpposite[Undeploy],
	Lifts:       noEarlier[Undeploy],
	Replaces:    noEarlier[Undeploy],
	LosesFrames: never[Undeploy],
	Silences:    silencesNobody[Undeploy],
	Stops:       stopsNothing[Undeploy],
	Influence:   noInfluence[Undeploy],
}.Row()

// Row implements Fault.
func (Undeploy) Row() *Row { return undeployRow }

// String implements Fault.
func (f Undeploy) String() string { return topology.UndeployVerb + " " + f.Node + " " + f.Artifact }
