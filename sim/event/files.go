package event

// FileDeployed: a program of a machine wrote a new version of a file, such as
// an artifact of an API manager.
type FileDeployed struct{ File string }

// FileCopied: a copy from another machine or folder put a file into its place.
type FileCopied struct {
	File string
	From string // the machine that the copy is from, or the folder of this one
}

// FileDeleted: a file is no more.
type FileDeleted struct {
	File string
	By   string // the machine itself, or that or the folder whose copy deleted it
}

// FileLost: a copy did away with a file that its source did not know: a newer
// version, or a file that was written on this machine.
type FileLost struct {
	File string
	How  string `words:"overwritten,deleted"`
}

// FileSyncFailed: a machine could not copy its files. Each reason is logged
// once, until a copy succeeds.
type FileSyncFailed struct {
	Peer   string
	Reason string // a failure as in RequestFailed
}

// FilesAvailable: the file server that a machine uses does not answer, or does
// again.
type FilesAvailable struct {
	Server string
	State  string `words:"unavailable,available"`
	Reason string // of unavailable, a failure as in RequestFailed
}

// ArtifactChanged: a machine put an artifact into service, replaced it by
// another version, or took it out, because its file came, changed or went.
type ArtifactChanged struct {
	Artifact string
	State    string `words:"active,updated,inactive"`
}

// Kind implements Body.
func (FileDeployed) Kind() string { return "file-deployed" }

// Kind implements Body.
func (FileCopied) Kind() string { return "file-copied" }

// Kind implements Body.
func (FileDeleted) Kind() string { return "file-deleted" }

// Kind implements Body.
func (FileLost) Kind() string { return "file-lost" }

// Kind implements Body.
func (FileSyncFailed) Kind() string { return "file-sync-failed" }

// Kind implements Body.
func (FilesAvailable) Kind() string { return "files-available" }

// Kind implements Body.
func (ArtifactChanged) Kind() string { return "artifact-changed" }
