package fault

import "github.com/cablepull/cablepull/sim/topology"

// Deploy writes a new version of an artifact to the files of a node, as its
// publisher does: `deploy apim-a weather-api`.
type Deploy struct{ Node, Artifact string }

var deployRow = artifactRow[Deploy](topology.DeployVerb, "writes a new version of an artifact to the node's files")

// Row implements Fault.
func (Deploy) Row() *Row { return deployRow }

// String implements Fault.
func (f Deploy) String() string { return artifact(f).line(topology.DeployVerb) }

// Undeploy deletes an artifact from the files of a node: `undeploy apim-a
// weather-api`.
type Undeploy struct{ Node, Artifact string }

var undeployRow = artifactRow[Undeploy](topology.UndeployVerb, "deletes an artifact from the node's files")

// Row implements Fault.
func (Undeploy) Row() *Row { return undeployRow }

// String implements Fault.
func (f Undeploy) String() string { return artifact(f).line(topology.UndeployVerb) }

// artifact is what Deploy and Undeploy have in common: all but the verb.
type artifact struct{ Node, Artifact string }

func (a artifact) line(verb string) string { return verb + " " + a.Node + " " + a.Artifact }

// artifactRow is the row of a fault that changes one artifact.
func artifactRow[F interface {
	Fault
	~struct{ Node, Artifact string }
}](verb, about string,
) *Row {
	return Kind[F]{
		Verb: verb, Usage: verb + " NODE ARTIFACT",
		About:   about,
		Example: verb + " apim-a weather-api",
		Pattern: aName + aName,
		Parse:   func(l *Line) F { return F(artifact{l.Name("node"), l.Name("artifact")}) },
		Power:   MustBeUp, Stack: OwnStack,
		Draw: func(d *Draw) (F, bool) {
			node, ok := d.Node(func(n topology.Node) bool { return n.Takes(verb) })
			return F(artifact{node, d.Word("api-1", "api-2", "api-3")}), ok
		},
		Targets: func(f F) Targets { return nodes(artifact(f).Node) },
		Needs: func(f F, n topology.Node) error {
			if !n.Takes(verb) {
				return lacks("node %s has no files, or has them in folders of its programs", artifact(f).Node)
			}
			return nil
		},
		InRealTime:  anyTime[F],
		Undoable:    never[F],
		Opposite:    noOpposite[F],
		Lifts:       noEarlier[F],
		Replaces:    noEarlier[F],
		LosesFrames: never[F],
		Silences:    silencesNobody[F],
		Stops:       stopsNothing[F],
		Influence:   noInfluence[F],
	}.Row()
}
