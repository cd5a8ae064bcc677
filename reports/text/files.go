package text

import "github.com/cablepull/cablepull/sim/event"

// describeFiles is about the files of machines.
func describeFiles(body event.Body) (note, bool) {
	switch b := body.(type) {
	case event.FileDeployed:
		return say(good, "files: %s is deployed", b.File), true
	case event.FileCopied:
		return gather("files: %s comes from %s", b.File, b.From), true
	case event.FileDeleted:
		return say(warn, "files: %s is deleted by %s", b.File, b.By), true
	case event.FileLost:
		return say(bad, "files: %s is lost: %s", b.File, b.How), true
	case event.FileSyncFailed:
		return say(warn, "files: no copy, %s: %s", b.Peer, b.Reason), true
	case event.FilesAvailable:
		if b.State == "available" {
			return say(good, "files: server %s answers again", b.Server), true
		}
		return say(bad, "files: server %s does not answer: %s", b.Server, b.Reason), true
	case event.ArtifactChanged:
		return gather("artifact %s is %s", b.Artifact, b.State), b.State != "active"
	}
	return note{}, false
}
