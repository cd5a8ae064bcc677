package filesync

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// File is one file. Two files with equal Modified and Size are the same to
// rsync, which looks no further.
type File struct {
	Name     string        `json:"name"`
	Modified time.Duration `json:"modified"` // by the clock of the machine where it was written; copies keep it
	Size     int           `json:"size"`     // bytes
	Content  string        `json:"content"`  // identifies what is in it: its origin, and a number
}

// Origin is the machine that wrote the file, or its folder, if it has folders.
func (f File) Origin() string {
	origin, _, _ := strings.Cut(f.Content, "/")
	return origin
}

// same reports whether rsync would leave a copy as it is.
func (f File) same(o File) bool { return f.Modified == o.Modified && f.Size == o.Size }

// Tree is the files of a machine. They survive its power.
type Tree struct {
	files    map[string]File
	written  int // files that were written here
	onChange func()
}

// NewTree returns a tree with files, such as those of an earlier one.
func NewTree(files ...File) *Tree {
	t := &Tree{files: map[string]File{}}
	for _, f := range files {
		t.files[f.Name] = f
		_, number, _ := strings.Cut(f.Content, "/")
		if n, err := strconv.Atoi(number); err == nil {
			t.written = max(t.written, n)
		}
	}
	return t
}

// OnChange calls f after each change.
func (t *Tree) OnChange(f func()) { t.onChange = f }

// List returns the files by name.
func (t *Tree) List() []File {
	all := make([]File, 0, len(t.files))
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		all = append(all, t.files[name])
	}
	return all
}

// Folder returns the files of a folder by name, which has no folder then. The
// folder "" is the whole tree.
func (t *Tree) Folder(folder string) []File {
	all := t.List()
	if folder == "" {
		return all
	}
	in := []File{}
	for _, f := range all {
		if name, is := strings.CutPrefix(f.Name, folder+"/"); is {
			f.Name = name
			in = append(in, f)
		}
	}
	return in
}

// Get returns a file.
func (t *Tree) Get(name string) (File, bool) {
	f, has := t.files[name]
	return f, has
}

// Write makes a new version of a file, as a program of the machine does.
func (t *Tree) Write(now time.Duration, machine, name string, size int) File {
	t.written++
	f := File{name, now, size, fmt.Sprintf("%s/%d", machine, t.written)}
	t.Put(f)
	return f
}

// Put puts a file in the place of what has its name, and returns that.
func (t *Tree) Put(f File) (before File, had bool) {
	before, had = t.files[f.Name]
	t.files[f.Name] = f
	t.changed()
	return before, had
}

// Delete deletes a file, and returns it.
func (t *Tree) Delete(name string) (f File, had bool) {
	if f, had = t.files[name]; had {
		delete(t.files, name)
		t.changed()
	}
	return f, had
}

func (t *Tree) changed() {
	if t.onChange != nil {
		t.onChange()
	}
}

// Difference is what a copy of files onto others would do: which of them it
// copies, and which of the others it deletes, if it deletes.
func Difference(from, to []File) (copied, deleted []File) {
	for _, f := range from {
		if i := find(to, f.Name); i < 0 || !f.same(to[i]) {
			copied = append(copied, f)
		}
	}
	for _, f := range to {
		if find(from, f.Name) < 0 {
			deleted = append(deleted, f)
		}
	}
	return copied, deleted
}

// find returns the place of a name; -1 if there is none.
func find(list []File, name string) int {
	return slices.IndexFunc(list, func(f File) bool { return f.Name == name })
}
