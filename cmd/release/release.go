package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// release is what is made, and where.
type release struct {
	source    source
	platforms []platform
	out       string
	log       io.Writer

	files []file // of the folder, as far as they are made
}

// checksums is the file by which a folder is recognized as that of a release.
const checksums = "SHA256SUMS"

// errForeign means that the folder for the release holds something else.
var errForeign = errors.New("holds no release")

// make makes the release. The folder gets all of it or stays as it is.
func (r *release) make(ctx context.Context) error {
	if err := r.checkFolder(); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "cablepull-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	fmt.Fprintf(r.log, "cablepull %s of %s, by %s\n", r.source.version, r.source.at.Format("2006-01-02"), runtime.Version())
	documents, err := r.documents(ctx, scratch)
	if err != nil {
		return err
	}
	if err := r.makePrograms(ctx, scratch, documents); err != nil {
		return err
	}
	notes := r.source.notes
	if notes == "" {
		notes = "Not released.\n"
	}
	r.add("RELEASE_NOTES.md", []byte(notes))
	r.add(checksums, sums(r.files))
	return r.write()
}

// checkFolder refuses to replace what is not a release.
func (r *release) checkFolder() error {
	entries, err := os.ReadDir(r.out)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	known := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == checksums })
	if len(entries) > 0 && !known {
		return fmt.Errorf("%s: the folder %w, so it is not replaced: want an empty one, or one with %s", r.out, errForeign, checksums)
	}
	return nil
}

// documents are what an archive has besides the program.
func (r *release) documents(ctx context.Context, scratch string) ([]file, error) {
	var files []file
	for _, name := range []string{"LICENSE", "README.md"} {
		body, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, body})
	}
	terms, err := thirdParty(ctx, r.platforms)
	if err != nil {
		return nil, err
	}
	files = append(files, file{"THIRD-PARTY-LICENSES", 0o644, terms})
	manual, err := r.source.manual(ctx, scratch)
	return append(files, manual...), err
}

// makePrograms makes the archive of each platform, and the image.
func (r *release) makePrograms(ctx context.Context, scratch string, documents []file) error {
	terms := slices.DeleteFunc(slices.Clone(documents), func(f file) bool { return !strings.Contains(f.name, "LICENSE") })
	var images []v1.Image
	var inside []platform // of the images
	for _, p := range r.platforms {
		path := filepath.Join(scratch, "cablepull-"+p.os+"-"+p.arch)
		if err := r.source.build(ctx, p, path); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		binary, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := r.source.archive(p)
		content := slices.Concat(documents, []file{{"cablepull", 0o755, binary}})
		var archive bytes.Buffer
		if err := writeArchive(&archive, r.source.at, within(name, content)); err != nil {
			return err
		}
		r.add(name+".tar.gz", archive.Bytes())
		fmt.Fprintf(r.log, "%-13s program %.1f MB, archive %.1f MB\n", p, float64(len(binary))/1e6, float64(archive.Len())/1e6)
		if p.os != "linux" { // containers are Linux
			continue
		}
		image, err := imageOf(r.source, p, binary, terms)
		if err != nil {
			return fmt.Errorf("image for %s: %w", p, err)
		}
		images, inside = append(images, image), append(inside, p)
	}
	if len(images) == 0 {
		return nil
	}
	var archive bytes.Buffer
	if err := writeImages(&archive, r.source, inside, images, filepath.Join(scratch, "image")); err != nil {
		return fmt.Errorf("image: %w", err)
	}
	r.add("cablepull_"+r.source.version+"_image.tar", archive.Bytes())
	fmt.Fprintf(r.log, "%-13s %.1f MB\n", "image", float64(archive.Len())/1e6)
	return nil
}

// archive is the name of a platform's archive without its ending, and of the
// folder in it. The GitHub action knows it, too.
func (s source) archive(p platform) string {
	return strings.Join([]string{"cablepull", s.version, p.os, p.arch}, "_")
}

// within puts files into a folder.
func within(folder string, files []file) []file {
	moved := make([]file, len(files))
	for i, f := range files {
		moved[i] = file{folder + "/" + f.name, f.mode, f.body}
	}
	return moved
}

func (r *release) add(name string, body []byte) { r.files = append(r.files, file{name, 0o644, body}) }

// sums are the checksums of files, as sha256sum prints and checks them.
func sums(files []file) []byte {
	var lines strings.Builder
	for _, f := range files {
		fmt.Fprintf(&lines, "%x  %s\n", sha256.Sum256(f.body), f.name)
	}
	return []byte(lines.String())
}

// write puts the files into a new folder, which then takes the place of the old
// one.
func (r *release) write() error {
	if err := os.MkdirAll(filepath.Dir(r.out), 0o755); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(r.out), "."+filepath.Base(r.out)+"-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	for _, f := range r.files {
		if err := os.WriteFile(filepath.Join(fresh, f.name), f.body, 0o644); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.Rename(fresh, r.out); err != nil {
		return err
	}
	fmt.Fprintf(r.log, "%s: %d files\n", r.out, len(r.files))
	return nil
}
