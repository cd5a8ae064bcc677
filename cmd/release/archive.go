package main

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"path"
	"slices"
	"strings"
	"time"
)

// file is a file in an archive. Its folders come with it.
type file struct {
	name string // with slashes; one that ends with a slash is a folder
	mode int64
	body []byte
}

// writeTar writes files in the order of their names. Nothing of the machine
// gets into it: no owner, and of instants only the given one.
func writeTar(w io.Writer, at time.Time, files []file) error {
	files = slices.SortedFunc(slices.Values(files), func(a, b file) int { return strings.Compare(a.name, b.name) })
	out := tar.NewWriter(w)
	made := make(map[string]bool)
	for _, f := range files {
		if err := writeFolders(out, made, strings.TrimSuffix(f.name, "/"), at); err != nil {
			return err
		}
		kind := byte(tar.TypeReg)
		if strings.HasSuffix(f.name, "/") { // a folder of its own
			kind = tar.TypeDir
			made[path.Clean(f.name)] = true
		}
		if err := out.WriteHeader(header(f.name, kind, f.mode, len(f.body), at)); err != nil {
			return err
		}
		if _, err := out.Write(f.body); err != nil {
			return err
		}
	}
	return out.Close()
}

// writeFolders writes the folders that a name is in, unless they are made.
func writeFolders(out *tar.Writer, made map[string]bool, name string, at time.Time) error {
	dir := path.Dir(name)
	if dir == "." || made[dir] {
		return nil
	}
	if err := writeFolders(out, made, dir, at); err != nil {
		return err
	}
	made[dir] = true
	return out.WriteHeader(header(dir+"/", tar.TypeDir, 0o755, 0, at))
}

func header(name string, kind byte, mode int64, size int, at time.Time) *tar.Header {
	return &tar.Header{Name: name, Typeflag: kind, Mode: mode, Size: int64(size), ModTime: at, Format: tar.FormatUSTAR}
}

// writeArchive writes a compressed archive.
func writeArchive(w io.Writer, at time.Time, files []file) error {
	zip, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := writeTar(zip, at, files); err != nil {
		return err
	}
	return zip.Close()
}
